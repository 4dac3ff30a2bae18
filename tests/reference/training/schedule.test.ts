import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rate, type Schedule } from "../../../reference/training/schedule.ts";
import { holds } from "../../assertions.ts";

const schedule: Schedule = { steps: 12, warmUp: 4, peak: 0.5, floor: 0.25 };

test("rate(schedule, step) climbs in a straight line to the peak, at the last step of the warm-up", () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((step) => rate(schedule, step)),
    [0.125, 0.25, 0.375, 0.5],
  );
});

test("rate(schedule, step) is half-way between peak and floor in the middle of the descent, the floor at the end", () => {
  const half = rate(schedule, 8); // cos(π/2) is not 0 in float64, but 6e-17
  assert.ok(Math.abs(half - 0.3125) <= 2 ** -53);
  assert.equal(rate(schedule, 12), 0.125);
});

test("rate(schedule, step) of no warm-up begins below the peak; of nothing but warm-up ends at it", () => {
  const [none, all] = [
    { ...schedule, warmUp: 0 },
    { ...schedule, warmUp: 12 },
  ];
  assert.ok(rate(none, 1) < 0.5 && rate(none, 1) > 0.49);
  assert.equal(rate(all, 12), 0.5);
});

test("rate(schedule, step) rises to the peak, falls from it, and stays above the floor", () => {
  const schedules = fc
    .record({
      steps: fc.integer({ min: 1, max: 200 }),
      peak: fc.constantFrom(1e-3, 1),
      floor: fc.constantFrom(0, 0.1, 1),
    })
    .chain((rest) => fc.nat(rest.steps).map((warmUp): Schedule => ({ ...rest, warmUp })));
  holds(
    fc.property(schedules, (schedule) => {
      const rates = Array.from({ length: schedule.steps }, (_, i) => rate(schedule, i + 1));
      for (const [i, now] of rates.entries()) {
        const [step, before] = [i + 1, rates[i - 1] ?? (schedule.warmUp > 0 ? 0 : schedule.peak)];
        assert.ok(
          step <= schedule.warmUp ? now > before : now <= before,
          `step ${step}: ${before}, then ${now}`,
        );
        assert.ok(
          step <= schedule.warmUp || now >= schedule.floor * schedule.peak,
          `step ${step}: ${now} is below the floor`,
        );
      }
      if (schedule.warmUp > 0) assert.equal(rates[schedule.warmUp - 1], schedule.peak);
      if (schedule.warmUp < schedule.steps) assert.equal(rates.at(-1), schedule.peak * schedule.floor);
    }),
  );
});
