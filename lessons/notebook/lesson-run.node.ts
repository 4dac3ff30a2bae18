// One lesson through all its trials: joined, bundled, run, its exercises tried with stub and solution, its outputs compared.
import { type Bundled, bundle } from "./bundle.node.ts";
import type { Output } from "./cell.ts";
import { type Outputs, svgType } from "./golden.ts";
import type { Edition } from "./join.ts";
import type { Lesson } from "./lesson.ts";
import type { Packages } from "./packages.node.ts";
import type { Problem } from "./problem.ts";
import { run } from "./run.node.ts";

export interface Tried {
  readonly problems: readonly Problem[];
  readonly outputs: Outputs;
  /** a digest of every number that a cell showed, by cell */
  readonly bits: ReadonlyMap<string, string>;
  /** the files of relukit that the lesson reads */
  readonly inputs: readonly string[];
  readonly seconds: number;
}

/** Where a run keeps its files, and how it finds packages. */
export interface Workshop {
  readonly scratch: string;
  readonly packages: Packages;
}

/** Runs the lesson and each exercise's stub; `refusals` are the compiler's words on type-error cells, by id. */
export async function tryLesson(
  lesson: Lesson,
  editions: readonly Edition[],
  refusals: ReadonlyMap<string, string>,
  { scratch, packages }: Workshop,
): Promise<Tried> {
  const problems: Problem[] = [];
  const inputs = new Set<string>();
  const outputs = new Map<string, readonly Output[]>();
  let bits: Tried["bits"] = new Map();
  let seconds = 0;
  for (const edition of editions) {
    if (edition.kind === "type-error") {
      const evalue = refusals.get(`${lesson.path}#${edition.subject}`) ?? "";
      const ename = `TS${edition.cells.at(-1)?.keys["type-error"] ?? ""}`;
      outputs.set(edition.subject ?? "", [{ output_type: "error", ename, evalue }]);
      continue;
    }
    const bundled = await bundle(lesson, edition, packages);
    if (!("code" in bundled)) {
      problems.push(...bundled);
      continue;
    }
    for (const path of bundled.inputs) inputs.add(path);
    if (edition.kind === "stub") problems.push(...(await tryStub(lesson, edition, bundled, scratch)));
    else {
      const ran = await run(lesson, edition, bundled, scratch);
      problems.push(...ran.problems);
      for (const [id, shown] of ran.outputs) outputs.set(id, shown);
      bits = ran.bits;
      seconds = ran.seconds;
      if (ran.stopped === undefined) problems.push(...promises(lesson, edition, ran.outputs));
    }
  }
  const order = new Map(
    lesson.cells.flatMap(({ id }) => (outputs.has(id) ? [[id, outputs.get(id) ?? []]] : [])),
  );
  return { problems, outputs: order, bits, inputs: [...inputs].sort(), seconds };
}

/** What a cell's keys promise of its outputs. */
function promises(lesson: Lesson, edition: Edition, outputs: Outputs): Problem[] {
  return edition.cells.flatMap((cell) => {
    const shown = outputs.get(cell.id) ?? [];
    const wrong = (text: string): Problem[] => [{ path: lesson.path, line: cell.line, cell: cell.id, text }];
    const { throws, out, alt } = cell.keys;
    const error = shown.find((output) => output.output_type === "error");
    if (throws !== undefined && error === undefined) return wrong(`throws nothing; expected a ${throws}`);
    if (throws !== undefined && error?.ename !== throws)
      return wrong(`throws ${error?.ename}: ${error?.evalue}; expected a ${throws}`);
    const figures = shown.filter((output) => "data" in output && svgType in output.data).length;
    if (figures > 0 && alt === undefined)
      return wrong('shows a figure without a text alternative; expected out=svg alt="…"');
    if (out === "svg" && figures === 0) return wrong("shows no figure; expected one, as out=svg says");
    if ((out === "table" || out === "text") && shown.length === 0)
      return wrong(`shows nothing; expected out=${out}`);
    return [];
  });
}

/** A stub compiles, runs, and fails its check with a sentence. */
async function tryStub(
  lesson: Lesson,
  edition: Edition,
  bundled: Bundled,
  scratch: string,
): Promise<Problem[]> {
  const { stopped } = await run(lesson, edition, bundled, scratch);
  const [stub, check] = [edition.cells.find(({ id }) => id === edition.subject), edition.cells.at(-1)];
  const wrong = (line: number | undefined, text: string): Problem[] => [
    { path: lesson.path, line: line ?? 1, text, ...(stub === undefined ? {} : { cell: stub.id }) },
  ];
  if (stopped === undefined)
    return wrong(stub?.line, "the stub passes its check; expected a check that it fails");
  if (stopped.cell !== check?.id)
    return wrong(stub?.line, `the stub stops before its check, in ${stopped.cell}: ${stopped.text}`);
  if (stopped.name !== "CheckFailure")
    return wrong(
      check.line,
      `the stub fails with ${stopped.name} (${stopped.text}); expected a check that says a sentence`,
    );
  return [];
}
