/**
 * A site that asks for CUDA where there is none keeps its analysis: the CPU takes over, and says so once. `npm install`
 * brings no CUDA libraries, so here there is none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startInferencePool } from '../../../server/analysis/inference-pool.ts';
import { openSessions } from '../../../models/runtime/session.ts';
import { GRAPHS, network } from '../graphs/networks.ts';

const IMAGE = { data: new Float32Array(64 * 64).fill(1), dims: [1, 1, 64, 64] };

describe('CUDA that cannot be had', () => {
  it('is replaced by the CPU, which gives what it always gives, and the reason is named', async () => {
    const answers = await Promise.all(
      (['cpu', 'cuda'] as const).map(async (executionProvider) => {
        const sessions = await openSessions(GRAPHS, [network('unet')], {
          executionProvider,
          intraOpThreads: 1,
        });
        const outputs = await sessions.run(network('unet'), { image: IMAGE });
        await sessions.release();
        return { outputs, reason: sessions.fallbackReason };
      }),
    );
    const [cpu, cuda] = answers;
    expect(cpu?.reason).toBeUndefined();
    expect(cuda?.reason).toMatch(/Cuda/);
    expect(cuda?.outputs).toEqual(cpu?.outputs);
  });

  it('does not hide a folder that is wrong', async () => {
    const manifest = { ...network('unet'), weights: { file: 'model.onnx', sha256: '0'.repeat(64) } };
    await expect(openSessions(GRAPHS, [manifest], { executionProvider: 'cuda' })).rejects.toMatchObject({
      kind: 'model-invalid',
    });
  });

  it('is said once, however many processes there are', async () => {
    const reasons: string[] = [];
    const dataFolder = await mkdtemp(join(tmpdir(), 'osteon-inference-'));
    const pool = startInferencePool({
      modelsFolder: GRAPHS,
      dataFolder,
      modelIds: ['unet', 'regressor'],
      workers: 2,
      executionProvider: 'cuda',
      onFallback: (reason) => reasons.push(reason),
    });
    await pool.ready;
    await pool.close();
    await rm(dataFolder, { recursive: true });
    expect(reasons).toEqual([expect.stringMatching(/Cuda/)]);
  });
});
