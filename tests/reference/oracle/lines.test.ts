import assert from "node:assert/strict";
import { test } from "node:test";
import { clipped, lines, quoted } from "../../../reference/oracle/lines.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("lines(limit, show) shows each line once it has ended, in whatever pieces it comes", () => {
  const all = bytes("première\r\n\ndeux\nand no end");
  for (const size of [1, 2, 3, all.length]) {
    const shown: string[] = [];
    const found = lines(20, (line) => shown.push(line), assert.fail);
    for (let at = 0; at < all.length; at += size) found.push(all.subarray(at, at + size));
    assert.deepEqual(shown, ["première", "", "deux"]);
    assert.equal(found.rest(), "and no end");
  }
});

test("lines(limit, show, overlong) stops at a line past the limit, and says so once", () => {
  let [shown, times] = [0, 0];
  const count = (): void => void times++;
  const found = lines(4, () => shown++, count);
  found.push(bytes("1234\n"));
  found.push(bytes("1234"));
  assert.deepEqual([shown, times], [1, 0]);
  for (const piece of ["5", "6\n", "7\n"]) found.push(bytes(piece));
  assert.deepEqual([shown, times], [1, 1]);
});

test("clipped(text) is one line of 200 characters at most, and quoted(text) what can be printed of it", () => {
  assert.equal(clipped("  a\n\tb "), "a b");
  assert.equal(clipped("x".repeat(200)).length, 200);
  assert.equal(clipped("x".repeat(201)), `${"x".repeat(197)}...`);
  assert.equal(quoted('\u001b[31m"red"'), '"\\u001b[31m\\"red\\""');
});
