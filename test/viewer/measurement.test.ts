/** Lengths and angles: which spacing counts, what is said, and how presses become points. */
import { describe, expect, test } from 'vitest';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { imagePoint } from '../../dicom/vocabulary/geometry.ts';
import { angleOf, calibrationOf, lengthOf, valueText } from '../../viewer-extension/core/measurement.ts';
import { measured, type Draft, type MeasureEvent } from '../../viewer-extension/standalone/measuring.ts';

const [origin, across, down] = [imagePoint(0, 0), imagePoint(30, 0), imagePoint(0, 40)];

describe('a length (PS3.3 10.7.1.3)', () => {
  const spacing = (attributes: Parameters<typeof dataSetOf>[0]) => calibrationOf(dataSetOf(attributes));

  test('is in mm of the detector where only Imager Pixel Spacing is there, or Pixel Spacing repeats it', () => {
    const imager = spacing({ ImagerPixelSpacing: ['0.2', '0.1'] });
    expect(imager.plane).toBe('detector');
    expect(lengthOf([origin, across], imager)).toBeCloseTo(3);
    expect(lengthOf([origin, down], imager)).toBeCloseTo(8);
    const both = spacing({ ImagerPixelSpacing: ['0.2', '0.2'], PixelSpacing: ['0.2', '0.2'] });
    expect(both.plane).toBe('detector');
  });

  test('is in mm of the patient where Pixel Spacing was calibrated', () => {
    const differs = spacing({ ImagerPixelSpacing: ['0.2', '0.2'], PixelSpacing: ['0.18', '0.18'] });
    expect([differs.plane, differs.rowSpacing]).toEqual(['object', 0.18]);
    const said = spacing({ PixelSpacing: ['0.2', '0.2'], PixelSpacingCalibrationType: 'FIDUCIAL' });
    expect(said.plane).toBe('object');
    expect(spacing({ PixelSpacing: ['0.2', '0.2'] }).plane).toBe('unstated');
  });

  test('is in pixels where the header says nothing, or says nothing sound', () => {
    const bare = spacing({ PixelSpacing: ['0', '-1'] });
    expect(bare.plane).toBeUndefined();
    expect(valueText({ id: 1, kind: 'length', points: [across, down] }, bare)).toBe('50 px');
  });
});

test('an angle is that of the body, not of the pixels', () => {
  const square = calibrationOf({});
  expect(angleOf([across, origin, down], square)).toBeCloseTo(90);
  const diagonal = imagePoint(10, 10);
  expect(angleOf([across, origin, diagonal], square)).toBeCloseTo(45);
  const tall = calibrationOf(dataSetOf({ PixelAspectRatio: [2, 1] }));
  expect(angleOf([across, origin, diagonal], tall)).toBeCloseTo((Math.atan(2) * 180) / Math.PI);
  expect(angleOf([origin, origin, down], square)).toBeUndefined();
});

describe('presses', () => {
  const run = (kind: 'length' | 'angle', events: readonly MeasureEvent[]) => {
    let draft: Draft | undefined;
    const done: (readonly { readonly x: number }[])[] = [];
    for (const event of events) {
      const next = measured(draft, kind, event);
      draft = next.draft;
      if (next.done) done.push(next.done);
    }
    return { draft, done };
  };
  const click = (at: typeof origin): MeasureEvent[] => [
    { type: 'move', at },
    { type: 'press', at },
    { type: 'release', at, wasDragged: false },
  ];
  const drag = (from: typeof origin, to: typeof origin): MeasureEvent[] => [
    { type: 'press', at: from },
    { type: 'move', at: to },
    { type: 'release', at: to, wasDragged: true },
  ];

  test('make a length by one drag or by two presses', () => {
    expect(run('length', drag(origin, across)).done).toEqual([[origin, across]]);
    expect(run('length', [...click(origin), ...click(across)]).done).toEqual([[origin, across]]);
  });

  test('make an angle by a drag and a press, or by three presses', () => {
    expect(run('angle', [...drag(across, origin), ...click(down)]).done).toEqual([[across, origin, down]]);
    const three = run('angle', [...click(across), ...click(origin), ...click(down)]);
    expect(three).toEqual({ draft: undefined, done: [[across, origin, down]] });
  });

  test('wait for a second point after a press without a move', () => {
    expect(run('length', click(origin)).draft?.points).toEqual([origin, origin]);
  });
});
