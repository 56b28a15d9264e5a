/**
 * A Part 10 file in another transfer syntax, without its pixels: what stands before the value of Pixel Data and what
 * stands behind it. PS3.10 7.1, PS3.5 A.2 and A.4.
 *
 * The data set keeps every value; only what describes the pixels is told anew where they are decoded or compressed.
 * Trap: the pixels never pass through here, so that a file of any size is converted in the memory of its header.
 */
import { parseElements, type RawElement } from '../read/element-parser.ts';
import { parsePart10, type Part10 } from '../read/part10-reader.ts';
import { byteOrder } from '../read/byte-numbers.ts';
import type { Tag } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../vocabulary/uids.ts';
import { elementHeader, writeElements, writePieces } from './element-writer.ts';
import type { Replacement, WrittenPiece } from './element-writer.ts';
import { filePrefix, PREAMBLE_LENGTH } from './file-meta.ts';

/** How Pixel Data is written. */
export interface PixelDescription {
  readonly vr: 'OB' | 'OW';
  /** Bytes of the value, even; `undefined` for fragments. */
  readonly length: number | undefined;
  /** Attributes that say something else about the new pixels than about the old ones. */
  readonly replaced: ReadonlyMap<Tag, Replacement>;
}

/** A file around its pixels. */
export interface FileShell {
  /** Up to and with the header of Pixel Data; the whole file where there are no pixels. */
  readonly before: Uint8Array;
  /** What follows the pixels; empty where nothing does. */
  readonly after: Uint8Array;
}

/** Bytes of one number among the pixels of a big-endian file, which must be turned round; `undefined` where nothing is to be done. PS3.5 A.3, 8.2. */
export function swapUnitOf(head: Uint8Array): 2 | 4 | undefined {
  const { bytes, elements } = parsePart10(head);
  const pixels = elements.find(({ tag }) => tag === TAG.PixelData);
  if (pixels === undefined || pixels.isLittleEndian || pixels.vr !== 'OW') return undefined;
  const bits = elements.find(({ tag }) => tag === TAG.BitsAllocated);
  return bits && byteOrder(false).uint16(bytes, bits.offset) === 32 ? 4 : 2;
}

/**
 * Writes the shell. `head` holds the file at least up to the value of Pixel Data, `tail` what follows that value; a
 * file without pixels is all head. Throws what `parsePart10` and `writeElements` throw.
 */
export function shellOf(
  head: Uint8Array,
  tail: Uint8Array,
  transferSyntaxUid: string,
  pixels?: PixelDescription,
): FileShell {
  const part10 = parsePart10(head);
  const { bytes, elements } = part10;
  const isSigned = pixelsAreSigned(part10);
  const keepsFragments = transferSyntaxUid !== TRANSFER_SYNTAX.explicitVrLittleEndian;
  const dataSet = writeElements(
    { bytes, isSigned, keepsFragments },
    elements.filter(({ tag }) => tag !== TAG.PixelData),
    pixels?.replaced,
  );
  const before = [
    head.subarray(0, PREAMBLE_LENGTH),
    fileMeta(part10, transferSyntaxUid),
    dataSet,
    ...(pixels ? [elementHeader(TAG.PixelData, pixels.vr, pixels.length)] : []),
  ];
  const after = writeElements({ bytes: tail, isSigned, keepsFragments }, trailing(tail, part10));
  return { before: Buffer.concat(before), after };
}

/** A file without Pixel Data, piece by piece: values that are left out of it stay so. Throws what `writePieces` throws. */
export function piecesOf(part10: Part10, transferSyntaxUid: string): readonly WrittenPiece[] {
  const { bytes, elements, gaps } = part10;
  const keepsFragments = transferSyntaxUid !== TRANSFER_SYNTAX.explicitVrLittleEndian;
  const context = { bytes, gaps, isSigned: pixelsAreSigned(part10), keepsFragments };
  return [
    bytes.subarray(0, PREAMBLE_LENGTH),
    fileMeta(part10, transferSyntaxUid),
    ...writePieces(context, elements),
  ];
}

function fileMeta(part10: Part10, transferSyntaxUid: string): Uint8Array {
  const sopClassUid = uidOf(part10, TAG.SOPClassUID);
  return filePrefix({ sopClassUid, sopInstanceUid: uidOf(part10, TAG.SOPInstanceUID), transferSyntaxUid });
}

function uidOf(part10: Part10, tag: Tag): string {
  return new TextDecoder('latin1').decode(valueOf(part10, tag)).replace(/[\0 ]+$/, '');
}

function valueOf({ bytes, elements }: Part10, tag: Tag): Uint8Array {
  const element = elements.find((candidate) => candidate.tag === tag);
  return element ? bytes.subarray(element.offset, element.offset + element.length) : new Uint8Array();
}

function pixelsAreSigned({ bytes, elements }: Part10): boolean {
  const element = elements.find(({ tag }) => tag === TAG.PixelRepresentation);
  if (element === undefined || element.length < 2) return false;
  return byteOrder(element.isLittleEndian).uint16(bytes, element.offset) === 1;
}

/** Elements behind Pixel Data (padding, signatures). What cannot be read as elements is no part of the data set. */
function trailing(tail: Uint8Array, { encoding }: Part10): readonly RawElement[] {
  try {
    return parseElements(tail, 0, encoding);
  } catch (error) {
    if (error instanceof PacsError) return [];
    throw error;
  }
}
