/**
 * A model folder that does not hold what it says is refused when it is loaded, by a message that names what is wrong; a
 * network that answers nonsense has failed.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Manifest, parseManifest } from '../../../models/manifest.ts';
import { readManifests } from '../../../models/runtime/load-models.ts';
import { openSessions } from '../../../models/runtime/session.ts';
import { analyse, GRAPHS, imageWith, network } from '../graphs/networks.ts';

const folder = mkdtempSync(join(tmpdir(), 'osteon-models-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Loads a manifest of the graphs with some of its keys replaced. */
async function load(id: string, change: (manifest: Manifest) => object): Promise<void> {
  const manifest = network(id);
  const changed = parseManifest({ ...manifest, ...change(manifest) }, id);
  await (await openSessions(GRAPHS, [changed], { intraOpThreads: 1 })).release();
}

/** Loads a folder whose weights are the bytes given, with the right hash. */
async function loadBytes(bytes: Uint8Array): Promise<void> {
  cpSync(join(GRAPHS, 'unet'), join(folder, 'unet'), { recursive: true });
  writeFileSync(join(folder, 'unet', 'model.onnx'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const manifest = { ...network('unet'), weights: { file: 'model.onnx', sha256 } };
  await (await openSessions(folder, [manifest], { intraOpThreads: 1 })).release();
}

describe('a model folder is refused', () => {
  it('when the weights are not the ones the manifest states', async () => {
    const weights = { file: 'model.onnx', sha256: '0'.repeat(64) };
    await expect(load('unet', () => ({ weights }))).rejects.toMatchObject({
      kind: 'model-invalid',
      message: expect.stringMatching(/has SHA-256 [0-9a-f]{64}; the manifest states 0{64}/) as string,
    });
  });

  it('when the weights are not there', async () => {
    const weights = { ...network('unet').weights, file: 'other.onnx' };
    await expect(load('unet', () => ({ weights }))).rejects.toThrow(/unet\/other.onnx cannot be read/);
  });

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['a text', () => Buffer.from('<html>404</html>')],
    ['half a graph', () => readFileSync(join(GRAPHS, 'unet', 'model.onnx')).subarray(0, 200)],
  ])('when the weights are %s', async (_what, bytes) => {
    await expect(loadBytes(bytes())).rejects.toMatchObject({
      kind: 'model-invalid',
      message: 'models/unet/model.onnx is no ONNX graph that can be run',
    });
  });

  it('when the graph has no input of the name stated, naming those it has', async () => {
    await expect(load('unet', ({ input }) => ({ input: { ...input, name: 'x' } }))).rejects.toThrow(
      "models/unet: the graph's inputs are image; the manifest states x",
    );
  });

  it('when the graph takes an input that the manifest does not mention', async () => {
    await expect(load('regressor', () => ({ extraInputs: [] }))).rejects.toThrow(
      "the graph's inputs are image, sex; the manifest states image",
    );
  });

  it('when the graph gives no output of the name stated', async () => {
    await expect(load('unet', ({ output }) => ({ output: { ...output, name: 'mask' } }))).rejects.toThrow(
      "the graph's outputs are logits; the manifest states mask",
    );
  });

  it.each([
    ['another size', 'unet', { width: 128, height: 128 }, '1×1×64×64; the manifest states 1×1×128×128'],
    ['another number of channels', 'unet', { channels: 3 }, '1×1×64×64; the manifest states 1×3×64×64'],
    ['another order of axes', 'unet', { layout: 'nhwc' }, '1×1×64×64; the manifest states 1×64×64×1'],
    ['a batch it does not have', 'faster-rcnn', { layout: 'nchw' }, '3×64×64; the manifest states 1×3×64×64'],
  ])('when the input has %s', async (_what, id, change, message) => {
    await expect(load(id, ({ input }) => ({ input: { ...input, ...change } }))).rejects.toThrow(message);
  });

  it('when the output has another number of classes', async () => {
    const classes = [{ label: 'fracture', concept: { value: '1', scheme: 'SCT', meaning: 'Fracture' } }];
    await expect(load('yolo-v8', ({ output }) => ({ output: { ...output, classes } }))).rejects.toThrow(
      'models/yolo-v8: output "output0" has shape 1×6×128; the manifest states 1×5×?',
    );
  });
});

describe('a graph that leaves sizes open', () => {
  it('is taken: a batch by name, and as many boxes as there are', async () => {
    for (const id of ['keras-vgg', 'mask-rcnn']) {
      await expect(load(id, () => ({}))).resolves.toBeUndefined();
    }
  });
});

describe('a network that answers nonsense', () => {
  it.each(['not-a-number', 'infinite'])('has failed, and nothing is found: %s', async (id) => {
    const outcome = await analyse(network(id), imageWith([]));
    expect(outcome).toMatchObject({
      status: 'failed',
      findings: [],
      detail: expect.stringContaining(
        'output "probability" holds a value outside 0 to 1 or no number',
      ) as string,
    });
  });

  it('has failed when probabilities of a softmax do not add up to 1', async () => {
    const manifest = network('resnet-softmax');
    const labels = [
      { label: 'hand', concept: { value: '53120007', scheme: 'SCT', meaning: 'Upper limb' } },
      { label: 'leg' },
      { label: 'other' },
    ];
    const output = { decoder: 'softmax-classifier' as const, name: 'logits', labels };
    const dark = imageWith([]);
    const outcome = await analyse({ ...manifest, output }, dark);
    expect(outcome).toMatchObject({ status: 'failed', findings: [] });
  });
});

describe('the shipped models', () => {
  it('hold what their manifests say', async () => {
    const models = join(import.meta.dirname, '..', '..', '..', 'models');
    const manifests = readManifests(models);
    expect(manifests.length).toBeGreaterThanOrEqual(4);
    await (await openSessions(models, manifests, { intraOpThreads: 1 })).release();
  });
});
