/** What two models of one image share, and what they must not. */
import { describe, expect, it, vi } from 'vitest';
import type { RunModel } from '../../models/pipeline.ts';
import { sharingRuns, tensorOf } from '../../models/shared-runs.ts';
import { DETECTOR, PROBABILITY } from './manifests.ts';

const image = () => ({ columns: 64, rows: 64, samples: new Float32Array(64 * 64).map((_, i) => i / 4096) });
const sameNetwork = { ...DETECTOR, weights: PROBABILITY.weights };

function counted(run: RunModel = () => Promise.resolve({})) {
  return vi.fn<RunModel>(run);
}

describe('the tensor of an image', () => {
  it('is made once for equal inputs, whatever they are named', () => {
    const one = image();
    expect(tensorOf(one, { ...DETECTOR.input, name: 'x' })).toBe(tensorOf(one, PROBABILITY.input));
  });

  it('is made anew for another size and for another image', () => {
    const one = image();
    expect(tensorOf(one, { ...DETECTOR.input, width: 32 })).not.toBe(tensorOf(one, DETECTOR.input));
    expect(tensorOf(image(), DETECTOR.input)).not.toBe(tensorOf(one, DETECTOR.input));
  });
});

describe('a network that two models were shipped with', () => {
  const tensor = { data: new Float32Array(1), dims: [1] };

  it('runs once on one tensor, and both read its outputs', async () => {
    const run = counted();
    const shared = sharingRuns(run);
    const first = await shared(PROBABILITY, { image: tensor });
    expect(await shared(sameNetwork, { image: tensor })).toBe(first);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('runs again on a tensor of equal numbers that is another object, on one more input, and for other weights', async () => {
    const run = counted();
    const shared = sharingRuns(run);
    await shared(PROBABILITY, { image: tensor });
    await shared(sameNetwork, { image: { ...tensor } });
    await shared(sameNetwork, { image: tensor, sex: tensor });
    await shared(DETECTOR, { image: tensor });
    expect(run).toHaveBeenCalledTimes(4);
  });

  it('fails for both when it fails', async () => {
    const shared = sharingRuns(counted(() => Promise.reject(new Error('out of memory'))));
    await expect(shared(PROBABILITY, { image: tensor })).rejects.toThrow('out of memory');
    await expect(shared(sameNetwork, { image: tensor })).rejects.toThrow('out of memory');
  });
});
