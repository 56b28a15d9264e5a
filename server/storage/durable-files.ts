/**
 * Files and folders that survive a power failure, written in few trips.
 *
 * Trap: a rename survives only when the directory is synced too, and a new directory only when its parent is.
 */
import { createHash } from 'node:crypto';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** Bytes of one write. While they are written, as many again may be gathered. */
const WRITE_BYTES = 512 * 1024;
/** What is kept at hand of the beginning: a header is seldom longer. */
export const HEAD_BYTES = 64 * 1024;
const RENAMED_INSTEAD: readonly string[] = ['EEXIST', 'EPERM', 'ENOTSUP', 'ENOSYS'];

/** What was written to a file. */
export interface WrittenBytes {
  readonly sizeBytes: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** The first 64 KiB, or all there are. */
  readonly head: Uint8Array;
}

/** Writes `body` to a new file. Throws `too-large` beyond `maxBytes`, `storage-unavailable`, and what `body` throws. */
export async function writeAll(
  file: FileHandle,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<WrittenBytes> {
  const hash = createHash('sha256');
  const head = new HeadKeeper();
  const writer = new GatheringWriter(file);
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) {
        throw new PacsError('too-large', `The object is larger than ${maxBytes} bytes, the configured limit`);
      }
      hash.update(chunk);
      head.add(chunk);
      await writer.add(chunk);
    }
    await writer.end();
  } finally {
    await writer.settled();
  }
  return { sizeBytes, sha256: hash.digest('hex'), head: head.bytes() };
}

/** Gathers pieces and writes them while the next are gathered. */
class GatheringWriter {
  readonly #file: FileHandle;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Throws what an earlier write threw. */
  async add(piece: Uint8Array): Promise<void> {
    this.#gathered.push(piece);
    this.#gatheredBytes += piece.byteLength;
    if (this.#gatheredBytes >= WRITE_BYTES) await this.#write();
  }

  async end(): Promise<void> {
    await this.#write();
    await this.#writing;
  }

  /** Returns when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  async #write(): Promise<void> {
    await this.#writing;
    const pieces = this.#gathered;
    if (pieces.length === 0) return;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#writing = guarded('write', () => writeFully(this.#file, pieces));
    this.#writing.catch(() => undefined); // whoever adds next, or ends, is told
  }
}

async function writeFully(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  let rest = [...pieces];
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest);
    rest = rest.flatMap((piece) => {
      const written = Math.min(bytesWritten, piece.byteLength);
      bytesWritten -= written;
      return written === piece.byteLength ? [] : [piece.subarray(written)];
    });
  }
}

/** The beginning of what passes by. */
class HeadKeeper {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  add(piece: Uint8Array): void {
    if (this.#length >= HEAD_BYTES) return;
    this.#pieces.push(piece);
    this.#length += piece.byteLength;
  }

  bytes(): Uint8Array {
    const all = Buffer.concat(this.#pieces, Math.min(this.#length, HEAD_BYTES));
    return new Uint8Array(all.buffer, all.byteOffset, all.byteLength);
  }
}

/** So many bytes from `start`, or as many as there are. */
export async function readRange(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  return await readInto(file, start, new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)); // every byte that is given out is read into it
}

/** Fills `bytes` from `start`; what is given out of them is what there was to read. */
export async function readInto(file: FileHandle, start: number, bytes: Uint8Array): Promise<Uint8Array> {
  const length = bytes.byteLength;
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

/** Makes a folder and those above it where they are missing; returns when all of them would survive a power failure. */
export async function makeDurableFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  // `first` is the topmost folder that is new: its parent and every new folder above ours must be synced.
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === dirname(first) || parent === dirname(parent)) return;
  }
}

/** What is there already is replaced. Some file systems (FAT, some network disks) know no links; there a crash may leave an object without an owner. */
export async function linkOrRename(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!RENAMED_INSTEAD.includes(code)) throw error;
    await rename(from, to);
  }
}

/** Removes a file; does nothing when there is none. One trip: `rm` looks first what there is. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Runs a file operation; its failure says what was tried and the system's code, never a path. */
export async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PacsError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' && what === 'read') {
      throw new PacsError('not-found', 'The object store has no object under this key');
    }
    throw new PacsError('storage-unavailable', `The object store could not ${what} (${code})`, {
      cause: error,
    });
  }
}
