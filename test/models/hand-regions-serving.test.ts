/**
 * The variant of the bone age on hand regions: chosen by name alone, first where its regions are found, else the whole hand.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingsOf, HAND_REGIONS } from '../../dicom/vocabulary/finding.ts';
import { boundsOf } from '../../dicom/vocabulary/geometry.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import { type Manifest, parseManifest } from '../../models/manifest.ts';
import { enhance, findHandRegions } from '../../models/normalise/hand-regions/find-regions.ts';
import { montageTensor, outlinesOf } from '../../models/normalise/hand-regions/montage-input.ts';
import { eightBit, type Plane } from '../../models/normalise/hand-regions/plane.ts';
import { analyseImage, type RunModel } from '../../models/pipeline.ts';
import { selectModels } from '../../models/registry.ts';
import { readGreyPng } from '../support/png.ts';
import { BONE_AGE, MANIFEST_JSON } from './manifests.ts';

const folder = join(import.meta.dirname, '../golden/bone-age-regions');
const golden = readGreyPng(join(folder, '0_input.png'));
const HAND: GreyImage = { ...golden, samples: Float32Array.from(golden.samples, (level) => level / 255) };

const JSON_OF_REGIONS = {
  ...MANIFEST_JSON.boneAge,
  id: 'bone-age-regions',
  task: 'bone-age-regions',
  input: {
    name: 'image',
    width: 256,
    height: 256,
    channels: 1,
    fit: 'hand-regions',
    steps: [{ op: 'standardise', mean: [0.5], std: [0.25] }],
  },
  routing: { ...MANIFEST_JSON.boneAge.routing, onlyWhenNamed: true },
};
const OF_REGIONS = parseManifest(JSON_OF_REGIONS, 'bone-age-regions');

function analyse(image: GreyImage, run: RunModel) {
  const source = {
    studyInstanceUid: '1.2.3',
    seriesInstanceUid: '1.2.3.1',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
    sopInstanceUid: '1.2.3.1.1',
    frameNumber: 1,
    rows: image.rows,
    columns: image.columns,
  };
  const request = { image, source, patient: { sex: 'F' }, isBoneAgeRequested: true } as const;
  return analyseImage(request, { 'bone-age': BONE_AGE, 'bone-age-regions': OF_REGIONS }, run);
}

const answering =
  (broken?: string): RunModel =>
  (model: Manifest) => {
    if (model.id === broken) return Promise.reject(new Error('native crash'));
    const row = (value: number) => ({ data: Float32Array.of(value), dims: [1, 1] });
    return Promise.resolve({ months: row(model === OF_REGIONS ? 100 : 120), uncertainty: row(15) });
  };

describe('the choice of the variant', () => {
  it('a model that runs only when named is left out until OSTEON_MODELS names it', () => {
    const all = [BONE_AGE, OF_REGIONS];
    expect(selectModels(all, { allowsResearchOnly: true }).map(({ id }) => id)).toEqual(['bone-age']);
    const ids = ['bone-age', 'bone-age-regions'];
    expect(selectModels(all, { ids, allowsResearchOnly: true }).map(({ id }) => id)).toEqual(ids);
  });

  it('reads the age from the regions and names them', async () => {
    const { findings, runs } = await analyse(HAND, answering());
    const [age] = findingsOf(findings, 'bone-age');
    expect(age).toMatchObject({ months: 100, method: { value: 'hand-regions' }, isSexKnown: true });
    expect(age?.handRegions?.map(({ region }) => region)).toEqual(HAND_REGIONS);
    expect(runs.map(({ model, status }) => [model.id, status])).toEqual([['bone-age-regions', 'succeeded']]);
  });

  it('reads the whole hand where regions are not found, and says so', async () => {
    const even = { ...HAND, samples: HAND.samples.map((_, index) => (index % HAND.columns) / HAND.columns) };
    const { findings, runs } = await analyse(even, answering());
    expect(findings).toMatchObject([{ months: 120, method: { value: 'whole-hand' } }]);
    expect(findings[0]).not.toHaveProperty('handRegions');
    expect(runs).toMatchObject([
      { status: 'skipped', reason: expect.stringMatching(/^regions not found: /) as string },
      { status: 'succeeded' },
    ]);
  });

  it('reads the whole hand where the network on regions fails', async () => {
    const { findings, runs } = await analyse(HAND, answering('bone-age-regions'));
    expect(findings).toMatchObject([{ months: 120 }]);
    expect(runs.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  });
});

describe('the manifest', () => {
  it('keeps the montage for its task and its size', () => {
    const parse = (change: object) => () =>
      parseManifest({ ...JSON_OF_REGIONS, ...change }, 'bone-age-regions');
    expect(parse({ input: { ...JSON_OF_REGIONS.input, fit: 'letterbox' } })).toThrow(
      /expects "hand-regions"/,
    );
    expect(parse({ task: 'bone-age' })).toThrow(/expects a fit of the whole image/);
    expect(parse({ input: { ...JSON_OF_REGIONS.input, width: 320 } })).toThrow(/expected 256 × 256/);
  });
});

describe('the input of the network', () => {
  const found = findHandRegions(HAND);
  if (!found.isFound) throw new Error('expected regions');

  it('is the golden montage, standardised', () => {
    const { data, dims } = montageTensor(found, OF_REGIONS.input);
    const montage = readGreyPng(join(folder, '9_montage256.png'));
    expect(dims).toEqual([1, 1, 256, 256]);
    const difference = montage.samples.reduce(
      (most, level, index) => Math.max(most, Math.abs((level / 255 - 0.5) / 0.25 - (data[index] ?? NaN))),
      0,
    );
    expect(difference).toBeLessThan(1e-5);
  });

  it('comes from where its outlines say: the pixels under them are the pixels of the upright canvas', () => {
    const canvas = enhance(eightBit(HAND));
    const outlines = outlinesOf(found, HAND);
    for (const { region, outline } of outlines) {
      const box = found.boxes[region];
      const [origin, across, , down] = outline;
      if (!origin || !across || !down) throw new Error('expected four corners');
      // The middle of the region, on the canvas before it was turned and after.
      const x = (((across.x + down.x) / 2) * canvas.columns) / HAND.columns;
      const y = (((across.y + down.y) / 2) * canvas.rows) / HAND.rows;
      const after = meanAround(found.canvas, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2);
      expect(Math.abs(meanAround(canvas, x, y) - after), region).toBeLessThan(6);
    }
    const bounds = Object.fromEntries(outlines.map(({ region, outline }) => [region, boundsOf(outline)]));
    expect(bounds.carpus?.top).toBeGreaterThan(bounds['four-joints']?.top ?? NaN);
    expect(bounds.thumb?.left).toBeGreaterThan(bounds.carpus?.left ?? NaN);
    expect(bounds['middle-finger']?.top).toBeLessThan(bounds.thumb?.top ?? NaN);
  });
});

function meanAround({ columns, samples }: Plane, x: number, y: number): number {
  const reach = 4;
  let sum = 0;
  for (let row = Math.floor(y) - reach; row <= y + reach; row++) {
    for (let column = Math.floor(x) - reach; column <= x + reach; column++) {
      sum += samples[row * columns + column] ?? NaN;
    }
  }
  return sum / (2 * reach + 1) ** 2;
}
