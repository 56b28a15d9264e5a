import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activationMapOf, activationOf, LONGEST_MAP_SIDE } from '../../models/activation-map.ts';
import { parseManifest } from '../../models/manifest.ts';
import type { RunModel } from '../../models/pipeline.ts';
import { openSessions } from '../../models/runtime/session.ts';
import { GRAPHS, imageWith, network as graphNamed } from './graphs/networks.ts';
import { MANIFEST_JSON, PROBABILITY } from './manifests.ts';

const MODEL = parseManifest(
  {
    ...MANIFEST_JSON.probability,
    output: { ...MANIFEST_JSON.probability.output, activationMap: { name: 'activation', stride: 8 } },
  },
  'fracture-probability',
);

function grey(columns: number, rows: number) {
  return { columns, rows, samples: Float32Array.from({ length: columns * rows }, (_, i) => (i % 97) / 97) };
}

/** A network whose map is 8×8 cells of the given values. */
function network(cells: Float32Array, dims: readonly number[] = [1, 1, 8, 8]): RunModel {
  const probability = { data: Float32Array.of(0.5), dims: [1, 1] };
  return () => Promise.resolve({ probability, activation: { data: cells, dims } });
}

describe('the activation map of an image', () => {
  it('lies where the cell lies: the 64 px input is letterboxed, 16 rows of padding above and below', async () => {
    const cells = new Float32Array(64);
    cells[4 * 8 + 2] = 1; // centre at 20, 36 of the input: 80, 80 of an image of 256 × 128
    const map = await activationOf(grey(256, 128), MODEL, network(cells));
    expect([map.columns, map.rows]).toEqual([256, 128]);
    const peak = map.samples.indexOf(Math.max(...map.samples));
    expect(Math.abs((peak % 256) + 0.5 - 80)).toBeLessThanOrEqual(1);
    expect(Math.abs(Math.floor(peak / 256) + 0.5 - 80)).toBeLessThanOrEqual(1);
    expect(map.samples[0]).toBe(0);
  });

  it('keeps the shape of the image and never exceeds its longest side', async () => {
    const sides = fc.integer({ min: 64, max: 1600 });
    await fc.assert(
      fc.asyncProperty(
        sides,
        sides,
        fc.float({ min: 0, max: 1, noNaN: true }),
        async (columns, rows, value) => {
          const map = await activationOf(
            grey(columns, rows),
            MODEL,
            network(new Float32Array(64).fill(value)),
          );
          expect(Math.max(map.columns, map.rows)).toBe(Math.min(LONGEST_MAP_SIDE, Math.max(columns, rows)));
          expect(Math.abs(map.columns / map.rows / (columns / rows) - 1)).toBeLessThan(0.01);
          expect(map.samples).toHaveLength(map.columns * map.rows);
          expect(new Set(map.samples)).toEqual(new Set([Math.round(Math.fround(value) * 255)]));
        },
      ),
      { numRuns: 5 },
    );
  });

  it('is refused for a model without one, and for one of another size or with no numbers', async () => {
    expect(activationMapOf(PROBABILITY)).toBeUndefined();
    const image = grey(64, 64);
    await expect(activationOf(image, PROBABILITY, network(new Float32Array(64)))).rejects.toMatchObject({
      kind: 'not-found',
    });
    const wide = network(new Float32Array(128), [1, 1, 8, 16]);
    await expect(activationOf(image, MODEL, wide)).rejects.toMatchObject({ kind: 'model-failed' });
    const broken = network(new Float32Array(64).fill(NaN));
    await expect(activationOf(image, MODEL, broken)).rejects.toMatchObject({ kind: 'model-failed' });
  });

  it('comes from a real graph, brightest where the image is', async () => {
    const model = graphNamed('with-activation');
    const sessions = await openSessions(GRAPHS, [model], { intraOpThreads: 1 });
    try {
      const patch = { left: 100, top: 20, right: 140, bottom: 60 };
      const { columns, samples } = await activationOf(imageWith([patch]), model, sessions.run);
      const at = (x: number, y: number) => samples[y * columns + x] ?? 0;
      expect(at(120, 40)).toBeGreaterThan(200);
      expect(at(40, 40)).toBeLessThan(30);
    } finally {
      await sessions.release();
    }
  });
});
