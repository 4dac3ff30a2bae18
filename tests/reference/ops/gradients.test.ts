// Every gradient of the contract: against an example by hand, against differences, at its edges.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scalar } from "../../../reference/ops/activation.ts";
import { slope } from "../../../reference/ops/activation-gradient.ts";
import type { Activation, Rotation } from "../../../reference/ops/contract.ts";
import { reference } from "../../../reference/ops/reference.ts";
import { type Matrix, map, matrix, type Tensor, type Vector, vector } from "../../../reference/tensor.ts";
import { holds, matrices, of, ofVector, rows, sameBits, sizes } from "../../assertions.ts";
import { greatest, inner, isSlope, moved, STEP, total, u } from "./differences.ts";

const { gradient } = reference;

// By hand.

test("linearGradient(dy, x, w, b) of dy = 1 is wᵀ, xᵀ and ones", () => {
  const one = of<"T", "O">([1, 0], [0, 1]);
  const [dx, dw, db] = gradient.linear(one, of([1, 2], [3, 4]), of([5, 6], [7, 8]), ofVector(9, 9));
  assert.deepEqual([rows(dx), rows(dw)], [rows(of([5, 7], [6, 8])), rows(of([1, 3], [2, 4]))]);
  assert.deepEqual([...(db?.data ?? [])], [1, 1]);
});

test("linearGradient(dy, x, w) without a bias has no slope for one", () => {
  assert.equal(gradient.linear(of([1]), of([2]), of([3]))[2], undefined);
});

test("linearGradient: a zero of x leaves its row of dw at zero, for a neuron that did not fire learns nothing", () => {
  assert.deepEqual(rows(gradient.linear(of([5, 6]), of([0, 1]), of([1, 1], [1, 1]))[1]), [
    [0, 0],
    [5, 6],
  ]);
});

test("gatedLinearGradient(dh, x, w, g): a closed gate stops dx and dw, and its own slope is x · w", () => {
  const [dx, dw, dg] = gradient.gatedLinear(of([1, 1]), of([2, 3]), of([1, 10], [1, 1]), of([0, 4]));
  assert.deepEqual([rows(dx), rows(dw), rows(dg)], [[[4, 4]], rows(of([0, 0], [8, 12])), [[32, 5]]]);
});

test("embedGradient(dx, tokens, table) adds up what a repeated token was taught, and gives the absent ones 0", () => {
  const [dtable] = gradient.embed(of([1, 2], [10, 20], [100, 200]), [2, 0, 2], of([0, 0], [0, 0], [0, 0]));
  assert.deepEqual(rows(dtable), [
    [10, 20],
    [0, 0],
    [101, 202],
  ]);
});

test("appendGradient(dy, past, next) cuts dy where past ended", () => {
  const dy = of<"S", "H">([1], [2], [3]);
  const [dpast, dnext] = gradient.append(dy, of([0]), of([0], [0]));
  assert.deepEqual([rows(dpast ?? of()), rows(dnext)], [[[1]], [[2], [3]]]);
  const [none, all] = gradient.append(dy, undefined, of([0], [0], [0]));
  assert.equal(none, undefined);
  sameBits(all, dy);
  assert.notEqual(all, dy, "a fresh one");
});

test("softmaxGradient of two equal logits is ±1/4; a masked logit has slope 0", () => {
  assert.deepEqual(rows(gradient.softmax(of([1, 0]), of([0, 0]))[0]), [[0.25, -0.25]]);
  assert.deepEqual(rows(gradient.softmax(of([1, 0, 7]), of([3, 3, -Infinity]))[0]), [[0.25, -0.25, 0]]);
});

test("crossEntropyGradient(dloss, z, targets) is dloss · (p − 1 at the target), p without overflow", () => {
  const [dz] = gradient.crossEntropy(ofVector(2, 1, 1), of([0, 0], [1000, 0], [1000, 0]), [0, 0, 1]);
  assert.deepEqual(rows(dz), [
    [-1, 1],
    [0, 0],
    [1, -1],
  ]);
});

test("layerNormGradient of [1, 3] with ε = 3, dy = [1, 0], is ±3/16, [−1/2, 0] and [1, 0]", () => {
  const [dx, dgain, dbias] = gradient.layerNorm(of([1, 0]), of([1, 3]), ofVector(1, 1), ofVector(0, 0), 3);
  assert.deepEqual(rows(dx), [[3 / 16, -3 / 16]]);
  sameBits(dgain, ofVector(-0.5, 0));
  sameBits(dbias, ofVector(1, 0));
});

test("rmsNormGradient of [1, 1] with ε = 3, dy = [1, 0] and gain [2, 4], is [7/8, −1/8] and [1/2, 0]", () => {
  const [dx, dgain] = gradient.rmsNorm(of([1, 0]), of([1, 1]), ofVector(2, 4), 3);
  assert.deepEqual(rows(dx), [[0.875, -0.125]]);
  sameBits(dgain, ofVector(0.5, 0));
});

test("attendGradient of one query that sees two equal keys: half of dy to each value, ±1/4 to the keys", () => {
  const [dq, dk, dv] = gradient.attend(of([1]), of([1]), of([0], [0]), of([1], [0]), 1);
  assert.deepEqual([rows(dq), rows(dk), rows(dv)], [[[0]], [[0.25], [-0.25]], [[0.5], [0.5]]]);
});

test("attendGradient: what query 0 is taught comes from no later key or value", () => {
  const [k, v] = [of<"S", "G·K">([1], [Number.NaN]), of<"S", "G·K">([5], [Infinity])];
  const [dq] = gradient.attend(of([1], [1]), of([1], [1]), k, v, 1);
  assert.equal(dq.get(0, 0), 0); // one key to choose from: the choice is worth nothing
  assert.ok(Number.isNaN(dq.get(1, 0)));
});

// Against differences. Whole numbers in what is linear: there a difference is the slope, exactly.

const whole = fc.integer({ min: -9, max: 9 });
/** Eighths, so that a step of STEP away from one is exact too. */
const eighths = fc.integer({ min: -16, max: 16 }).map((n) => n / 8);
const wholes = <R, C>(r: number, c: number): fc.Arbitrary<Matrix<R, C>> => matrices(r, c, whole);
const grid = <R, C>(r: number, c: number): fc.Arbitrary<Matrix<R, C>> => matrices(r, c, eighths);
const vectors = <A>(size: number, element = whole): fc.Arbitrary<Vector<A>> =>
  fc
    .array(element, { minLength: size, maxLength: size })
    .map((values) => vector<A>(size, (a) => values[a] ?? 0));

/** A tensor like x of seeded whole numbers from −3 to 3. */
const directionLike = <X extends Tensor>(x: X, seed: number): X => {
  let state = seed;
  return map(x, () => {
    state = (state * 48271) % 2147483647; // Lehmer's generator: directions need not be shrunk
    return (state % 7) - 3;
  });
};

/** f of some tensors, and what its gradient says of dy and them. */
interface Case<A extends readonly Tensor[], Y extends Tensor> {
  readonly args: A;
  readonly f: (...args: A) => Y;
  readonly back: (dy: Y, ...args: A) => readonly (Tensor | undefined)[];
}
const asked = <A extends readonly Tensor[], Y extends Tensor>(
  args: A,
  f: (...args: A) => Y,
  back: (dy: Y, ...args: A) => readonly (Tensor | undefined)[],
): Case<A, Y> => ({ args, f, back });

/** Calls `see` for each argument x, with its slope, a direction, and φ(s) = Σ dy ⊙ f(…, x + s · direction, …). */
function alongEach<A extends readonly Tensor[], Y extends Tensor>(
  { args, f, back }: Case<A, Y>,
  seed: number,
  see: (slope: number, phi: (s: number) => number, dy: Y, y: Y, what: string) => void,
): void {
  const y = f(...args);
  const dy = directionLike(y, seed);
  const slopes = back(dy, ...args);
  assert.equal(slopes.length, args.length, "one slope for each argument");
  for (const [i, x] of args.entries()) {
    const direction = directionLike(x, seed + i + 1);
    const phi = (s: number): number =>
      inner(dy, f(...(args.with(i, moved(x, direction, s)) as unknown as A)));
    const found = slopes[i];
    assert.ok(found, `argument ${i} has a slope`);
    see(inner(found, direction), phi, dy, y, `slope of argument ${i}, [${x.shape}],`);
  }
}

/** In each argument alone f is linear, and whole numbers stay whole: so (φ(1) − φ(−1)) / 2 is φ′(0), exactly. */
const isExact = <A extends readonly Tensor[], Y extends Tensor>(c: Case<A, Y>, seed: number): void =>
  alongEach(c, seed, (slope, phi, _dy, _y, what) => {
    const wanted = (phi(1) - phi(-1)) / 2;
    assert.ok(slope === wanted, `${what} is ${slope}; expected ${wanted}, exactly`);
  });

/**
 * Each element of a tensor here, an argument's or the result's, is rounded eight times at most on the way to one
 * element of f, in a number no larger than `largest`: so φ is off by 8n · u · Σ|dy| · largest at most, n the elements.
 */
const isNear = <A extends readonly Tensor[], Y extends Tensor>(
  c: Case<A, Y>,
  seed: number,
  largest: number,
): void =>
  alongEach(c, seed, (slope, phi, dy, y, what) => {
    const elements = y.size + c.args.reduce((n, x) => n + x.size, 0);
    isSlope(slope, phi, 8 * elements * u * total(dy) * largest, what);
  });

const seeds = fc.integer({ min: 1, max: 1_000_000 });
const three = fc.tuple(sizes(3), sizes(3), sizes(3));

test("linearGradient is the slope of linear, exactly, of any size, with a bias and without", () => {
  const cases = three.chain(([T, I, O]) =>
    fc.tuple(wholes<"T", "I">(T, I), wholes<"I", "O">(I, O), vectors<"O">(O), seeds),
  );
  holds(
    fc.property(cases, ([x, w, b, seed]) => {
      isExact(asked([x, w, b] as const, reference.linear, gradient.linear), seed);
      const without = gradient.linear(directionLike(reference.linear(x, w), seed), x, w);
      const withBias = gradient.linear(directionLike(reference.linear(x, w, b), seed), x, w, b);
      sameBits(without[0], withBias[0]);
      sameBits(without[1], withBias[1]);
    }),
  );
});

test("gatedLinearGradient is the slope of gatedLinear, exactly, of any size", () => {
  const cases = three.chain(([T, D, F]) =>
    fc.tuple(wholes<"T", "D">(T, D), wholes<"F", "D">(F, D), wholes<"T", "F">(T, F), seeds),
  );
  holds(
    fc.property(cases, ([x, w, g, seed]) =>
      isExact(asked([x, w, g] as const, reference.gatedLinear, gradient.gatedLinear), seed),
    ),
  );
});

test("unembedGradient is the slope of unembed, exactly, of any size", () => {
  const cases = three.chain(([T, D, V]) => fc.tuple(wholes<"T", "D">(T, D), wholes<"V", "D">(V, D), seeds));
  holds(
    fc.property(cases, ([x, table, seed]) =>
      isExact(asked([x, table] as const, reference.unembed, gradient.unembed), seed),
    ),
  );
});

test("embedGradient is the slope of embed, exactly, with tokens that repeat and with none", () => {
  const cases = fc
    .tuple(sizes(3, 1), sizes(3))
    .chain(([V, D]) => fc.tuple(fc.array(fc.nat(V - 1), { maxLength: 5 }), wholes<"V", "D">(V, D), seeds));
  holds(
    fc.property(cases, ([tokens, table, seed]) =>
      isExact(
        asked(
          [table] as const,
          (table) => reference.embed(tokens, table),
          (dx, table) => gradient.embed(dx, tokens, table),
        ),
        seed,
      ),
    ),
  );
});

test("mulGradient is the slope of mul, exactly; that of add is dy, twice, and needs no function", () => {
  const cases = three.chain(([T, D]) => fc.tuple(wholes<"T", "D">(T, D), wholes<"T", "D">(T, D), seeds));
  holds(
    fc.property(cases, ([x, y, seed]) => {
      isExact(asked([x, y] as const, reference.mul, gradient.mul), seed);
      isExact(
        asked(
          [x, y] as const,
          (x, y) => reference.add(x, y),
          (dz) => [dz, dz],
        ),
        seed,
      );
    }),
  );
});

test("appendGradient is the slope of append, exactly, with a past, an empty past, and none", () => {
  const cases = three.chain(([before, T, H]) =>
    fc.tuple(wholes<"S", "H">(before, H), wholes<"T", "H">(T, H), seeds),
  );
  holds(
    fc.property(cases, ([past, next, seed]) => {
      isExact(asked([past, next] as const, reference.append, gradient.append), seed);
      const alone = asked(
        [next] as const,
        (next) => reference.append(undefined, next),
        (dy, next) => gradient.append(dy, undefined, next).slice(1),
      );
      isExact(alone, seed);
    }),
  );
});

test("rotaryGradient is the slope of rotary, for both pairings, several heads and any start", () => {
  const rotations = fc.record({
    K: fc.constantFrom(2, 4),
    start: fc.nat(9),
    base: fc.constantFrom(10, 10_000),
    pairing: fc.constantFrom<Rotation["pairing"]>("interleaved", "half-split"),
  });
  const cases = fc
    .tuple(rotations, sizes(3), sizes(2))
    .chain(([rotation, T, heads]) =>
      fc.tuple(fc.constant(rotation), grid<"T", "H">(T, heads * rotation.K), seeds),
    );
  holds(
    fc.property(cases, ([rotation, x, seed]) =>
      isNear(
        asked(
          [x] as const,
          (x) => reference.rotary(x, rotation),
          (dy) => gradient.rotary(dy, rotation),
        ),
        seed,
        2 * greatest(x),
      ),
    ),
  );
});

test("softmaxGradient is the slope of softmax, of any size", () => {
  const cases = fc.tuple(sizes(3), sizes(4)).chain(([R, C]) => fc.tuple(grid<"R", "C">(R, C), seeds));
  holds(
    fc.property(cases, ([x, seed]) =>
      isNear(asked([x] as const, reference.softmax, gradient.softmax), seed, 1 + 2 * greatest(x)),
    ),
  );
});

test("crossEntropyGradient is the slope of crossEntropy, of any size", () => {
  const cases = fc
    .tuple(sizes(3), sizes(4, 1))
    .chain(([T, V]) =>
      fc.tuple(grid<"T", "V">(T, V), fc.array(fc.nat(V - 1), { minLength: T, maxLength: T }), seeds),
    );
  holds(
    fc.property(cases, ([z, targets, seed]) =>
      isNear(
        asked(
          [z] as const,
          (z) => reference.crossEntropy(z, targets),
          (dloss, z) => gradient.crossEntropy(dloss, z, targets),
        ),
        seed,
        1 + 2 * greatest(z),
      ),
    ),
  );
});

// A norm divides by √ε at least: what is rounded before that counts for 1/√ε as much after it.

test("layerNormGradient is the slope of layerNorm along x, gain and bias, of any size", () => {
  const cases = fc
    .tuple(sizes(3), sizes(4))
    .chain(([T, D]) =>
      fc.tuple(
        grid<"T", "D">(T, D),
        vectors<"D">(D, eighths),
        vectors<"D">(D, eighths),
        fc.constantFrom(0.25, 1),
        seeds,
      ),
    );
  holds(
    fc.property(cases, ([x, gain, bias, epsilon, seed]) =>
      isNear(
        asked(
          [x, gain, bias] as const,
          (...args) => reference.layerNorm(...args, epsilon),
          (dy, ...args) => gradient.layerNorm(dy, ...args, epsilon),
        ),
        seed,
        ((1 + greatest(x)) * (1 + greatest(gain))) / Math.sqrt(epsilon) + greatest(bias),
      ),
    ),
  );
});

test("rmsNormGradient is the slope of rmsNorm along x and gain, of any size", () => {
  const cases = fc
    .tuple(sizes(3), sizes(4))
    .chain(([T, D]) =>
      fc.tuple(grid<"T", "D">(T, D), vectors<"D">(D, eighths), fc.constantFrom(0.25, 1), seeds),
    );
  holds(
    fc.property(cases, ([x, gain, epsilon, seed]) =>
      isNear(
        asked(
          [x, gain] as const,
          (...args) => reference.rmsNorm(...args, epsilon),
          (dy, ...args) => gradient.rmsNorm(dy, ...args, epsilon),
        ),
        seed,
        ((1 + greatest(x)) * (1 + greatest(gain))) / Math.sqrt(epsilon),
      ),
    ),
  );
});

test("layerNormGradient is at right angles to what the norm does not see: a shift of x and, without ε, a stretch", () => {
  const cases = fc.tuple(grid<"T", "D">(1, 4), vectors<"D">(4, eighths), seeds);
  holds(
    fc.property(cases, ([x, gain, seed]) => {
      fc.pre(Math.max(...x.data) - Math.min(...x.data) >= 1);
      const [dx] = gradient.layerNorm(
        directionLike(x, seed),
        x,
        gain,
        vector(4, () => 0),
        0,
      );
      // 8 roundings for each of the 16 numbers on the way; the deviation is 1/√8 at least, and divides twice.
      const bound = 8 * 16 * u * 3 * (1 + greatest(gain)) * (1 + greatest(x)) * 8;
      const constant = map(x, () => 1);
      const [shift, stretch] = [inner(dx, constant), inner(dx, x)];
      assert.ok(Math.abs(shift) <= bound, `along a shift ${shift}; expected 0 within ${bound}`);
      assert.ok(Math.abs(stretch) <= bound * greatest(x), `along x ${stretch}; expected 0`);
    }),
  );
});

test("attendGradient is the slope of attend: N query heads over G, S ≥ T, along q, k and v", () => {
  const shapes = fc.record({
    T: sizes(3),
    older: sizes(2),
    K: sizes(2, 1),
    G: sizes(2, 1),
    sharing: sizes(3),
  });
  const cases = shapes.chain(({ T, older, K, G, sharing }) =>
    fc.tuple(
      grid<"T", "N·K">(T, sharing * G * K),
      grid<"S", "G·K">(older + T, G * K),
      grid<"S", "G·K">(older + T, G * K),
      fc.constant(K),
      seeds,
    ),
  );
  holds(
    fc.property(cases, ([q, k, v, K, seed]) =>
      isNear(
        asked(
          [q, k, v] as const,
          (q, k, v) => reference.attend(q, k, v, K),
          (dy, q, k, v) => gradient.attend(dy, q, k, v, K),
        ),
        seed,
        (1 + greatest(v)) * (1 + 2 * K * greatest(q) * greatest(k)),
      ),
    ),
  );
});

// Activations, as functions of one number.

const all: readonly Activation[] = [
  { kind: "identity" },
  ...[0, 0.5, -1].flatMap((shift): readonly Activation[] => [
    { kind: "relu", shift },
    { kind: "relu-squared", shift },
    { kind: "fatrelu", threshold: 0.25, shift },
    { kind: "fatrelu-strict", threshold: 0.25, shift },
    { kind: "silu", shift },
    { kind: "swish", beta: 1.702, shift },
    { kind: "swish", beta: 8, shift },
    { kind: "gelu", shift },
    { kind: "gelu-tanh", shift },
  ]),
];
const shiftOf = (f: Activation): number => (f.kind === "identity" ? 0 : f.shift);
const kinkOf = (f: Activation): number | undefined =>
  f.kind === "relu" || f.kind === "relu-squared"
    ? f.shift
    : f.kind === "fatrelu" || f.kind === "fatrelu-strict"
      ? f.shift + f.threshold
      : undefined;
const named = (f: Activation): string => JSON.stringify(f);

test("slope(f) is the slope of f, shifted too, at every eighth from −6 to 6 but the kink", () => {
  for (const f of all) {
    const [of, slopeOf] = [scalar(f), slope(f)];
    let points = 0;
    for (let x = -6; x <= 6; x += 0.125) {
      const kink = kinkOf(f);
      if (kink !== undefined && Math.abs(x - kink) <= 4 * STEP) continue;
      points++;
      // ≤ 24 roundings of numbers ≤ x² each, with the exponential's argument, 2√(2/π)(x + 0.045x³) or 8x, among them.
      const most = (1 + Math.abs(x - shiftOf(f))) * (1 + Math.abs(x - shiftOf(f)));
      isSlope(slopeOf(x), (s) => of(x + s), 24 * u * most, `the slope of ${named(f)} at ${x}`);
    }
    assert.ok(points >= 96, `${named(f)}: ${points} points`);
  }
});

test("slope(f) of the smooth ones, outside numbers: Python's mpmath with 200 digits", () => {
  const wanted: readonly (readonly [Activation, number, number, number])[] = [
    // [f, x, f′(x), the magnitude of the argument of its exponential]
    [{ kind: "silu", shift: 0 }, 1, 0.9276705118714867, 1],
    [{ kind: "silu", shift: 0 }, -2, -0.09078424878489548, 2],
    [{ kind: "silu", shift: 0 }, -12, -6.758546761378339e-5, 12],
    [{ kind: "swish", beta: 8, shift: 0 }, 1, 1.0023465512355854, 8],
    [{ kind: "swish", beta: 8, shift: 0 }, -0.125, 0.07232948812851327, 1],
    [{ kind: "swish", beta: 8, shift: 0 }, -12, -1.9295380295980703e-40, 96],
    [{ kind: "gelu", shift: 0 }, 1, 1.0833154705876864, 0.5],
    [{ kind: "gelu", shift: 0 }, -2, -0.0852318010781969, 2],
    [{ kind: "gelu", shift: 0 }, -12, -2.5578956616748956e-31, 72],
    [{ kind: "gelu-tanh", shift: 0 }, 1, 1.0829640838457826, 1.667],
    [{ kind: "gelu-tanh", shift: 0 }, -2, -0.08609925662361838, 3.762],
    [{ kind: "gelu-tanh", shift: 0 }, -12, -5.290403352522559e-60, 142.5],
  ];
  for (const [f, x, value, argument] of wanted) {
    const got = slope(f)(x);
    // A sum of two terms, each rounded 8 times and wrong by 4 roundings of the exponential's argument; together they
    // are at most 7 times their sum at these points.
    const bound = 7 * (8 + 4 * argument) * u * Math.abs(value);
    assert.ok(Math.abs(got - value) <= bound, `${named(f)} at ${x}: ${got}, not ${value} within ${bound}`);
  }
});

test("slope(relu)(0) is 0: a closed neuron learns nothing, nor does one at the kink of any of the family", () => {
  for (const f of all) {
    const kink = kinkOf(f);
    if (kink === undefined) continue;
    assert.equal(slope(f)(kink), 0, named(f));
    assert.equal(slope(f)(kink - 0.125), 0, named(f));
    assert.ok(slope(f)(kink + 0.125) > 0, named(f));
  }
  assert.equal(slope({ kind: "relu", shift: 0 })(-0), 0);
});

test("slope(f) of infinities is that of the line f comes near; NaN stays NaN where f depends on x", () => {
  for (const f of all) {
    const [below, above] = [slope(f)(-Infinity), slope(f)(Infinity)];
    assert.equal(below, f.kind === "identity" ? 1 : 0, `${named(f)} at −Infinity`);
    assert.equal(above, f.kind === "relu-squared" ? Infinity : 1, `${named(f)} at Infinity`);
    if (f.kind !== "identity") assert.ok(Number.isNaN(slope(f)(Number.NaN)), `${named(f)} at NaN`);
    for (const huge of [1e154, 1e300, Number.MAX_VALUE]) {
      assert.ok(Math.abs(slope(f)(-huge)) <= 1, `${named(f)} at −${huge}`);
      assert.ok(slope(f)(huge) >= 1, `${named(f)} at ${huge}`);
    }
  }
});

test("activateGradient(dy, x, f) is dy ⊙ slope(f)(x), of any size", () => {
  const cases = fc
    .tuple(sizes(3), sizes(3), fc.constantFrom(...all))
    .chain(([T, D, f]) => fc.tuple(grid<"T", "D">(T, D), fc.constant(f), seeds));
  holds(
    fc.property(cases, ([x, f, seed]) => {
      const [dy, slopeOf] = [directionLike(x, seed), slope(f)];
      const [dx] = gradient.activate(dy, x, f);
      sameBits(
        dx,
        matrix(x.shape[0], x.shape[1], (t, d) => dy.get(t, d) * slopeOf(x.get(t, d))),
      );
    }),
  );
});

// Refusals.

test("each gradient refuses a dy that is not of the shape of its result, naming both shapes", () => {
  const [square, wide, pair] = [
    of<never, never>([1, 2], [3, 4]),
    of<never, never>([1, 2, 3]),
    ofVector<never>(1, 1),
  ];
  const rotation = { K: 2, start: 0, base: 10, pairing: "interleaved" } as const;
  const refused: readonly (readonly [() => unknown, string])[] = [
    [
      () => gradient.linear(wide, square, square),
      "linearGradient: dy is [1, 3]; expected [T, O], with T the rows of x and O the columns of w: [2, 2]",
    ],
    [
      () => gradient.gatedLinear(wide, square, square, square),
      "gatedLinearGradient: dh is [1, 3]; expected [T, F], the shape of g: [2, 2]",
    ],
    [
      () => gradient.embed(wide, [0], square),
      "embedGradient: dx is [1, 3]; expected [T, D], T tokens and the columns of table: [1, 2]",
    ],
    [
      () => gradient.unembed(wide, square, square),
      "unembedGradient: dz is [1, 3]; expected [T, V], with T the rows of x and V those of table: [2, 2]",
    ],
    [() => gradient.mul(wide, square, square), "mulGradient: dz is [1, 3]; expected the shape of x: [2, 2]"],
    [
      () => gradient.activate(wide, square, { kind: "relu", shift: 0 }),
      "activateGradient: dy is [1, 3]; expected [T, D], the shape of x: [2, 2]",
    ],
    [
      () => gradient.softmax(wide, square),
      "softmaxGradient: dp is [1, 3]; expected [R, C], the shape of x: [2, 2]",
    ],
    [
      () => gradient.layerNorm(wide, square, pair, pair, 1),
      "layerNormGradient: dy is [1, 3]; expected [T, D], the shape of x: [2, 2]",
    ],
    [
      () => gradient.rmsNorm(wide, square, pair, 1),
      "rmsNormGradient: dy is [1, 3]; expected [T, D], the shape of x: [2, 2]",
    ],
    [
      () => gradient.append(wide, square, square),
      "appendGradient: dy is [1, 3]; expected [S, H], the rows of past and of next: [4, 2]",
    ],
    [
      () => gradient.attend(wide, square, square, square, 1),
      "attendGradient: dy is [1, 3]; expected [T, N·K], the shape of q: [2, 2]",
    ],
    [
      () => gradient.crossEntropy(ofVector(1), square, [0, 0]),
      "crossEntropyGradient: dloss is [1]; expected [T], the rows of z: [2]",
    ],
    [
      () => gradient.rotary(wide, rotation),
      "rotaryGradient: dy has 3 columns; expected a multiple of K = 2, the width of a head",
    ],
  ];
  for (const [act, message] of refused) assert.throws(act, { name: "RangeError", message });
});
