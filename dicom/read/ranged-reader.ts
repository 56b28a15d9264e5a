/**
 * A Part 10 file read by ranges: long binary values are stepped over, so that an object of any size is read in the memory
 * of its header, wherever in it such values stand.
 *
 * What ends within the bytes at hand is read again with more of them. Trap: a prefix that ends between two elements reads
 * as a whole but shorter data set, so one without Pixel Data is believed only at the end of the file.
 */
import { PacsError } from '../vocabulary/failure.ts';
import type { InstanceHeader } from '../vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../vocabulary/uids.ts';
import { isAlwaysBulk } from './data-set.ts';
import { EndOfBytes, isPixelTag, type Gap, type RawElement } from './element-parser.ts';
import { headerOf, parsePart10, positionIn, transferSyntaxIn, type Part10, type ReadLimits } from './part10-reader.ts'; // prettier-ignore

/** Reads bytes `start` to `end` (exclusive) of a file; fewer where it ends. */
export type RangeReader = (start: number, end: number) => Promise<Uint8Array>;

const DEFLATED: string = TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian;
const FIRST_BYTES = 64 * 1024;
/** Bytes read behind a value that was stepped over. */
const BYTES_BEHIND = 4 * 1024;
const GROWTH = 8;
/** Most bytes of one file that are held at once. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Beyond this many bytes, those read again counted again, no further value is stepped over: time is bounded too. */
const MOST_PARSED_BYTES = 16 * 1024 * 1024;

/** Reads the header of a file of `sizeBytes`. Throws what `readHeader` throws on the whole file, and `too-large` where it holds more than 32 MiB beside long binary values. */
export async function readHeaderByRanges(
  read: RangeReader,
  sizeBytes: number,
  limits: ReadLimits = {},
): Promise<InstanceHeader> {
  const header = headerOf(await parseByRanges(read, sizeBytes, limits));
  const { pixelData, transferSyntaxUid } = header;
  if (!pixelData?.isEncapsulated || transferSyntaxUid === DEFLATED) return header;
  // Where encapsulated data ends is found when frames are read; seen from a prefix it ends with the prefix.
  return { ...header, pixelData: { ...pixelData, length: sizeBytes - pixelData.offset } };
}

/** Takes a file of `sizeBytes` apart up to Pixel Data. Throws like {@link readHeaderByRanges}. */
export async function parseByRanges(
  read: RangeReader,
  sizeBytes: number,
  limits: ReadLimits = {},
): Promise<Part10> {
  let gaps: readonly Gap[] = [];
  let bytes: Uint8Array = new Uint8Array();
  let position = 0;
  let next = FIRST_BYTES;
  let parsedBytes = 0;
  for (;;) {
    const end = Math.min(position + next, position + MOST_BYTES - bytes.length, sizeBytes);
    bytes = joined(bytes, await read(position, end));
    position = end;
    next *= GROWTH;
    parsedBytes += bytes.length;
    const part10 = tryParse(bytes, limits, gaps);
    if (!(part10 instanceof EndOfBytes)) {
      if (position >= sizeBytes || part10.elements.some(({ tag }) => isPixelTag(tag))) return part10;
    } else if (canStepOver(part10.value, bytes) && parsedBytes < MOST_PARSED_BYTES) {
      const { offset, length } = part10.value;
      position = positionIn({ gaps }, offset) + length;
      if (position > sizeBytes) throw part10;
      gaps = [...gaps, { at: offset, length }];
      bytes = bytes.subarray(0, offset);
      next = BYTES_BEHIND;
      continue;
    } else if (position >= sizeBytes) throw part10;
    if (bytes.length >= MOST_BYTES) {
      throw new PacsError(
        'too-large',
        `The data set holds more than ${MOST_BYTES} bytes beside long binary values`,
      );
    }
  }
}

/** The file as far as it is at hand, or where it ends too early. */
function tryParse(bytes: Uint8Array, limits: ReadLimits, gaps: readonly Gap[]): Part10 | EndOfBytes {
  try {
    return parsePart10(bytes, limits, gaps);
  } catch (error) {
    if (error instanceof EndOfBytes) return error;
    throw error;
  }
}

/** Places in a deflated file are those of its inflated form, so there nothing can be left out. */
function canStepOver(value: RawElement | undefined, bytes: Uint8Array): value is RawElement {
  return value !== undefined && isAlwaysBulk(value) && transferSyntaxIn(bytes) !== DEFLATED;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
