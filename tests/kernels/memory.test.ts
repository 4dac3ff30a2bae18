// The kernels' memory: what a scope keeps and takes back, where weights live, and that nothing is ever written over.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { kernels } from "../../kernels/index.node.ts";
import { Memory } from "../../kernels/memory.ts";
import { matrix, type Tensor, vector, vectorOf } from "../../reference/tensor.ts";
import { holds, of, ofVector, rows } from "../assertions.ts";

const KIBIBYTES = 64;
const BASE = 8192;

/** A memory of 64 KiB, and all of its numbers. */
function small() {
  const buffer = new ArrayBuffer(1024 * KIBIBYTES);
  return { memory: new Memory(buffer, BASE), floats: new Float32Array(buffer), buffer };
}

/** A fresh vector in the memory that holds these numbers. */
function made(memory: Memory, ...values: readonly number[]): Tensor {
  const x = memory.vector(values.length);
  x.data.set(values);
  return x;
}

/** Where the next result would lie. */
const next = (memory: Memory): number => memory.scope(() => memory.vector(1).data.byteOffset);

const released = (shape: string) => ({
  name: "TypeError",
  message: `kernels: a tensor ${shape} was released; return it from scope() to keep it, unload() it last`,
});

// Scopes.

test("scope(body) keeps what body returns, wherever it is in it, and empties the rest", () => {
  const { memory } = small();
  const all: Tensor[] = [];
  const note = (x: Tensor): Tensor => {
    all.push(x);
    return x;
  };
  const kept = memory.scope(() => {
    const [a, b, c, d, e] = [1, 2, 3, 4, 5].map((value) => note(made(memory, value, -value)));
    void [b, d];
    return { first: a, list: [{ c }], byWeight: new Map([[e, 0]]) };
  });
  assert.deepEqual(
    all.map(({ data }) => [...data]),
    [[1, -1], [], [3, -3], [], [5, -5]],
  );
  assert.equal(kept.first, all[0]);
});

test("a released tensor is refused wherever it is used, in a sentence that says what to do", () => {
  const { memory } = small();
  let [lost, past]: (Tensor | undefined)[] = [];
  memory.scope(() => {
    [lost, past] = [memory.matrix(2, 3), memory.matrix(1, 3)];
  });
  const [x, cache] = [lost, past] as [never, never];
  const alive = of<"T", "H">([1, 2, 3]) as never;
  for (const use of [() => memory.place(x), () => memory.pin(x), () => memory.extend(alive, x)])
    assert.throws(use, released("[2, 3]"));
  assert.throws(() => memory.extend(cache, alive), released("[1, 3]"));
});

test("an operator of the contract refuses a released tensor too, and an empty one is no released one", async () => {
  const k = await kernels({ mebibytes: 32 });
  let lost = of<"T", "D">([1]);
  k.scope(() => {
    lost = k.add(lost, lost);
  });
  assert.throws(() => k.add(lost, lost), released("[1, 1]"));
  const empty = k.scope(() => k.add(of<"T", "D">(), of<"T", "D">()));
  assert.deepEqual(k.add(empty, empty).shape, [0, 0]);
});

test("outside every scope a result is an ordinary array, and the memory is as it was", () => {
  const { memory, buffer } = small();
  const before = next(memory);
  const [x, y] = memory.scope(() => [made(memory, 1, 2), made(memory, 3)] as const);
  const z = memory.operator(() => made(memory, 4));
  for (const { data } of [x, y, z]) assert.notEqual(data.buffer, buffer);
  assert.deepEqual(
    [x, y, z].map(({ data }) => [...data]),
    [[1, 2], [3], [4]],
  );
  assert.equal(next(memory), before);
});

test("survivors of an inner scope move down to where it began, and live until the outer one ends", () => {
  const { memory, buffer } = small();
  const lost: Tensor[] = [];
  const outer = memory.scope(() => {
    const first = made(memory, 1);
    const survivors = memory.scope(() => {
      made(memory, ...Array.from({ length: 100 }, () => 9));
      const b = made(memory, ...Array.from({ length: 40 }, (_, i) => i)); // longer than the way it moves
      made(memory, 9);
      return [b, made(memory, 5)];
    });
    lost.push(...survivors.slice(1));
    const after = made(memory, 6);
    assert.deepEqual(
      [first, ...survivors, after].map(({ data }) => data.byteOffset - first.data.byteOffset),
      [0, 64, 64 + 192, 64 + 192 + 64],
    );
    assert.ok([first, ...survivors, after].every(({ data }) => data.buffer === buffer));
    assert.deepEqual(
      [...(survivors[0]?.data ?? [])],
      Array.from({ length: 40 }, (_, i) => i),
    );
    return survivors[0];
  });
  assert.deepEqual([...(outer?.data ?? [])].slice(0, 3), [0, 1, 2]);
  assert.deepEqual(
    lost.map(({ data }) => data.length),
    [0],
  );
});

test("a tensor made outside an inner scope stays, though the inner one does not return it", () => {
  const { memory } = small();
  memory.scope(() => {
    const x = made(memory, 7);
    memory.scope(() => made(memory, 8));
    assert.deepEqual([...x.data], [7]);
  });
});

test("what is thrown in a scope or an operator passes, and leaves the memory as before", () => {
  const { memory } = small();
  const before = next(memory);
  const lost: Tensor[] = [];
  const fail = (): never => {
    lost.push(made(memory, 1));
    memory.room(100);
    throw new Error("on purpose");
  };
  for (const run of [
    () => memory.scope(fail),
    () => memory.operator(fail),
    () => memory.scope(() => memory.scope(() => memory.operator(fail))),
  ]) {
    assert.throws(run, { message: "on purpose" });
    assert.equal(lost.at(-1)?.data.length, 0);
    assert.equal(next(memory), before);
  }
  memory.scope(() => {
    const at = memory.operator(() => memory.room(1));
    assert.throws(() => memory.operator(fail), { message: "on purpose" });
    assert.equal(
      memory.operator(() => memory.room(1)),
      at,
      "temporaries are given back",
    );
  });
});

// Places.

test("place(x) of a tensor from elsewhere is a copy in float32, each time, until the operator returns", () => {
  const { memory, floats } = small();
  const x = ofVector(0.1, 1e-50, 1e300, Number.NaN, -0);
  memory.operator(() => {
    const [a, b] = [memory.place(x), memory.place(x)];
    assert.notEqual(a, b);
    for (const at of [a, b]) {
      assert.equal(at % 64, 0);
      assert.deepEqual(
        [...floats.subarray(at / 4, at / 4 + 5)],
        [Math.fround(0.1), 0, Infinity, Number.NaN, -0],
      );
    }
    return undefined;
  });
});

test("place(x) of a tensor in the memory is where it is, the same for both arguments of add(x, x)", async () => {
  const { memory } = small();
  const pinned = memory.pin(ofVector(1, 2));
  assert.equal(memory.place(pinned), pinned.data.byteOffset);
  const k = await kernels({ mebibytes: 32 });
  const x = k.load(of<"T", "D">([1, 2]));
  assert.deepEqual(rows(k.add(x, x)), [[2, 4]]);
  assert.deepEqual(rows(k.mul(x, x)), [[1, 4]]);
  assert.deepEqual(rows(x), [[1, 2]]);
});

// Weights.

test("pin(x) takes the first gap that is long enough, and unpin(x) gives it back", () => {
  const { memory } = small();
  const numbers = (n: number) => vector(n, (i) => i + n);
  const [a, b, c] = [16, 32, 16].map((n) => memory.pin(numbers(n)));
  const at = (x: Tensor | undefined): number => (x?.data.byteOffset ?? 0) - BASE;
  assert.deepEqual([a, b, c].map(at), [0, 64, 192]);
  if (b) memory.unpin(b);
  assert.equal(b?.data.length, 0);
  const [long, short, shorter, last] = [48, 16, 3, 1].map((n) => memory.pin(numbers(n)));
  assert.deepEqual([long, short, shorter, last].map(at), [256, 64, 128, 448]);
  for (const [x, n] of [
    [a, 16],
    [c, 16],
    [long, 48],
    [short, 16],
    [shorter, 3],
    [last, 1],
  ] as const)
    assert.deepEqual(
      [...(x?.data ?? [])],
      Array.from({ length: n }, (_, i) => i + n),
    );
  assert.equal(next(memory), BASE + 512);
  for (const x of [last, long, shorter, short, c, a]) if (x) memory.unpin(x);
  assert.equal(next(memory), BASE);
});

test("an empty pinned tensor has a place of its own: to unpin it gives nobody else's back", () => {
  const { memory } = small();
  const [empty, x] = [memory.pin(vectorOf(new Float32Array(0))), memory.pin(ofVector(1))];
  memory.unpin(empty);
  memory.pin(ofVector(2));
  memory.pin(ofVector(3));
  assert.deepEqual([...x.data], [1]);
});

test("unpin(x) leaves a tensor that lives elsewhere alone, and may be asked twice", () => {
  const { memory } = small();
  const [x, kept] = [ofVector(1), memory.pin(ofVector(2))];
  const pinned = memory.pin(x);
  for (const tensor of [x, pinned, pinned]) memory.unpin(tensor);
  assert.deepEqual([[...x.data], [...kept.data], [...pinned.data]], [[1], [2], []]);
});

test("pin and unpin are refused inside a scope, where results lie behind the weights", () => {
  const { memory } = small();
  const pinned = memory.pin(ofVector(1));
  assert.throws(() => memory.scope(() => memory.pin(pinned)), {
    name: "RangeError",
    message: "kernels: weights are loaded in an open scope; expected that outside",
  });
  assert.throws(() => memory.scope(() => memory.unpin(pinned)), {
    name: "RangeError",
    message: "kernels: weights are released in an open scope; expected that outside",
  });
});

test("a full memory says how large it is, what was wanted, and what to do; and goes on", async () => {
  const k = await kernels({ mebibytes: 32 });
  const x = matrix<"T", "D">(1024, 1024, () => 1); // 4 MiB
  const message =
    "kernels: the memory of 32.0 MiB has no room for 4.0 more; run each step in scope(), or ask for more with { mebibytes }";
  for (const fill of [
    () => k.scope(() => Array.from({ length: 9 }, () => k.add(x, x))),
    () => k.scope(() => Array.from({ length: 9 }, () => k.machine.matrix(1024, 1024))),
    () => Array.from({ length: 9 }, () => k.machine.pin(x)).length,
  ])
    assert.throws(fill, { name: "RangeError", message });
  const roomy = await kernels({ mebibytes: 32 });
  for (let i = 0; i < 9; i++) roomy.scope(() => roomy.add(x, x));
});

test("temporaries reach down to the results, and no further", () => {
  const { memory } = small();
  const free = (1024 * KIBIBYTES * 3) / 4 - BASE; // mirrors of caches have the rest
  memory.scope(() => {
    const x = made(memory, ...Array.from({ length: (free - 1024) / 4 }, () => 7));
    for (const ask of [
      () => memory.room(257),
      () => memory.integers(Array.from({ length: 257 }, () => 0)),
      () => memory.place(vector(257, () => 0)),
      () => memory.vector(257),
    ])
      assert.throws(ask, { name: "RangeError" });
    memory.operator(() => assert.equal(memory.room(256), x.data.byteOffset + x.data.byteLength));
  });
});

// Every program.

interface Make {
  readonly size: number;
  readonly room: number;
}
interface Nest {
  readonly inner: readonly Step[];
  readonly keep: readonly boolean[];
  readonly fails: boolean;
}
type Step = Make | Nest;

/** Programs that make results, with temporaries beside them, in scopes in scopes, and return some. */
const programs = fc.letrec<{ step: Step; steps: Step[] }>((again) => ({
  step: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.record({ size: fc.nat(50), room: fc.nat(50) }),
    fc.record({
      inner: again("steps"),
      keep: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      fails: fc.integer({ min: 0, max: 9 }).map((i) => i === 0),
    }),
  ),
  steps: fc.array(again("step"), { maxLength: 6 }),
})).steps;

interface Result {
  readonly x: Tensor;
  readonly wanted: readonly number[];
}

test("whatever is made, kept and nested: what is alive holds its numbers, what is not is empty, and the memory is as before", () => {
  holds(
    fc.property(programs, fc.boolean(), (program, pinned) => {
      const { memory, floats } = small();
      if (pinned) memory.pin(ofVector(1, 2, 3));
      const before = next(memory);
      let number = 0;
      const alive = new Set<Result>();
      const check = (): void => {
        for (const { x, wanted } of alive) assert.deepEqual([...x.data], wanted);
      };

      const make = ({ size, room }: Make): Result =>
        memory.operator(() => {
          const wanted = Array.from({ length: size }, () => number++);
          const x = memory.vector(size);
          const at = memory.room(room) / 4;
          floats.fill(-1, at, at + room);
          x.data.set(wanted);
          assert.ok(floats.subarray(at, at + room).every((value) => value === -1));
          return { x, wanted };
        });

      const run = (steps: readonly Step[]): readonly Result[] =>
        steps.flatMap((step) => {
          if ("size" in step) {
            const result = make(step);
            alive.add(result);
            check();
            return [result];
          }
          const outside = new Set(alive);
          let kept: readonly Result[] = [];
          try {
            memory.scope(() => {
              kept = run(step.inner).filter((_, i) => step.keep[i % 12]);
              if (!step.fails) return kept;
              kept = [];
              throw new Error("on purpose");
            });
          } catch (error) {
            if ((error as Error).message !== "on purpose") throw error;
          }
          for (const result of alive) {
            if (outside.has(result) || kept.includes(result)) continue;
            alive.delete(result);
            assert.equal(result.x.data.length, 0);
          }
          check();
          return kept;
        });

      const results = memory.scope(() => run(program));
      for (const result of alive) assert.ok(results.includes(result));
      check();
      for (const { x } of results) assert.notEqual(x.data.buffer, floats.buffer);
      assert.equal(next(memory), before);
    }),
    300,
  );
});
