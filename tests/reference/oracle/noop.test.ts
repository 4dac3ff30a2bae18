import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernel, Outcome } from "../../../reference/oracle/kernel.ts";
import { proveNoop } from "../../../reference/oracle/noop.ts";
import { type Picture, viewOf } from "../../../reference/oracle/picture.ts";

const kernel = (run: (picture: Picture) => Outcome): Kernel => ({ declaration: { name: "k" }, run });

test("proveNoop(kernel) is ok where every byte is as it was", async () => {
  const seen: string[] = [];
  const outcome = await proveNoop(
    kernel(({ op }) => {
      seen.push(op);
      return { status: "ok" };
    }),
  );
  assert.deepEqual([outcome, seen], [{ status: "ok" }, ["noop"]]);
});

test("proveNoop(kernel) names the first byte that was changed", async () => {
  let at = 0;
  const changing = kernel((picture) => {
    at = viewOf(picture, "in.x")?.offset ?? 0;
    picture.bytes.fill(9, at + 2, at + 4);
    return { status: "ok" };
  });
  assert.deepEqual(await proveNoop(changing), {
    status: "protocol",
    message: `noop: byte ${at + 2} came back as 9; expected 160, unchanged`,
  });
});

test("proveNoop(kernel) finds out who reads numbers and writes them again", async () => {
  const rewriting = kernel((picture) => {
    const x = viewOf(picture, "in.x");
    assert.ok(x);
    const numbers = new DataView(picture.bytes.buffer, x.offset);
    for (let i = 0; i < 4; i++) numbers.setFloat32(4 * i, numbers.getFloat32(4 * i, true) + 0, true);
    return { status: "ok" };
  });
  assert.equal((await proveNoop(rewriting)).status, "protocol");
});

test("proveNoop(kernel) says how a run that is not ok ended", async () => {
  const message = "adapter: noop has no kernel here";
  assert.deepEqual(await proveNoop(kernel(() => ({ status: "unsupported", message }))), {
    status: "unsupported",
    message: `noop: ${message}`,
  });
});
