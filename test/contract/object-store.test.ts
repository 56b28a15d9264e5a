import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { FileObjectStore } from '../../server/storage/file-object-store.ts';
import { objectKeyOf, type ObjectStore } from '../../server/storage/object-store.ts';
import { collect, inPieces } from '../support/bytes.ts';

/** One row per store: how it is opened on a folder of the test's own. */
const STORES = [{ name: 'files', open: (folder: string) => FileObjectStore.open(folder) }];

let root: string;
let store: ObjectStore;
const KEY = objectKeyOf('1.2.3', '0123456789abcdef');
const BYTES = Buffer.from('the bytes of an object');

async function keep(bytes: Uint8Array, key = KEY): Promise<void> {
  const staged = await store.stage(inPieces(bytes, Math.max(5, bytes.length >> 3)));
  await staged.sync();
  await staged.moveTo(key);
}

describe.each(STORES)('an object store of $name', ({ open }) => {
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'osteon-store-'));
    store = await open(join(root, 'deep', 'down'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('gives back what was put in, whatever the pieces, and knows its hash and size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, size) => {
          const staged = await store.stage(inPieces(bytes, size));
          expect(staged.sizeBytes).toBe(bytes.length);
          expect(staged.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
          expect(await staged.read({ start: 0, end: 7 })).toEqual(bytes.slice(0, 7));
          expect(await staged.read({ start: 3, end: 1e9 })).toEqual(bytes.slice(3));
          await staged.moveTo(KEY);
          expect(await store.read(KEY)).toEqual(bytes);
          expect(new Uint8Array(await collect(store.stream(KEY)))).toEqual(bytes);
          expect(new Uint8Array(await collect(store.lend(KEY)))).toEqual(bytes);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('reads half-open ranges, and no further than the end', async () => {
    await keep(BYTES);
    expect(Buffer.from(await store.read(KEY, { start: 4, end: 9 })).toString()).toBe('bytes');
    expect((await collect(store.stream(KEY, { start: 4, end: 9 }))).toString()).toBe('bytes');
    expect(Buffer.from(await store.read(KEY, { start: 16, end: 999 })).toString()).toBe('object');
    expect(await store.read(KEY, { start: 999, end: 1000 })).toHaveLength(0);
    expect(await collect(store.stream(KEY, { start: 4, end: 4 }))).toHaveLength(0);
  });

  it('reads into memory that it is given', async () => {
    await keep(BYTES);
    const memory = new Uint8Array(new SharedArrayBuffer(5));
    const read = await store.read(KEY, { start: 4, end: 9 }, memory);
    expect(read.buffer).toBe(memory.buffer);
    expect(Buffer.from(read).toString()).toBe('bytes');
    expect(await store.read(KEY, { start: BYTES.length - 3, end: BYTES.length + 2 }, memory)).toHaveLength(3);
  });

  it('lends pieces that stay as they are until the next is asked for, to several at once', async () => {
    const large = new Uint8Array(3_000_001).map((_, index) => (index * 7919) >> 5);
    await keep(large);
    const ranges = [0, 1, 2, 3, 4].map((at) => ({ start: at * 400_000, end: large.length - at }));
    await Promise.all(
      ranges.map(async (range) => {
        let { start } = range;
        for await (const piece of store.lend(KEY, range)) {
          await new Promise((resolve) => setTimeout(resolve, 1)); // others read meanwhile
          expect(Buffer.compare(piece, large.subarray(start, start + piece.length))).toBe(0);
          start += piece.length;
        }
        expect(start).toBe(range.end);
      }),
    );
  });

  it('shows nothing before the move, and nothing after a discard', async () => {
    const staged = await store.stage(inPieces(BYTES));
    await expect(store.read(KEY)).rejects.toMatchObject({ kind: 'not-found' });
    await staged.discard();
    await staged.discard();
    expect(await store.removeStaged()).toBe(0);
  });

  it('discarding after the move leaves the object alone', async () => {
    const staged = await store.stage(inPieces(BYTES));
    await staged.moveTo(KEY);
    await staged.discard();
    expect(Buffer.from(await store.read(KEY))).toEqual(BYTES);
  });

  it('stops at the limit, and stages nothing of a body that fails', async () => {
    await expect(store.stage(inPieces(BYTES, 4), { maxBytes: 10 })).rejects.toMatchObject({
      kind: 'too-large',
    });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(BYTES);
      throw new PacsError('bad-request', 'broke off');
    }
    await expect(store.stage(broken())).rejects.toThrow('broke off');
    expect(await store.removeStaged()).toBe(0);
  });

  it('remembers where bytes were moved until they are discarded', async () => {
    const staged = await store.stage(inPieces(BYTES));
    expect(await store.stagedKeys()).toEqual([]);
    await staged.moveTo(KEY);
    expect(await (await open(join(root, 'deep', 'down'))).stagedKeys()).toEqual([KEY]);
    await staged.discard();
    expect(await store.stagedKeys()).toEqual([]);
    expect(Buffer.from(await store.read(KEY))).toEqual(BYTES);
  });

  it('forgets where bytes were moved without touching them', async () => {
    const staged = await store.stage(inPieces(BYTES));
    await staged.moveTo(KEY);
    await store.forgetStaged(KEY);
    await store.forgetStaged(KEY);
    expect(await store.stagedKeys()).toEqual([]);
    await staged.discard();
    expect(Buffer.from(await store.read(KEY))).toEqual(BYTES);
    await expect(store.forgetStaged('../x')).rejects.toBeInstanceOf(PacsError);
  });

  it('removes what earlier processes left staged', async () => {
    const staged = await store.stage(inPieces(BYTES));
    expect(await store.removeStaged()).toBe(1);
    await expect(staged.moveTo(KEY)).rejects.toMatchObject({ kind: 'storage-unavailable' });
  });

  it('deletes, and does nothing where there is nothing', async () => {
    await keep(BYTES);
    await store.delete(KEY);
    await store.delete(KEY);
    await expect(store.read(KEY)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'aa/../x-0123456789abcdef.dcm', ''])(
    'refuses the key %s',
    async (key) => {
      await expect(store.read(key)).rejects.toBeInstanceOf(PacsError);
      expect(() => store.stream(key)).toThrow(PacsError);
      expect(() => store.lend(key)).toThrow(PacsError);
    },
  );

  it('opens again on what is there', async () => {
    await keep(BYTES);
    const again = await open(join(root, 'deep', 'down'));
    expect(Buffer.from(await again.read(KEY))).toEqual(BYTES);
    expect(await readdir(join(root, 'deep', 'down'))).toEqual(['objects', 'staging']);
  });
});

describe('an object key', () => {
  it('differs for the same UID and another attempt, and lies in a folder of the UID’s hash', () => {
    const other = objectKeyOf('1.2.3', 'fedcba9876543210');
    expect(other).not.toBe(KEY);
    expect(other.slice(0, 3)).toBe(KEY.slice(0, 3));
  });

  it.each(['../1.2', '1.2/3', '', '1.02'])('cannot be made of %s', (uid) => {
    expect(() => objectKeyOf(uid, '0123456789abcdef')).toThrow(PacsError);
  });
});
