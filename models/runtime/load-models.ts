/**
 * Reads the model folders from disk. With `session.ts` the only file of this room that touches the outside.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { type Manifest, parseManifest } from '../manifest.ts';

/** A manifest and the bytes of its weights, which have the hash that the manifest states. */
export interface LoadedModel {
  readonly manifest: Manifest;
  readonly weights: Uint8Array;
}

/** The manifests of all folders below `modelsFolder` that hold one, by id. Throws `model-invalid` naming file and key. */
export function readManifests(modelsFolder: string): readonly Manifest[] {
  return readdirSync(modelsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
    .flatMap((folder) => readManifest(modelsFolder, folder) ?? []);
}

/** The manifest of one folder; `undefined` when it holds none. Throws `model-invalid` naming file and key. */
export function readManifest(modelsFolder: string, folder: string): Manifest | undefined {
  const text = readIfThere(join(modelsFolder, folder, 'manifest.json'));
  return text === undefined ? undefined : parseManifest(parseJson(text, folder), folder);
}

/** Reads a model's weights and checks their hash. Throws `model-invalid`. */
export function loadWeights(modelsFolder: string, manifest: Manifest): LoadedModel {
  const { file, sha256 } = manifest.weights;
  let weights: Uint8Array;
  try {
    weights = readFileSync(join(modelsFolder, manifest.id, file));
  } catch (cause) {
    throw new PacsError('model-invalid', `models/${manifest.id}/${file} cannot be read`, { cause });
  }
  const found = createHash('sha256').update(weights).digest('hex');
  if (found !== sha256) {
    throw new PacsError(
      'model-invalid',
      `models/${manifest.id}/${file} has SHA-256 ${found}; the manifest states ${sha256}`,
    );
  }
  return { manifest, weights };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new PacsError('model-invalid', 'a manifest cannot be read', { cause: error });
  }
}

function parseJson(text: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PacsError('model-invalid', `models/${folder}/manifest.json is not JSON`, { cause });
  }
}
