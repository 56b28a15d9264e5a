/**
 * The data set of a C-STORE as a Part 10 file among the staged objects: our File Meta Information, then the bytes as they
 * come, hashed on the way. PS3.10 7.1.
 *
 * Trap: nothing of it is durable yet: the process that keeps it syncs it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { IncomingData } from './incoming-data.ts';

/** A file in the staging folder, whole and closed. */
export interface StagedFileName {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** What the names of files of this process begin with, so that those of one that died can be told. */
export function stagingPrefix(pid: number): string {
  return `dimse-${pid}-`;
}

/** Where files are staged. */
export interface StagingFolder {
  readonly path: string;
  /** Most bytes of a file. */
  readonly maxBytes: number;
}

/** Writes `head` and then all of `data`. Throws `too-large`, `storage-unavailable`, and what `data` throws; nothing is left behind then. */
export async function stageDataSet(
  folder: StagingFolder,
  head: Uint8Array,
  data: IncomingData,
): Promise<StagedFileName> {
  const name = `${stagingPrefix(process.pid)}${randomUUID()}`;
  const path = join(folder.path, name);
  const file = await guarded(() => open(path, 'wx'));
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let pieces: Uint8Array[] = [head];
  try {
    for await (const arrived of data) {
      pieces.push(...arrived);
      for (const piece of arrived) sizeBytes += piece.length;
      if (head.length + sizeBytes > folder.maxBytes) {
        throw new PacsError(
          'too-large',
          `The object is larger than ${folder.maxBytes} bytes, the configured limit`,
        );
      }
      const batch = pieces;
      pieces = [];
      const writing = guarded(() => writeAll(file, batch));
      // Hashed while the system writes.
      for (const piece of batch) hash.update(piece);
      await writing;
    }
    await guarded(() => writeAll(file, pieces));
    for (const piece of pieces) hash.update(piece);
    await file.close();
    return { name, sizeBytes: sizeBytes + head.length, sha256: hash.digest('hex') };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

/** A vector may be written in part only, as every write may. */
async function writeAll(
  file: Awaited<ReturnType<typeof open>>,
  pieces: readonly Uint8Array[],
): Promise<void> {
  if (pieces.length === 0) return;
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  let { bytesWritten } = await file.writev(pieces);
  if (bytesWritten === total) return;
  const all = Buffer.concat(pieces);
  while (bytesWritten < total) bytesWritten += (await file.write(all, bytesWritten)).bytesWritten;
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw asPacsError(
      new PacsError('storage-unavailable', `The object store could not stage (${code})`, { cause: error }),
    );
  }
}
