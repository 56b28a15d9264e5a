/**
 * DICOM file → header and data set. PS3.10 Chapter 7, PS3.5 Annex A.
 *
 * Pixel bytes are located, never read; what follows Pixel Data is not read either. Trap: positions of a deflated file
 * are those in the *inflated* file, see {@link inflated}.
 */
import { inflateRawSync, constants } from 'node:zlib';
import type { DataSet } from '../vocabulary/data-set.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { InstanceHeader, PixelDataLocation } from '../vocabulary/instance.ts';
import { parseUid, TRANSFER_SYNTAX } from '../vocabulary/uids.ts';
import { dataSetFrom } from './data-set.ts';
import {
  EndOfBytes,
  parseElements,
  parseFileMeta,
  type ElementLimits,
  type Encoding,
  type Gap,
  type RawElement,
} from './element-parser.ts';
import { looksExplicit } from './header-form.ts';

const PREAMBLE_LENGTH = 128;
const DATA_START = PREAMBLE_LENGTH + 4;
/** Largest inflated file, in bytes, where the caller sets no lower cap. */
const MAX_INFLATED_BYTES = 1024 * 1024 * 1024;

/** What reading may cost. */
export interface ReadLimits extends ElementLimits {
  /** Largest inflated form of a deflated file, in bytes; beyond it reading stops with `too-large`. 1 GiB when absent. */
  readonly maxInflatedBytes?: number;
}

/** A file taken apart: the (inflated) bytes, its transfer syntax, how its data set is really encoded, and its elements up to Pixel Data. */
export interface Part10 {
  readonly bytes: Uint8Array;
  readonly transferSyntaxUid: string;
  readonly encoding: Encoding;
  readonly elements: readonly RawElement[];
  /** Values that are left out of the bytes, in their order. */
  readonly gaps: readonly Gap[];
}

/** Reads the header of a whole file, or of a prefix that reaches Pixel Data. Throws `not-dicom`, `malformed-dicom` (also when the bytes end within the header), `missing-attribute`, `invalid-uid`, `too-large`. */
export function readHeader(bytes: Uint8Array, limits: ReadLimits = {}): InstanceHeader {
  return headerOf(parsePart10(bytes, limits));
}

/** Reads a whole file: the header, and the same attributes as a data set. Binary values over 1 KiB, of look-up tables over 256 KiB, are a `BulkDataURI`. Throws like {@link readHeader}. */
export function readPart10(bytes: Uint8Array): {
  readonly header: InstanceHeader;
  readonly dataSet: DataSet;
} {
  const header = readHeader(bytes);
  return { header, dataSet: header.attributes };
}

/** Takes a file apart without interpreting values; `gaps` says which of them are left out. Throws `not-dicom`, `malformed-dicom`, `missing-attribute`, `invalid-uid`, `too-large`. */
export function parsePart10(file: Uint8Array, limits: ReadLimits = {}, gaps: readonly Gap[] = []): Part10 {
  if (!isPart10(file)) {
    throw new PacsError('not-dicom', 'The bytes DICM were expected at offset 128 (PS3.10 7.1)');
  }
  const meta = parseFileMeta(file, DATA_START);
  const transferSyntaxUid = transferSyntaxOf(file, meta.elements, meta.end);
  const bytes = inflatedFrom(file, meta.end, transferSyntaxUid, limits.maxInflatedBytes);
  const encoding = encodingOf(bytes, meta.end, transferSyntaxUid);
  const elements = parseElements(bytes, meta.end, encoding, limits, gaps);
  return { bytes, transferSyntaxUid, encoding, elements, gaps };
}

/** Where a value of a file lies in it, as far as it lies in `bytes` at `offset`: values that are left out count. */
export function positionIn({ gaps }: Pick<Part10, 'gaps'>, offset: number): number {
  return gaps.reduce((position, gap) => (gap.at < offset ? position + gap.length : position), offset);
}

/** The transfer syntax of a file whose File Meta Information `prefix` holds. Throws `missing-attribute`, `invalid-uid`. */
export function transferSyntaxIn(prefix: Uint8Array): string {
  const { elements, end } = parseFileMeta(prefix, DATA_START);
  return transferSyntaxOf(prefix, elements, end);
}

/** The bytes that positions in a header refer to: the file itself, or for the deflated transfer syntax the file with its data set inflated. */
export function inflated(file: Uint8Array, transferSyntaxUid: string): Uint8Array {
  if (transferSyntaxUid !== TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian) return file;
  return inflatedFrom(file, dataSetStart(file), transferSyntaxUid);
}

/** Where the data set begins, in bytes: behind the File Meta Information, which `prefix` must hold. */
export function dataSetStart(prefix: Uint8Array): number {
  return parseFileMeta(prefix, DATA_START).end;
}

function isPart10(file: Uint8Array): boolean {
  const magic = String.fromCharCode(...file.subarray(PREAMBLE_LENGTH, DATA_START));
  return magic === 'DICM';
}

function transferSyntaxOf(file: Uint8Array, meta: readonly RawElement[], end: number): string {
  const element = meta.find(({ tag }) => tag === TAG.TransferSyntaxUID);
  if (element === undefined || element.length === 0) {
    if (end + 8 > file.length) throw new EndOfBytes('the File Meta Information');
    throw new PacsError(
      'missing-attribute',
      'TransferSyntaxUID (0002,0010) is absent from the File Meta Information',
    );
  }
  const value = new TextDecoder('latin1').decode(
    file.subarray(element.offset, element.offset + element.length),
  );
  return parseUid(value, 'TransferSyntaxUID (0002,0010)');
}

/** Encoding of the data set. PS3.5 Annex A. Some files declare explicit VR and hold implicit VR, or the other way round: the first element decides. */
function encodingOf(bytes: Uint8Array, start: number, transferSyntaxUid: string): Encoding {
  return {
    isExplicitVr: looksExplicit(bytes, start),
    isLittleEndian: transferSyntaxUid !== TRANSFER_SYNTAX.explicitVrBigEndian,
  };
}

function inflatedFrom(
  file: Uint8Array,
  start: number,
  transferSyntaxUid: string,
  maxBytes = MAX_INFLATED_BYTES,
): Uint8Array {
  if (transferSyntaxUid !== TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian) return file;
  const whole = Buffer.concat([file.subarray(0, start), inflate(file.subarray(start), maxBytes)]);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
}

/** Inflates as much as there is: a prefix of a deflated file gives a prefix of the data set. PS3.5 A.5. */
function inflate(deflated: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return inflateRawSync(deflated, {
      maxOutputLength: maxBytes,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new PacsError('too-large', `The deflated data set is larger than ${maxBytes} bytes`, {
        cause,
      });
    }
    throw new PacsError('malformed-dicom', 'The deflated data set cannot be inflated (PS3.5 A.5)', { cause });
  }
}

/** The header of a file that was taken apart. Throws `missing-attribute`, `invalid-uid`. */
export function headerOf(part10: Part10): InstanceHeader {
  const { bytes, transferSyntaxUid, elements } = part10;
  const attributes = dataSetFrom(bytes, elements);
  const pixelData = locationOf(part10);
  return {
    studyInstanceUid: uidOf(attributes, 'StudyInstanceUID'),
    seriesInstanceUid: uidOf(attributes, 'SeriesInstanceUID'),
    sopInstanceUid: uidOf(attributes, 'SOPInstanceUID'),
    sopClassUid: uidOf(attributes, 'SOPClassUID'),
    transferSyntaxUid,
    attributes,
    ...(pixelData && { pixelData }),
  };
}

function uidOf(
  attributes: DataSet,
  keyword: 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID' | 'SOPClassUID',
): string {
  const value = textOf(attributes, TAG[keyword]);
  if (value === undefined) throw new PacsError('missing-attribute', `${keyword} is absent or empty`);
  return parseUid(value, keyword);
}

function locationOf(part10: Part10): PixelDataLocation | undefined {
  const element = part10.elements.find(({ tag }) => tag === TAG.PixelData);
  return (
    element && {
      offset: positionIn(part10, element.offset),
      length: element.length,
      isEncapsulated: element.isEncapsulated === true,
    }
  );
}
