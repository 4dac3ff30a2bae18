import { test } from "node:test";
import { damages } from "./safetensors-damage.ts";

test("openSafetensors refuses or reads a file cut at any byte, and 10,000 with a changed header", () =>
  damages(10_000));
