import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { BodyRegion } from '../../dicom/vocabulary/finding.ts';
import { boundsOf } from '../../dicom/vocabulary/geometry.ts';
import { outlineOf } from '../../models/postprocess/contours.ts';
import { readOutputs } from '../../models/postprocess/decoders.ts';
import type { Outputs } from '../../models/postprocess/outputs.ts';
import { BONE_AGE, MANIFEST_JSON } from './manifests.ts';

const CONCEPT = MANIFEST_JSON.detector.output.concept;

/** Boxes and scores of a heat map. */
function boxesOf(given: Outputs, threshold: number, nmsIou = 0.5) {
  const contract = { ...MANIFEST_JSON.detector.output, nmsIou };
  const reading = readOutputs(given, contract, { threshold, regions: [] });
  return reading.kind === 'instances' ? reading.instances : [];
}

const boneAgeOf = (given: Outputs) => readOutputs(given, BONE_AGE.output, { threshold: 0, regions: [] });

/** Heat and distances of an 8×8 map with given peaks. */
function outputs(peaks: readonly { column: number; row: number; score: number; reach: number }[]) {
  const heat = new Float32Array(64);
  const distances = new Float32Array(4 * 64);
  for (const { column, row, score, reach } of peaks) {
    heat[row * 8 + column] = score;
    for (let side = 0; side < 4; side++) distances[side * 64 + row * 8 + column] = reach;
  }
  return {
    heat: { data: heat, dims: [1, 1, 8, 8] },
    distances: { data: distances, dims: [1, 4, 8, 8] },
    mask: { data: new Float32Array(64), dims: [1, 1, 8, 8] },
  };
}

describe('boxes from a heat map', () => {
  it('places a box about the centre of its cell, (i + 0.5) · stride', () => {
    const [only] = boxesOf(outputs([{ column: 3, row: 2, score: 0.9, reach: 4 }]), 0.5);
    expect(only).toEqual({
      box: { left: 24, top: 16, right: 32, bottom: 24 },
      score: expect.closeTo(0.9, 6) as number,
      concept: CONCEPT,
    });
  });

  it('takes only the higher of two neighbours, and the first of two equal ones', () => {
    const peaks = [
      { column: 3, row: 2, score: 0.5, reach: 4 },
      { column: 4, row: 2, score: 0.5, reach: 4 },
    ];
    expect(boxesOf(outputs(peaks), 0.4)).toHaveLength(1);
  });

  it('suppresses the lesser of two boxes that overlap, and keeps one that does not', () => {
    const peaks = [
      { column: 2, row: 2, score: 0.9, reach: 20 },
      { column: 4, row: 2, score: 0.8, reach: 20 },
      { column: 7, row: 7, score: 0.7, reach: 3 },
    ];
    const scores = boxesOf(outputs(peaks), 0.4, 0.3).map(({ score }) => score);
    expect(scores).toEqual([expect.closeTo(0.9, 6), expect.closeTo(0.7, 6)]);
  });

  it('drops a box without area and never leaves the tensor', () => {
    const peaks = [
      { column: 0, row: 0, score: 0.9, reach: 50 },
      { column: 5, row: 5, score: 0.9, reach: 0 },
    ];
    expect(boxesOf(outputs(peaks), 0.4).map(({ box }) => box)).toEqual([
      { left: 0, top: 0, right: 54, bottom: 54 },
    ]);
  });

  it('calls NaN a failure of the model, never a finding', () => {
    const broken = outputs([{ column: 1, row: 1, score: NaN, reach: 1 }]);
    expect(() => boxesOf(broken, 0.4)).toThrow(expect.objectContaining({ kind: 'model-failed' }));
  });
});

describe('an outline', () => {
  it('follows a disc within half a cell, in at most 32 points', () => {
    const data = Float32Array.from({ length: 40 * 40 }, (_, index) => {
      const distance = Math.hypot((index % 40) + 0.5 - 20, Math.floor(index / 40) + 0.5 - 20);
      return 1 / (1 + Math.exp((distance - 8) * 4));
    });
    const box = { left: 48, top: 48, right: 112, bottom: 112 };
    const outline = outlineOf({ data, columns: 40, rows: 40, stride: 4 }, box, 0.5) ?? [];
    expect(outline.length).toBeGreaterThan(8);
    expect(outline.length).toBeLessThanOrEqual(32);
    for (const { x, y } of outline) expect(Math.abs(Math.hypot(x - 80, y - 80) - 32)).toBeLessThan(2);
  });

  it('stays within a quarter of the box around it and is absent on an empty mask', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 256, maxLength: 256, min: 0, max: 1, noNaN: true }),
        (data) => {
          const box = { left: 20, top: 20, right: 44, bottom: 44 };
          const outline = outlineOf({ data, columns: 16, rows: 16, stride: 4 }, box, 0.5);
          if (!outline) return true;
          const bounds = boundsOf(outline);
          return (
            bounds.left >= 12 &&
            bounds.top >= 12 &&
            bounds.right <= 52 &&
            bounds.bottom <= 52 &&
            outline.length <= 32
          );
        },
      ),
    );
    expect(
      outlineOf(
        { data: new Float32Array(256), columns: 16, rows: 16, stride: 4 },
        { left: 0, top: 0, right: 64, bottom: 64 },
        0.5,
      ),
    ).toBeUndefined();
  });
});

describe('single values', () => {
  const one = (value: number) => ({ data: Float32Array.of(value), dims: [1, 1] });

  const probabilityOf = (value: number, regions: readonly BodyRegion[]) => {
    const contract = {
      decoder: 'binary-probability' as const,
      name: 'p',
      calibrationByRegion: { hand: { slope: 1, intercept: 2 } },
    };
    return readOutputs({ p: one(value) }, contract, { threshold: 0, regions });
  };

  it('calibrates a probability by its region only when exactly one is known', () => {
    const calibrated = expect.closeTo(1 / (1 + Math.exp(-2)), 5) as number;
    expect(probabilityOf(0.5, ['hand'])).toEqual({ kind: 'probability', probability: calibrated });
    expect(probabilityOf(0.5, ['hand', 'hip'])).toEqual({ kind: 'probability', probability: 0.5 });
  });

  it('refuses a probability above 1 and a bone age outside its range', () => {
    expect(() => probabilityOf(1.5, [])).toThrow(/outside 0 to 1/);
    expect(() => boneAgeOf({ months: one(400), uncertainty: one(1) })).toThrow(/outside 0 to 240/);
  });

  it('names the output that is absent', () => {
    expect(() => boneAgeOf({ age: one(100) })).toThrow(/output "months" is absent; got age/);
  });
});
