/**
 * Objects as files of one folder: `objects/` holds what is kept, `staging/` what is being written.
 *
 * A staged file is linked to its place, not renamed: the name that stays in `staging/` until the row is committed says, after
 * a crash, which object may have no owner. Both folders lie under one root because a rename across file systems is a copy.
 */
import { randomUUID } from 'node:crypto';
import { open, readdir, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { guarded, HEAD_BYTES, linkOrRename, makeDurableFolder, readInto, readRange, removeFile, syncFolder, writeAll } from './durable-files.ts'; // prettier-ignore
import type { WrittenBytes } from './durable-files.ts';
import { piecesOf, PieceShelf } from './file-pieces.ts';
import { objectKeyOf, type ByteRange, type ObjectStore } from './object-store.ts';
import type { StagedObject, StageOptions } from './object-store.ts';

/** Names that another process of ours gives to what it stages: its purpose, its process id, a UUID. */
const FOREIGN_NAME = /^[a-z]+-\d+-[0-9a-f-]{36}$/;

/** Objects of earlier versions lie one folder deeper. */
const KEY = /^[0-9a-f]{2}\/(?:[0-9a-f]{2}\/)?[0-9.]{1,64}-[0-9a-f]{16}\.dcm$/;

/** A file in the staging folder that another process wrote. */
export interface ForeignFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

export class FileObjectStore implements ObjectStore {
  readonly #objects: string;
  readonly #staging: string;
  /** Folders made or being made: whoever finds a folder here waits until it is durable, not only there. */
  readonly #folders = new Map<string, Promise<void>>();
  readonly #lentPieces = new PieceShelf();

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
      const written = await writeAll(file, body, options.maxBytes ?? Infinity);
      return new StagedFile(path, file, written, (key) => this.#prepare(key));
    } catch (error) {
      await file.close();
      await removeFile(path);
      throw error;
    }
  }

  /** Where another process of ours may stage files for {@link adopt}. */
  get stagingFolder(): string {
    return this.#staging;
  }

  /** Takes over a file that another process staged whole and closed. Throws `storage-unavailable` when it is not there. */
  async adopt({ name, sizeBytes, sha256 }: ForeignFile): Promise<StagedObject> {
    const path = this.#foreignPath(name);
    return await guarded('adopt', async () => {
      const file = await open(path, 'r');
      try {
        const head = await readRange(file, 0, Math.min(HEAD_BYTES, sizeBytes));
        return new StagedFile(path, file, { sizeBytes, sha256, head }, (key) => this.#prepare(key));
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  /** Removes a file that another process staged and that nobody takes over. */
  async removeForeign(name: string): Promise<void> {
    await guarded('clear', () => removeFile(this.#foreignPath(name)));
  }

  /** Names of the files that another process staged under names with this beginning. */
  async foreignNames(prefix: string): Promise<readonly string[]> {
    const names = await guarded('list', () => readdir(this.#staging));
    return names.filter((name) => name.startsWith(prefix) && FOREIGN_NAME.test(name));
  }

  async read(key: string, range?: ByteRange, memory?: Uint8Array): Promise<Uint8Array> {
    const path = this.#pathOf(key);
    return await guarded('read', async () => {
      const file = await open(path, 'r');
      try {
        const start = range?.start ?? 0;
        if (memory) return await readInto(file, start, memory);
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

  lend(key: string, range: ByteRange = { start: 0, end: Infinity }): AsyncIterable<Uint8Array> {
    return piecesOf(this.#pathOf(key), range, this.#lentPieces);
  }

  async delete(key: string): Promise<void> {
    await guarded('delete', () => removeFile(this.#pathOf(key)));
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
    await guarded('forget', () => removeFile(join(this.#staging, name)));
  }

  async removeStaged(): Promise<number> {
    return await guarded('clear', async () => {
      const names = await readdir(this.#staging);
      for (const name of names) await removeFile(join(this.#staging, name));
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

  #foreignPath(name: string): string {
    if (!FOREIGN_NAME.test(name))
      throw new PacsError('internal', 'A staged file does not have the name of one');
    return join(this.#staging, name);
  }

  #pathOf(key: string): string {
    if (!KEY.test(key)) throw new PacsError('internal', 'An object key does not have the form of one');
    return join(this.#objects, key);
  }
}

class StagedFile implements StagedObject {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly #head: Uint8Array;
  #path: string;
  readonly #prepare: (key: string) => Promise<string>;
  #file: FileHandle | undefined;

  constructor(
    path: string,
    file: FileHandle,
    { sizeBytes, sha256, head }: WrittenBytes,
    prepare: (key: string) => Promise<string>,
  ) {
    this.#path = path;
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.sha256 = sha256;
    this.#head = head;
    this.#prepare = prepare;
  }

  async read({ start, end }: ByteRange): Promise<Uint8Array> {
    const file = this.#open();
    const length = Math.max(0, Math.min(end, this.sizeBytes) - start);
    if (start + length <= this.#head.byteLength) return this.#head.subarray(start, start + length);
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
    await guarded('discard', () => removeFile(this.#path));
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
