// All of fixtures/oracle is what the sources give, and of fixtures/oracle-extended the cases that take seconds, not minutes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bytesSource } from "../../../reference/formats/byte-source.ts";
import { openSafetensors } from "../../../reference/formats/safetensors.ts";
import type { Case } from "../../../reference/oracle/case.ts";
import { coreCases } from "../../../reference/oracle/cases/core.ts";
import { recipeCases } from "../../../reference/oracle/cases/recipe.ts";
import { loadSuite, sha256, suiteFolder } from "../../../reference/oracle/suite.node.ts";
import { generate } from "../../../reference/oracle/suite-writer.ts";

const folder = (name: string): string => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));

const kept = async (suite: string, file: string): Promise<Uint8Array> =>
  (await suiteFolder(folder(suite)).read(file)) ?? assert.fail(`${suite} has no ${file}`);

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test("fixtures/oracle is what the sources give, byte for byte", async () => {
  const { name: suite, cases } = await loadSuite(folder("oracle"));
  const kills = new Map(cases.map((stored) => [stored.given.id, stored.kills]));
  const files = await generate(coreCases(), {
    name: suite,
    digest: sha256,
    kills: ({ given }) => kills.get(given.id),
  });
  assert.equal(text(await kept("oracle", "SHA256SUMS")), text(files[0]?.bytes ?? new Uint8Array()));
  for (const { name, bytes } of files) assert.equal(sha256(await kept("oracle", name)), sha256(bytes), name);
});

const elements = ({ inputs }: Case): number =>
  Object.values(inputs).reduce((sum, { shape }) => sum + shape.reduce((n, size) => n * size, 1), 0);

for (const given of recipeCases().filter((large) => elements(large) < 20e6))
  test(`fixtures/oracle-extended has of ${given.id} what the sources give`, async () => {
    const files = await generate([given], { name: "extended", digest: sha256 });
    const [line = ""] = files
      .filter(({ name }) => name === "manifest.json")
      .flatMap(({ bytes }) =>
        text(bytes)
          .split("\n")
          .filter((words) => words.includes(given.id)),
      );
    const lines = text(await kept("oracle-extended", "manifest.json")).split(/,?\n/);
    assert.ok(lines.includes(line), line);
    for (const { name, bytes } of files.filter(({ name }) => name.startsWith("truths/"))) {
      const [made, found] = [bytes, await kept("oracle-extended", name)].map((all) =>
        openSafetensors(bytesSource(name, all)),
      );
      for (const tensor of made?.names ?? [])
        assert.deepEqual(
          new Uint8Array(found?.bytes(tensor) ?? []),
          new Uint8Array(made?.bytes(tensor) ?? []),
          tensor,
        );
    }
  });
