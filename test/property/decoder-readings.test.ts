/**
 * Whatever a network gives, its decoder gives a reading that can be reported, or says that the model failed.
 */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { readOutputs, shapesOf } from '../../models/postprocess/decoders.ts';
import type { Outputs } from '../../models/postprocess/outputs.ts';
import type { FoundInstance, Reading } from '../../models/postprocess/reading.ts';
import { network } from '../models/graphs/networks.ts';

const NETWORKS = [
  'keras-vgg',
  'resnet-regions',
  'resnet-softmax',
  'yolo-v5',
  'yolo-v8',
  'yolo-v8-seg',
  'faster-rcnn',
  'mask-rcnn',
  'unet',
  'keras-unet',
  'regressor',
  'infinite',
].map((id) => network(id).output);

/** Values that networks give on a good and on a bad day. */
const value = fc.oneof(
  { weight: 60, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 20, arbitrary: fc.constantFrom(0, 1, 2) },
  { weight: 5, arbitrary: fc.double({ min: -50, max: 200, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -1, 1e30) },
);

/** Outputs of a contract: every size that is open is drawn once, so that rows agree, or anew for each output. */
const anyCase = fc
  .record({
    output: fc.constantFrom(...NETWORKS),
    open: fc.nat(6),
    isRagged: fc.boolean(),
    values: fc.infiniteStream(value),
  })
  .map(({ output, open, isRagged, values }) => {
    const entries = Object.entries(shapesOf(output)).map(([name, shape], index) => {
      const size = isRagged ? open + index : open;
      const dims = shape.map((given) => (given === -1 ? size : given));
      const length = dims.reduce((product, one) => product * one, 1);
      const data = Float32Array.from({ length }, () => {
        const next = values.next();
        return next.done === true ? 0 : next.value;
      });
      return [name, { data, dims }] as const;
    });
    return { output, outputs: Object.fromEntries(entries) satisfies Outputs };
  });

function isReportable(reading: Reading): boolean {
  const isFraction = (one: number) => one >= 0 && one <= 1;
  switch (reading.kind) {
    case 'classes':
      return reading.classes.every(({ probability }) => isFraction(probability));
    case 'probability':
      return isFraction(reading.probability);
    case 'value':
      return Number.isFinite(reading.value);
    case 'instances':
      return reading.instances.every(isPlaced) && isBestFirst(reading.instances);
  }
}

function isPlaced({ score, box, polygon }: FoundInstance): boolean {
  const points = polygon ?? [];
  const numbers = [box.left, box.top, box.right, box.bottom, ...points.flatMap(({ x, y }) => [x, y])];
  const isOutline = polygon === undefined || (points.length >= 3 && points.length <= 32);
  const hasArea = box.right > box.left && box.bottom > box.top;
  return score >= 0.3 && score <= 1 && numbers.every(Number.isFinite) && isOutline && hasArea;
}

function isBestFirst(instances: readonly FoundInstance[]): boolean {
  return instances.every(({ score }, index) => score <= (instances[index - 1]?.score ?? 1));
}

describe('a decoder', () => {
  it('gives a reading that can be reported, or says that the model failed', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyCase, ({ output, outputs }) => {
        try {
          const reading = readOutputs(outputs, output, { threshold: 0.3, regions: [] });
          seen.add(reading.kind);
          return isReportable(reading);
        } catch (error) {
          seen.add('failed');
          return error instanceof PacsError && error.kind === 'model-failed';
        }
      }),
      { numRuns: 2000 },
    );
    expect([...seen].toSorted()).toEqual(['classes', 'failed', 'instances', 'probability', 'value']);
  });
});
