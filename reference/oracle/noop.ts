// Whether an adapter gives back what it was given: else none of its other answers says anything about its kernels.
import type { Kernel, Outcome } from "./kernel.ts";
import { fill, type Picture, picture } from "./picture.ts";

/** Bits that whoever reads numbers and writes them again would change: a NaN that signals, −0, a subnormal, odd bytes. */
const BITS = Uint8Array.of(1, 0, 0xa0, 0x7f, 0, 0, 0, 0x80, 1, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef);

/**
 * Runs the operator "noop", which must leave every byte as it is.
 *
 * @returns ok, or how the run ended, or as protocol which byte was changed
 */
export async function proveNoop(kernel: Kernel): Promise<Outcome> {
  const asked = noop();
  const given = asked.bytes.slice();
  const outcome = await kernel.run(asked);
  if (outcome.status !== "ok") return { status: outcome.status, message: `noop: ${outcome.message}` };
  const at = given.findIndex((byte, i) => byte !== asked.bytes[i]);
  if (at < 0) return outcome;
  const message = `noop: byte ${at} came back as ${asked.bytes[at]}; expected ${given[at]}, unchanged`;
  return { status: "protocol", message };
}

function noop(): Picture {
  const made = picture("noop", {}, [
    { name: "in.x", dtype: "F32", shape: [2, 2] },
    { name: "out.y", dtype: "F32", shape: [2, 2] },
  ]);
  for (const view of made.views) fill(made, view, BITS);
  return made;
}
