/**
 * Files as a ZIP archive, written while they come: each is compressed by itself, and only one is in memory. APPNOTE.TXT 6.3.10,
 * sections 4.3 (structure), 4.5.3 (ZIP64).
 *
 * Times are all the first that ZIP can say, so that the archive tells nothing of when. Trap: names must be ASCII here; nothing
 * else is written.
 */
import { crc32, deflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** One file of an archive. */
export interface ArchivedFile {
  /** Path with slashes. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly offset: number;
}

const deflate = promisify(deflateRaw);

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
/** Versions needed to extract: 2.0 knows deflate, 4.5 ZIP64. */
const VERSION = 20;
const VERSION_64 = 45;
const DEFLATED = 8;
/** 1 January 1980, midnight. */
const FIRST_DATE = 0x21;
const MOST_16 = 0xffff;
const MOST_32 = 0xffffffff;

/** The bytes of the archive, piece by piece. Throws `too-large` for a file of 4 GiB, `invalid-value` for a name that is not ASCII. */
export async function* zipArchive(
  files: AsyncIterable<ArchivedFile> | Iterable<ArchivedFile>,
): AsyncGenerator<Uint8Array> {
  const entries: Entry[] = [];
  let offset = 0;
  for await (const { name, bytes } of files) {
    if (!/^[ -~]+$/.test(name)) throw new PacsError('invalid-value', 'A name in an archive must be ASCII');
    if (bytes.length >= MOST_32) throw new PacsError('too-large', 'A file in an archive must be below 4 GiB');
    const compressed = await deflate(bytes);
    const entry = {
      name: Buffer.from(name, 'latin1'),
      crc: crc32(bytes),
      size: bytes.length,
      compressedSize: compressed.length,
      offset,
    };
    entries.push(entry);
    const head = localHeader(entry);
    yield head;
    yield compressed;
    offset += head.length + compressed.length;
  }
  const directory = Buffer.concat(entries.map(centralHeader));
  yield directory;
  yield endOf(entries.length, directory.length, offset);
}

/** What local and central header have in common: from the version on to the length of the name. */
function commonFields({ name, crc, size, compressedSize }: Entry, version: number): Buffer {
  const fields = Buffer.alloc(24);
  fields.writeUInt16LE(version, 0);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(FIRST_DATE, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(compressedSize, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function localHeader(entry: Entry): Buffer {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(LOCAL_HEADER);
  return Buffer.concat([signature, commonFields(entry, VERSION), Buffer.alloc(2), entry.name]);
}

/** An offset beyond 4 GiB stands in an extra field. */
function centralHeader(entry: Entry): Buffer {
  const isFar = entry.offset >= MOST_32;
  const head = Buffer.alloc(6);
  head.writeUInt32LE(CENTRAL_HEADER);
  head.writeUInt16LE(VERSION_64, 4);
  const extra = Buffer.alloc(isFar ? 12 : 0);
  if (isFar) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(entry.offset), 4);
  }
  // Length of the extra field and of a comment, disk, two kinds of attributes, offset.
  const tail = Buffer.alloc(16);
  tail.writeUInt16LE(extra.length, 0);
  tail.writeUInt32LE(isFar ? MOST_32 : entry.offset, 12);
  return Buffer.concat([head, commonFields(entry, isFar ? VERSION_64 : VERSION), tail, entry.name, extra]);
}

function endOf(count: number, directoryLength: number, offset: number): Buffer {
  const isLarge = count >= MOST_16 || offset >= MOST_32 || directoryLength >= MOST_32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_OF_DIRECTORY);
  end.writeUInt16LE(isLarge ? MOST_16 : count, 8);
  end.writeUInt16LE(isLarge ? MOST_16 : count, 10);
  end.writeUInt32LE(isLarge ? MOST_32 : directoryLength, 12);
  end.writeUInt32LE(isLarge ? MOST_32 : offset, 16);
  return isLarge ? Buffer.concat([end64(count, directoryLength, offset), end]) : end;
}

/** The end of the directory with its numbers in eight bytes, and the locator of it. */
function end64(count: number, directoryLength: number, offset: number): Buffer {
  const bytes = Buffer.alloc(76);
  bytes.writeUInt32LE(END_OF_DIRECTORY_64);
  bytes.writeBigUInt64LE(44n, 4);
  bytes.writeUInt16LE(VERSION_64, 12);
  bytes.writeUInt16LE(VERSION_64, 14);
  bytes.writeBigUInt64LE(BigInt(count), 24);
  bytes.writeBigUInt64LE(BigInt(count), 32);
  bytes.writeBigUInt64LE(BigInt(directoryLength), 40);
  bytes.writeBigUInt64LE(BigInt(offset), 48);
  bytes.writeUInt32LE(LOCATOR_64, 56);
  bytes.writeBigUInt64LE(BigInt(offset + directoryLength), 64);
  bytes.writeUInt32LE(1, 72);
  return bytes;
}
