/**
 * ONNX Runtime, and nothing else of it: the only importer of `onnxruntime-node`.
 *
 * Traps: `session.run` blocks its thread, so sessions live in worker threads; `intraOpNumThreads` must be left out rather
 * than be undefined.
 */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Manifest } from '../manifest.ts';
import type { Tensor } from '../normalise/to-tensor.ts';
import type { RunModel } from '../pipeline.ts';
import { shapesOf } from '../postprocess/decoders.ts';
import { loadWeights } from './load-models.ts';

/** Networks that are loaded in this thread. */
export interface Sessions {
  readonly run: RunModel;
  /** Frees the native memory. */
  release(): Promise<void>;
}

/** Loads the weights of every model given, checks inputs and outputs against the manifest. Throws `model-invalid`. */
export async function openSessions(
  modelsFolder: string,
  manifests: readonly Manifest[],
  options: { readonly intraOpThreads?: number } = {},
): Promise<Sessions> {
  const sessions = new Map<string, InferenceSession>();
  for (const manifest of manifests)
    sessions.set(manifest.id, await open(modelsFolder, manifest, options.intraOpThreads));
  return {
    async run(manifest, inputs) {
      const session = sessions.get(manifest.id);
      if (!session) throw new PacsError('model-failed', `${manifest.id} is not loaded`);
      return runSession(session, manifest, inputs);
    },
    async release() {
      for (const session of sessions.values()) await session.release();
    },
  };
}

async function open(
  modelsFolder: string,
  manifest: Manifest,
  threads: number | undefined,
): Promise<InferenceSession> {
  const { weights } = loadWeights(modelsFolder, manifest);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(weights, {
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
      ...(threads !== undefined && { intraOpNumThreads: threads }),
    });
  } catch (cause) {
    throw new PacsError(
      'model-invalid',
      `models/${manifest.id}/${manifest.weights.file} is no ONNX graph that can be run`,
      { cause },
    );
  }
  const wantedInputs = [manifest.input.name, ...manifest.extraInputs.map(({ name }) => name)];
  checkNames(manifest, 'inputs', wantedInputs, session.inputNames);
  checkNames(manifest, 'outputs', Object.keys(shapesOf(manifest.output)), session.outputNames);
  return session;
}

/** Inputs must be the same set; of the outputs, those the manifest names must exist. */
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

function floatsOf(
  manifest: Manifest,
  name: string,
  value: InferenceSession.OnnxValueMapType[string],
): Tensor {
  if (value.type !== 'float32' || !(value.data instanceof Float32Array)) {
    throw new PacsError(
      'model-failed',
      `${manifest.id}: output "${name}" is ${value.type}; expected float32`,
    );
  }
  return { data: value.data, dims: value.dims };
}
