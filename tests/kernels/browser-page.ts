// The page's side of browser-kernel.ts: says what it is, then asks for pictures, one after another, and gives them back.
import { webGpuKernel } from "../../kernels/adapters/wgsl/kernel.ts";
import { NoWebGpu } from "../../kernels/adapters/wgsl/web-gpu.ts";
import type { Kernel, Outcome } from "../../reference/oracle/kernel.ts";
import type { Picture } from "../../reference/oracle/picture.ts";
import { framed, unframed } from "./browser-frames.ts";

const post = (path: string, body: Uint8Array<ArrayBuffer>): Promise<unknown> =>
  fetch(path, { method: "POST", body });
const failed = (error: unknown): Outcome => ({ status: "error", message: String(error) });
const nothing = new Uint8Array(0);

async function serve({ declaration, run }: Kernel): Promise<void> {
  await post("/hello", framed({ declaration }, nothing));
  for (;;) {
    const answer = await fetch("/next");
    if (answer.status === 204) continue; // nothing to do yet
    const { head, bytes } = unframed(new Uint8Array(await answer.arrayBuffer()));
    const { id, ...rest } = head as { readonly id: number } & Omit<Picture, "bytes">;
    const picture: Picture = { ...rest, bytes };
    const outcome = await Promise.resolve(picture).then(run).catch(failed);
    await post("/done", framed({ id, outcome }, picture.bytes));
  }
}

try {
  await serve(await webGpuKernel());
} catch (error) {
  const found = error instanceof NoWebGpu ? { absent: error.message } : { failed: String(error) };
  await post("/hello", framed(found, nothing));
}
