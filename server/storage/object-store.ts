/**
 * Where Part 10 bytes lie. An object is staged (written, hashed, not yet visible), synced, and moved to its key.
 *
 * Adding a store is one new file that implements {@link ObjectStore}; the contract suite `test/contract/object-store.test.ts` runs on each.
 */
import { createHash } from 'node:crypto';
import { parseUid } from '../../dicom/vocabulary/uids.ts';

/** A half-open range of bytes of an object: `start` is the first byte, `end` the one after the last. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes that are written but not yet visible under a key. Ends by `moveTo` or `discard`. */
export interface StagedObject {
  readonly sizeBytes: number;
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** The bytes of a range, or as many as there are of it. */
  read(range: ByteRange): Promise<Uint8Array>;
  /** Returns when the bytes would survive a power failure. */
  sync(): Promise<void>;
  /** Makes the object visible under `key`, durably. Until `discard` the store remembers that the key may have no owner. */
  moveTo(key: string): Promise<void>;
  /** Removes the staged bytes, and forgets where they were moved; never touches the object. Does nothing when there are none any more. */
  discard(): Promise<void>;
}

export interface StageOptions {
  /** Staging stops with `too-large` beyond this many bytes. */
  readonly maxBytes?: number;
}

/** Durable bytes by key. Keys come from {@link objectKeyOf}. Failures of the medium are `storage-unavailable`, unknown keys `not-found`. */
export interface ObjectStore {
  /** Writes `body`, whose pieces must stay as they are when the next is asked for: they are written several at a time. */
  stage(body: AsyncIterable<Uint8Array>, options?: StageOptions): Promise<StagedObject>;
  /** The bytes of a range, or as many as there are of it: in `memory`, of the size of the range, where some is given. */
  read(key: string, range?: ByteRange, memory?: Uint8Array): Promise<Uint8Array>;
  /** The same in pieces; fails when it is read. Throws `internal` for what is no key. */
  stream(key: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /**
   * The same for who is done with a piece before the next is asked for: the memory of a piece is used again for another.
   * Memory fresh from the system costs more than the reading.
   */
  lend(key: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Removes an object; does nothing when there is none. */
  delete(key: string): Promise<void>;
  /**
   * Keys that staged bytes were moved to, or are about to be, without a `discard` behind it yet: whether an object under
   * one of them is wanted, the index knows. Call it before `removeStaged`.
   */
  stagedKeys(): Promise<readonly string[]>;
  /** Forgets one of `stagedKeys`; the object, where there is one, stays. */
  forgetStaged(key: string): Promise<void>;
  /** Removes what earlier processes staged and never finished. Call once, before the first `stage`. */
  removeStaged(): Promise<number>;
}

/**
 * A new key for an instance's bytes: a folder from a hash of the UID (256 of them: a million objects are 4,000 in each, and
 * making a folder durable, which costs more than a small object, soon ends), then the UID and `token`. The token must be new for each attempt to store: only then may a failed attempt remove what it wrote
 * without asking whose it is. Throws `invalid-uid`; `token` is 16 hexadecimal digits.
 */
export function objectKeyOf(sopInstanceUid: string, token: string): string {
  const uid = parseUid(sopInstanceUid, 'SOP Instance UID (0008,0018)');
  const fan = createHash('sha256').update(uid).digest('hex').slice(0, 2);
  return `${fan}/${uid}-${token}.dcm`;
}

/** The SOP Instance UID that a key was made of. */
export function sopInstanceUidOf(key: string): string {
  return key.replace(/^.*\//, '').replace(/-[0-9a-f]{16}\.dcm$/, '');
}
