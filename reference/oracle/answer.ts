// What an adapter answers to a run, as an outcome: whatever it says, it becomes one.
import { isObject, kindOf } from "../formats/json.ts";
import type { Outcome } from "./kernel.ts";
import { clipped, quoted } from "./lines.ts";

/** Every outcome but ok. */
export type Failure = Exclude<Outcome, { readonly status: "ok" }>;

const STATUSES = "ok, unsupported or error";

/**
 * The outcome that a line of JSON says, or protocol where it says none.
 *
 * @param id  of the run that was asked for
 */
export function answerIn(line: string, id: number): Outcome {
  const answer = parsed(line);
  if (!isObject(answer))
    return refused(`answer ${quoted(line)} is not valid JSON`, "a JSON object on one line");
  const { id: found, status, message } = answer as Readonly<Record<string, unknown>>;
  if (found !== id) return refused(`id is ${shownOf(found)}`, `${id}, that of the run it was asked for`);
  if (message !== undefined && typeof message !== "string")
    return refused(`message is ${kindOf(message)}`, "a string");
  if (status === "ok") return { status };
  if (status !== "unsupported" && status !== "error")
    return refused(`status is ${shownOf(status)}`, STATUSES);
  return { status, message: `adapter: ${clipped(message ?? "") || `says ${status} and not why`}` };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const shownOf = (value: unknown): string =>
  value === undefined ? "missing" : clipped(JSON.stringify(value));

/** What an adapter did against the protocol. */
export const refused = (found: string, expected: string): Failure => ({
  status: "protocol",
  message: `adapter: ${found}; expected ${expected}`,
});
