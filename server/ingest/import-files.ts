/**
 * Imports files and folders from disk: DICOM as it is, JPEG and PNG as Secondary Capture. One outcome per file.
 */
import { createReadStream, type Stats } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { importImage, type ImageDescription } from './import-image.ts';
import { oneChunk } from './one-chunk.ts';
import type { InstanceStore, StoreOutcome } from './store-instances.ts';

/** What became of one file. */
export type ImportedFile =
  | {
      readonly path: string;
      readonly status: 'stored' | 'identical';
      readonly studyInstanceUid: string;
      readonly sopInstanceUid: string;
    }
  | { readonly path: string; readonly status: 'refused'; readonly reason: string };

/** What an import needs. */
export interface ImportServices {
  readonly instances: Pick<InstanceStore, 'store'>;
  /** Image files beyond this size are refused unread. */
  readonly maxObjectBytes: number;
  /** Aborted: the files that are left are not read. */
  readonly signal?: AbortSignal;
  /** Told after each file. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A path to import, or why it cannot be. */
type Candidate = { readonly path: string; readonly failure?: PacsError };

/** Imports every file that `paths` name or hold, in the order of their names. Never throws for a file. */
export async function importFiles(
  paths: readonly string[],
  description: ImageDescription,
  services: ImportServices,
): Promise<readonly ImportedFile[]> {
  const candidates = (await Promise.all(paths.map(filesUnder))).flat();
  const outcomes: ImportedFile[] = [];
  for (const candidate of candidates) {
    if (services.signal?.aborted === true) break;
    outcomes.push(await importOne(candidate, description, services));
    services.onProgress?.(outcomes.length, candidates.length);
  }
  return outcomes;
}

/** Hidden files are left out; so are links to folders, which may lead in circles. */
async function filesUnder(path: string): Promise<readonly Candidate[]> {
  let found: Stats;
  try {
    found = await stat(path);
    if (found.isDirectory()) return await filesInFolder(path);
  } catch (error) {
    return [{ path, failure: readFailure(error) }];
  }
  return found.isFile()
    ? [{ path }]
    : [{ path, failure: new PacsError('bad-request', 'This is neither a file nor a folder') }];
}

async function filesInFolder(folder: string): Promise<readonly Candidate[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: Candidate[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory() || entry.isFile()) files.push(...(await filesUnder(path)));
    else if ((await stat(path).catch(() => undefined))?.isFile() === true) files.push({ path });
  }
  return files;
}

async function importOne(
  { path, failure }: Candidate,
  description: ImageDescription,
  services: ImportServices,
): Promise<ImportedFile> {
  try {
    if (failure !== undefined) throw failure;
    const body = (await isImageFile(path))
      ? oneChunk(
          await importImage(await readWhole(path, services.maxObjectBytes), {
            title: basename(path),
            ...description,
          }),
        )
      : createReadStream(path);
    return fileOutcome(path, await services.instances.store(body, { origin: 'import' }));
  } catch (error) {
    return { path, status: 'refused', reason: readFailure(error).message };
  }
}

function fileOutcome(path: string, outcome: StoreOutcome): ImportedFile {
  if (outcome.status === 'refused') {
    const { kind, message } = outcome.failure;
    return {
      path,
      status: 'refused',
      reason: kind === 'not-dicom' ? 'This is not a DICOM, JPEG or PNG file' : message,
    };
  }
  const { studyInstanceUid, sopInstanceUid } = outcome.instance;
  return { path, status: outcome.status, studyInstanceUid, sopInstanceUid };
}

/** Told by the first bytes, since names of files prove nothing. */
async function isImageFile(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.subarray(0, bytesRead).toString('hex');
    return start.startsWith('ffd8ff') || start === '89504e47';
  } finally {
    await file.close();
  }
}

async function readWhole(path: string, maxBytes: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > maxBytes) {
    throw new PacsError('too-large', `The file has ${size} bytes; up to ${maxBytes} are taken`);
  }
  return await readFile(path);
}

function readFailure(error: unknown): PacsError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return new PacsError('not-found', 'There is no such file or folder', { cause: error });
  if (code === 'EACCES' || code === 'EPERM') {
    return new PacsError('forbidden', 'This account may not read the file', { cause: error });
  }
  return asPacsError(error);
}
