// A picture to run an adapter on: six numbers in, four out.
import { type Picture, picture, viewOf, write } from "../../../reference/oracle/picture.ts";

export function plain(op: string): Picture {
  const made = picture(op, {}, [
    { name: "in.x", dtype: "F32", shape: [2, 3] },
    { name: "out.y", dtype: "F32", shape: [4] },
  ]);
  const x = viewOf(made, "in.x");
  if (x) write(made, x, Float64Array.of(1, -2, 3, -4, 5, -6));
  return made;
}
