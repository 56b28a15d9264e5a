/**
 * ONNX Runtime, and nothing else of it: the only importer of `onnxruntime-node`.
 *
 * Traps: `session.run` blocks its thread, so sessions live in worker threads; `intraOpNumThreads` must be left out rather
 * than be undefined.
 */
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { inputShapeOf } from '../input-contract.ts';
import type { Manifest } from '../manifest.ts';
import type { Tensor } from '../normalise/to-tensor.ts';
import type { RunModel } from '../pipeline.ts';
import { shapesOf } from '../postprocess/decoders.ts';
import type { ExecutionProvider } from './execution-provider.ts';
import { loadWeights } from './load-models.ts';

/** Networks that are loaded in this thread. */
export interface Sessions {
  readonly run: RunModel;
  /** Why the networks run on the CPU although CUDA was asked for; absent when they run where they were asked to. */
  readonly fallbackReason?: string;
  /** Frees the native memory. */
  release(): Promise<void>;
}

export interface SessionOptions {
  /** Threads within one network; absent: ONNX Runtime chooses. */
  readonly intraOpThreads?: number;
  /** Absent: `cpu`. */
  readonly executionProvider?: ExecutionProvider;
}

/**
 * Loads the weights of every model given and checks inputs and outputs against the manifest. A provider that cannot be had
 * is no failure: all networks then run on the CPU. Throws `model-invalid`.
 */
export async function openSessions(
  modelsFolder: string,
  manifests: readonly Manifest[],
  options: SessionOptions = {},
): Promise<Sessions> {
  const { executionProvider = 'cpu', intraOpThreads } = options;
  try {
    return await openOn(executionProvider, modelsFolder, manifests, intraOpThreads);
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    const { message } = error;
    return { ...(await openOn('cpu', modelsFolder, manifests, intraOpThreads)), fallbackReason: message };
  }
}

/** Thrown and caught in this file: the provider cannot be had, the graph may be sound. */
class ProviderUnavailable extends Error {}

async function openOn(
  provider: ExecutionProvider,
  modelsFolder: string,
  manifests: readonly Manifest[],
  threads: number | undefined,
): Promise<Sessions> {
  // By the hash of the weights: two models of one network are two readings of one session.
  const sessions = new Map<string, InferenceSession>();
  const release = async () => {
    for (const session of sessions.values()) await session.release();
  };
  try {
    for (const manifest of manifests) {
      const key = manifest.weights.sha256;
      const shared = sessions.get(key);
      if (shared) checkSignature(manifest, shared);
      else sessions.set(key, await open(provider, modelsFolder, manifest, threads));
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    async run(manifest, inputs) {
      const session = sessions.get(manifest.weights.sha256);
      if (!session) throw new PacsError('model-failed', `${manifest.id} is not loaded`);
      return runSession(session, manifest, inputs);
    },
    release,
  };
}

async function open(
  provider: ExecutionProvider,
  modelsFolder: string,
  manifest: Manifest,
  threads: number | undefined,
): Promise<InferenceSession> {
  const { weights } = loadWeights(modelsFolder, manifest);
  // What fails is said by our own errors; ONNX Runtime would print it to the terminal besides.
  env.logLevel = 'fatal';
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(weights, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      logSeverityLevel: 4,
      ...(threads !== undefined && { intraOpNumThreads: threads }),
    });
  } catch (cause) {
    if (provider !== 'cpu') throw new ProviderUnavailable(cause instanceof Error ? cause.message : 'unknown');
    throw new PacsError(
      'model-invalid',
      `models/${manifest.id}/${manifest.weights.file} is no ONNX graph that can be run`,
      { cause },
    );
  }
  try {
    checkSignature(manifest, session);
  } catch (error) {
    await session.release();
    throw error;
  }
  return session;
}

/** Compares what the graph takes and gives with what the manifest says. Inputs must be the same set; of the outputs, those the manifest names must exist. */
function checkSignature(manifest: Manifest, session: InferenceSession): void {
  const { input, extraInputs, output } = manifest;
  const inputs = { [input.name]: inputShapeOf(input), ...ofEach(extraInputs, [1, 1]) };
  checkNames(manifest, 'inputs', Object.keys(inputs), session.inputNames);
  checkShapes(manifest, 'input', inputs, session.inputMetadata, ['float32']);
  const outputs = shapesOf(output);
  checkNames(manifest, 'outputs', Object.keys(outputs), session.outputNames);
  checkShapes(manifest, 'output', outputs, session.outputMetadata, ['float32', ...Object.keys(INTEGERS)]);
}

function ofEach(inputs: readonly { readonly name: string }[], shape: readonly number[]) {
  return Object.fromEntries(inputs.map(({ name }) => [name, shape]));
}

function checkNames(
  manifest: Manifest,
  what: 'inputs' | 'outputs',
  wanted: readonly string[],
  found: readonly string[],
): void {
  const isComplete = wanted.every((name) => found.includes(name));
  if (isComplete && (what === 'outputs' || wanted.length === found.length)) return;
  throw new PacsError(
    'model-invalid',
    `models/${manifest.id}: the graph's ${what} are ${found.join(', ')}; the manifest states ${wanted.join(', ')}`,
  );
}

/** Sizes that the graph leaves open, and those that the manifest leaves open (−1), fit any. */
function checkShapes(
  manifest: Manifest,
  what: 'input' | 'output',
  wanted: Readonly<Record<string, readonly number[]>>,
  found: readonly InferenceSession.ValueMetadata[],
  types: readonly string[],
): void {
  for (const value of found) {
    const shape = wanted[value.name];
    if (!shape) continue;
    const where = `models/${manifest.id}: ${what} "${value.name}"`;
    if (!value.isTensor || !types.includes(value.type)) {
      const type = value.isTensor ? value.type : 'no tensor';
      throw new PacsError('model-invalid', `${where} is ${type}; expected ${types.join(', ')}`);
    }
    const isFitting =
      value.shape.length === shape.length &&
      shape.every((size, axis) => size === -1 || isOpen(value.shape[axis]) || size === value.shape[axis]);
    if (isFitting) continue;
    const graph = value.shape.map((size) => (isOpen(size) ? '?' : size)).join('×');
    const stated = shape.map((size) => (size === -1 ? '?' : size)).join('×');
    throw new PacsError('model-invalid', `${where} has shape ${graph}; the manifest states ${stated}`);
  }
}

function isOpen(size: number | string | undefined): boolean {
  return typeof size !== 'number' || size < 0;
}

async function runSession(
  session: InferenceSession,
  manifest: Manifest,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Tensor>> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, dims }]) => [name, new OrtTensor('float32', data, dims)]),
  );
  let results: InferenceSession.OnnxValueMapType;
  try {
    results = await session.run(feeds);
  } catch (cause) {
    throw new PacsError('model-failed', `${manifest.id} could not be run on its input`, { cause });
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, floatsOf(manifest, name, value)]),
  );
}

/** Integer tensors (class labels) become floats, which are exact up to 2²⁴. */
const INTEGERS = { int64: BigInt64Array, int32: Int32Array, uint8: Uint8Array } as const;

function floatsOf(
  manifest: Manifest,
  name: string,
  value: InferenceSession.OnnxValueMapType[string],
): Tensor {
  const { data, dims, type } = value;
  if (data instanceof Float32Array) return { data, dims };
  if (data instanceof INTEGERS.int64) return { data: Float32Array.from(data, Number), dims };
  if (data instanceof INTEGERS.int32 || data instanceof INTEGERS.uint8)
    return { data: Float32Array.from(data), dims };
  throw new PacsError(
    'model-failed',
    `${manifest.id}: output "${name}" is ${type}; expected float32 or integers`,
  );
}
