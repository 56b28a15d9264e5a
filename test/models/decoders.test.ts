/**
 * Networks that people already have, served from a manifest alone: real ONNX graphs of each family's form, run by
 * onnxruntime, through the whole pipeline.
 */
import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../dicom/vocabulary/finding.ts';
import { boundsOf, intersectionOverUnion } from '../../dicom/vocabulary/geometry.ts';
import { type Manifest, parseManifest } from '../../models/manifest.ts';
import { analyse, imageWith, network } from './graphs/networks.ts';

const LEFT = { left: 40, top: 40, right: 60, bottom: 60 };
const RIGHT = { left: 120, top: 20, right: 140, bottom: 40 };
const DETECTORS = ['yolo-v5', 'yolo-v8', 'yolo-v8-seg', 'faster-rcnn', 'mask-rcnn', 'unet', 'keras-unet'];
const WITH_OUTLINES = ['yolo-v8-seg', 'mask-rcnn', 'unet', 'keras-unet'];

async function fracturesOf(id: string, ...given: Parameters<typeof imageWith>) {
  const outcome = await analyse(network(id), imageWith(...given));
  expect(outcome.runs).toEqual([expect.objectContaining({ status: 'succeeded' })]);
  return findingsOf(outcome.findings, 'fracture');
}

describe.each(DETECTORS)('the detector %s', (id) => {
  it('finds one fracture where it is, in image points, although its head says it more than once', async () => {
    const [fracture, ...others] = await fracturesOf(id, [LEFT]);
    expect(others).toEqual([]);
    expect(fracture).toMatchObject({ certainty: 'definite', concept: { value: '125605004' } });
    // YOLO's anchors are 12 tensor points wide, 30 pixels, whatever they find.
    const least = id.startsWith('yolo') ? 0.43 : 0.8;
    expect(fracture && intersectionOverUnion(fracture.box, LEFT)).toBeGreaterThan(least);
  });

  it('finds it on an upright image too', async () => {
    const patch = { left: 20, top: 80, right: 40, bottom: 100 };
    const [fracture] = await fracturesOf(id, [patch], { columns: 80, rows: 160 });
    expect(fracture && intersectionOverUnion(fracture.box, patch)).toBeGreaterThan(0.4);
  });

  it('finds nothing where nothing is', async () => {
    expect(await fracturesOf(id, [])).toEqual([]);
  });

  it('keeps two that lie apart, best first', async () => {
    const found = await fracturesOf(id, [LEFT, { ...LEFT, left: 20, top: 0, right: 40, bottom: 20 }]);
    expect(found).toHaveLength(2);
    const scores = found.map(({ probability }) => probability);
    expect(scores).toEqual(scores.toSorted((one, other) => other - one));
  });
});

describe.each(WITH_OUTLINES)('the masks of %s', (id) => {
  it('become an outline of at most 32 points around the fracture', async () => {
    const [fracture] = await fracturesOf(id, [LEFT]);
    const polygon = fracture?.polygon ?? [];
    expect(polygon.length).toBeGreaterThanOrEqual(3);
    expect(polygon.length).toBeLessThanOrEqual(32);
    expect(intersectionOverUnion(boundsOf(polygon), LEFT)).toBeGreaterThan(0.6);
  });
});

describe('a detector', () => {
  it.each(['yolo-v5', 'yolo-v8', 'faster-rcnn'])('without masks draws no outline: %s', async (id) => {
    const [fracture] = await fracturesOf(id, [LEFT]);
    expect(fracture).toBeDefined();
    expect(fracture).not.toHaveProperty('polygon');
  });

  it('reports no class without a concept: metal on the right half, for this R-CNN', async () => {
    const found = await fracturesOf('mask-rcnn', [LEFT, RIGHT]);
    expect(found).toHaveLength(1);
    expect(found[0]?.box.right).toBeLessThanOrEqual(80);
  });

  it('gives its patches one outline each, even where their boxes overlap', async () => {
    const angle = [
      { left: 20, top: 20, right: 28, bottom: 72 },
      { left: 20, top: 64, right: 80, bottom: 72 },
      { left: 44, top: 30, right: 70, bottom: 50 },
    ];
    const found = await fracturesOf('unet', angle);
    expect(found).toHaveLength(2);
    const [one, other] = found.map(({ polygon }) => boundsOf(polygon ?? []));
    expect(one && other && intersectionOverUnion(one, other)).toBeLessThan(0.5);
  });
});

describe('a classifier', () => {
  it('of Keras gets bytes, channels last, blue first, with the Caffe means taken off', async () => {
    const outcome = await analyse(network('keras-vgg'), imageWith([{ ...LEFT, right: 100 }]));
    const [presence] = findingsOf(outcome.findings, 'fracture-presence');
    // The brightest cell is 0.9: softmax(−1.6, 1.6).
    expect(presence).toMatchObject({
      verdict: 'present',
      probability: expect.closeTo(1 / (1 + Math.exp(-3.2)), 2) as number,
    });
    const sound = await analyse(network('keras-vgg'), imageWith([]));
    expect(findingsOf(sound.findings, 'fracture-presence')[0]?.verdict).toBe('absent');
  });

  it('with logits gets its sigmoid, and its labels their regions', async () => {
    const bright = imageWith([{ left: 0, top: 0, right: 150, bottom: 80 }]);
    const outcome = await analyse(network('resnet-regions'), bright);
    expect(findingsOf(outcome.findings, 'body-region')).toEqual([
      expect.objectContaining({ region: 'hand', trackingId: 'region-XR_WRIST' }),
    ]);
  });

  it('of classes that exclude each other rejects what is most likely no region', async () => {
    const bright = imageWith([{ left: 0, top: 0, right: 150, bottom: 80 }]);
    const outcome = await analyse(network('resnet-softmax'), bright);
    expect(findingsOf(outcome.findings, 'body-region').map(({ region }) => region)).toEqual(['hand']);
    expect(await analyse(network('resnet-softmax'), imageWith([]))).toMatchObject({
      status: 'rejected',
      reason: 'not-a-limb',
    });
  });
});

describe('a regressor', () => {
  it('is told the sex and gives one number', async () => {
    const image = imageWith([{ left: 0, top: 0, right: 160, bottom: 79 }], { columns: 160, rows: 160 });
    const [age] = findingsOf((await analyse(network('regressor'), image, { sex: 'M' })).findings, 'bone-age');
    const mean = image.samples.reduce((sum, value) => sum + value, 0) / image.samples.length;
    expect(age?.months).toBeCloseTo(120 + 60 * mean, 1);
    const [unknown] = findingsOf((await analyse(network('regressor'), image)).findings, 'bone-age');
    expect(unknown).toMatchObject({ isSexKnown: false });
    expect(unknown?.months).toBeCloseTo(100 + 60 * mean, 1);
  });

  it('trained on standardised values gives them in their unit, and fails outside the range', async () => {
    const image = imageWith([{ left: 0, top: 0, right: 80, bottom: 80 }], { columns: 160, rows: 160 });
    const manifest = network('regressor');
    const withLinear = (intercept: number): Manifest =>
      parseManifest(
        { ...manifest, output: { ...manifest.output, linear: { slope: 0.5, intercept } } },
        'regressor',
      );
    const plain = findingsOf((await analyse(manifest, image)).findings, 'bone-age')[0]?.months ?? NaN;
    const [halved] = findingsOf((await analyse(withLinear(10), image)).findings, 'bone-age');
    expect(halved?.months).toBeCloseTo(plain / 2 + 10, 3);
    expect(await analyse(withLinear(-500), image)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('outside 0 to 240') as string,
    });
  });
});
