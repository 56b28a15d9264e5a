/**
 * Objects as files of one folder: `objects/` holds what is kept, `staging/` what is being written.
 *
 * A staged file is linked to its place, not renamed: the name that stays in `staging/` until the row is committed says, after
 * a crash, which object may have no owner. Trap: a rename survives a power failure only when the directory is synced too, and a new directory only when its
 * parent is. Both folders lie under one root because a rename across file systems is a copy.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { objectKeyOf, type ByteRange, type ObjectStore } from './object-store.ts';
import type { StagedObject, StageOptions } from './object-store.ts';

const KEY = /^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9.]{1,64}-[0-9a-f]{16}\.dcm$/;

/** Bytes of one read: few trips to the disk and to the socket, and little memory for each request. */
const PIECE_BYTES = 1024 * 1024;

const RENAMED_INSTEAD: readonly string[] = ['EEXIST', 'EPERM', 'ENOTSUP', 'ENOSYS'];

export class FileObjectStore implements ObjectStore {
  readonly #objects: string;
  readonly #staging: string;
  /** Folders made or being made: whoever finds a folder here waits until it is durable, not only there. */
  readonly #folders = new Map<string, Promise<void>>();

  private constructor(root: string) {
    this.#objects = join(root, 'objects');
    this.#staging = join(root, 'staging');
  }

  /** Opens the store under `root`, making its folders where they are missing. */
  static async open(root: string): Promise<FileObjectStore> {
    const store = new FileObjectStore(root);
    await guarded('open', async () => {
      await makeDurableFolder(store.#objects);
      await makeDurableFolder(store.#staging);
    });
    return store;
  }

  async stage(body: AsyncIterable<Uint8Array>, options: StageOptions = {}): Promise<StagedObject> {
    const path = join(this.#staging, randomUUID());
    const file = await guarded('stage', () => open(path, 'wx+'));
    try {
      const { sizeBytes, sha256 } = await writeAll(file, body, options.maxBytes ?? Infinity);
      return new StagedFile(path, file, sizeBytes, sha256, (key) => this.#prepare(key));
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  async read(key: string, range?: ByteRange): Promise<Uint8Array> {
    const path = this.#pathOf(key);
    return await guarded('read', async () => {
      const file = await open(path, 'r');
      try {
        const start = range?.start ?? 0;
        const end = Math.min(range?.end ?? Infinity, (await file.stat()).size);
        return await readRange(file, start, Math.max(0, end - start));
      } finally {
        await file.close();
      }
    });
  }

  stream(key: string, range: ByteRange = { start: 0, end: Infinity }): AsyncIterable<Uint8Array> {
    return piecesOf(this.#pathOf(key), range);
  }

  async delete(key: string): Promise<void> {
    await guarded('delete', () => rm(this.#pathOf(key), { force: true }));
  }

  async stagedKeys(): Promise<readonly string[]> {
    const names = await guarded('list', () => readdir(this.#staging));
    return names.flatMap((name) => {
      const [, uid, token] = /^([0-9.]{1,64})-([0-9a-f]{16})\.dcm$/.exec(name) ?? [];
      return uid === undefined || token === undefined ? [] : [objectKeyOf(uid, token)];
    });
  }

  async forgetStaged(key: string): Promise<void> {
    const name = basename(this.#pathOf(key));
    await guarded('forget', () => rm(join(this.#staging, name), { force: true }));
  }

  async removeStaged(): Promise<number> {
    return await guarded('clear', async () => {
      const names = await readdir(this.#staging);
      for (const name of names) await rm(join(this.#staging, name), { force: true });
      return names.length;
    });
  }

  /** Path of a key whose folder is there to stay. */
  async #prepare(key: string): Promise<string> {
    const path = this.#pathOf(key);
    const folder = dirname(path);
    const made = this.#folders.get(folder) ?? makeDurableFolder(folder);
    this.#folders.set(folder, made);
    try {
      await made;
    } catch (error) {
      this.#folders.delete(folder);
      throw error;
    }
    return path;
  }

  #pathOf(key: string): string {
    if (!KEY.test(key)) throw new PacsError('internal', 'An object key does not have the form of one');
    return join(this.#objects, key);
  }
}

class StagedFile implements StagedObject {
  readonly sizeBytes: number;
  readonly sha256: string;
  #path: string;
  readonly #prepare: (key: string) => Promise<string>;
  #file: FileHandle | undefined;

  constructor(
    path: string,
    file: FileHandle,
    sizeBytes: number,
    sha256: string,
    prepare: (key: string) => Promise<string>,
  ) {
    this.#path = path;
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.sha256 = sha256;
    this.#prepare = prepare;
  }

  async read({ start, end }: ByteRange): Promise<Uint8Array> {
    const file = this.#open();
    const length = Math.max(0, Math.min(end, this.sizeBytes) - start);
    return await guarded('read', () => readRange(file, start, length));
  }

  async sync(): Promise<void> {
    const file = this.#open();
    await guarded('sync', () => file.sync());
  }

  async moveTo(key: string): Promise<void> {
    await this.#close();
    await guarded('move', async () => {
      const target = await this.#prepare(key);
      const noted = join(dirname(this.#path), basename(key));
      await rename(this.#path, noted);
      this.#path = noted;
      await linkOrRename(noted, target);
      await syncFolder(dirname(target));
    });
  }

  async discard(): Promise<void> {
    await this.#close();
    await guarded('discard', () => rm(this.#path, { force: true }));
  }

  #open(): FileHandle {
    if (!this.#file) throw new PacsError('internal', 'A staged object was used after its end');
    return this.#file;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file) await guarded('close', () => file.close());
  }
}

async function writeAll(
  file: FileHandle,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) {
      throw new PacsError('too-large', `The object is larger than ${maxBytes} bytes, the configured limit`);
    }
    hash.update(chunk);
    await guarded('write', () => writeFully(file, chunk));
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0;
  while (written < chunk.byteLength) written += (await file.write(chunk, written)).bytesWritten;
}

async function readRange(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer); // every byte that is given out is read into it
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

/** The bytes of a range, or as many as there are of it. */
async function* piecesOf(path: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  const file = await guarded('read', () => open(path, 'r'));
  try {
    for (let at = start; at < end;) {
      const length = Math.min(PIECE_BYTES, end - at);
      const piece = await guarded('read', () => readRange(file, at, length));
      if (piece.byteLength > 0) yield piece;
      if (piece.byteLength < length) return;
      at += length;
    }
  } finally {
    await file.close();
  }
}

async function makeDurableFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  // `first` is the topmost folder that is new: its parent and every new folder above ours must be synced.
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === dirname(first) || parent === dirname(parent)) return;
  }
}

/** What is there already is replaced. Some file systems (FAT, some network disks) know no links; there a crash may leave an object without an owner. */
async function linkOrRename(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!RENAMED_INSTEAD.includes(code)) throw error;
    await rename(from, to);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Runs a file operation; its failure says what was tried and the system's code, never a path. */
async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
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
