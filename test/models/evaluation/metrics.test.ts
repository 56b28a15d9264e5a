/**
 * The measures against small cases worked out by hand, and against Python's (`osteon_training/metrics.py`), whose values
 * on the same numbers are written down here.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areaUnderRoc,
  averagePrecision,
  binsOf,
  calibrationError,
  labelAveragePrecision,
  meanOf,
  medianOf,
} from '../../../models/evaluation/metrics.ts';

const once = (count: number) => new Uint32Array(count).fill(1);

/** 40 labels and scores that follow a rule, so that Python can make the same. */
const SCORES = Array.from({ length: 40 }, (_, index) => ((index * 37) % 101) / 101);
const LABELS = SCORES.map((score, index) => score + ((index * 13) % 17) / 34 > 0.7);
const PYTHON_AUC = 0.96875;
const PYTHON_AP = 0.9808090460264373;
const PYTHON_ECE = 0.22970297029702974;

describe('area under the ROC curve', () => {
  it('counts ties as a half', () => {
    expect(areaUnderRoc([false, true, false, true], [0.5, 0.5, 0.1, 0.9])(once(4))).toBe(0.875);
  });

  it('is NaN when a class is missing', () => {
    expect(areaUnderRoc([true, true], [0.1, 0.2])(once(2))).toBeNaN();
  });

  it('equals the value of Python', () => {
    expect(areaUnderRoc(LABELS, SCORES)(once(40))).toBeCloseTo(PYTHON_AUC, 10);
  });
});

describe('average precision', () => {
  it('counts what was missed', () => {
    const answers = [
      { image: 0, score: 0.9, isHit: true },
      { image: 0, score: 0.8, isHit: false },
      { image: 1, score: 0.7, isHit: true },
    ];
    expect(averagePrecision(answers, [2, 2])(once(2))).toBeCloseTo(0.25 + (0.25 * 2) / 3, 10);
  });

  it('takes the highest precision at or beyond a recall', () => {
    const answers = [
      { image: 0, score: 0.9, isHit: false },
      { image: 0, score: 0.8, isHit: true },
      { image: 0, score: 0.7, isHit: true },
    ];
    expect(averagePrecision(answers, [2])(once(1))).toBeCloseTo(2 / 3, 10);
  });

  it('is 0 when nothing was answered, NaN when there was nothing to find', () => {
    expect(averagePrecision([], [1])(once(1))).toBe(0);
    expect(averagePrecision([{ image: 0, score: 1, isHit: false }], [0])(once(1))).toBeNaN();
  });

  it('equals the value of Python', () => {
    expect(labelAveragePrecision(LABELS, SCORES)(once(40))).toBeCloseTo(PYTHON_AP, 10);
  });
});

describe('expected calibration error', () => {
  it('is the distance of the rate from the mean probability', () => {
    expect(calibrationError([true, false, true, false], [0.9, 0.9, 0.9, 0.9], 1)(once(4))).toBeCloseTo(0.4);
  });

  it('equals the value of Python', () => {
    expect(calibrationError(LABELS, SCORES)(once(40))).toBeCloseTo(PYTHON_ECE, 10);
  });

  it('cuts bins as numpy does: the first ones take one more', () => {
    expect(binsOf([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([
      [1, 2, 3],
      [4, 5],
      [6, 7],
    ]);
  });
});

it('counting an image twice is the same as giving it twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 3 })), {
        minLength: 1,
        maxLength: 20,
      }),
      (images) => {
        const labels = images.map(([label]) => label);
        const scores = images.map(([, score]) => score / 6);
        const counts = Uint32Array.from(images, ([, , count]) => count);
        const copies = images.flatMap(([label, score, count]) =>
          Array.from({ length: count }, () => [label, score / 6] as const),
        );
        const copiedLabels = copies.map(([label]) => label);
        const copiedScores = copies.map(([, score]) => score);
        for (const measure of [areaUnderRoc, calibrationError]) {
          const [weighted, copied] = [
            measure(labels, scores)(counts),
            measure(copiedLabels, copiedScores)(once(copies.length)),
          ];
          if (Number.isNaN(copied)) expect(weighted).toBeNaN();
          else expect(weighted).toBeCloseTo(copied, 10);
        }
      },
    ),
  );
});

it('mean and median follow the counts', () => {
  expect(meanOf([1, 2, 6])(Uint32Array.of(1, 0, 1))).toBe(3.5);
  expect(medianOf([5, 1, 3])(once(3))).toBe(3);
  expect(medianOf([5, 1, 3])(Uint32Array.of(1, 1, 0))).toBe(3);
});
