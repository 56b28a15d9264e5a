/**
 * Hand-made DICOM files for tests, Explicit VR Little Endian, written independently of the project's own writer.
 */
import { ATTRIBUTES } from '../../dicom/vocabulary/attributes.ts';
import type { Keyword } from '../../dicom/vocabulary/dictionary.ts';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';

/** A value as it stands in the file: text (multiple values with backslashes), a US number, bytes, or items of a sequence. */
export type FileValue = string | number | Uint8Array | readonly FileAttributes[];
export type FileAttributes = { readonly [K in Keyword]?: FileValue };
/** Attributes that replace the defaults; `undefined` takes one away. */
export type FileOverrides = { readonly [K in Keyword]?: FileValue | undefined };

const LONG_FORM = new Set(['OB', 'OW', 'OF', 'OD', 'OV', 'SQ', 'UC', 'UN', 'UR', 'UT']);

/** A whole file. Identity, modality and a 4×2 image of 16 bits come by default; `undefined` takes an attribute away. */
export function dicomFile(
  attributes: FileOverrides = {},
  transferSyntaxUid: string = TRANSFER_SYNTAX.explicitVrLittleEndian,
): Buffer {
  const all: FileOverrides = {
    SOPClassUID: SOP_CLASS.computedRadiography,
    SOPInstanceUID: '1.2.3.1',
    StudyInstanceUID: '1.2.3',
    SeriesInstanceUID: '1.2.3.0',
    Modality: 'CR',
    ...imageAttributes(),
    ...attributes,
  };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const meta = encode({
    MediaStorageSOPClassUID: all.SOPClassUID ?? '',
    MediaStorageSOPInstanceUID: all.SOPInstanceUID ?? '',
    TransferSyntaxUID: transferSyntaxUid,
  });
  const length = Buffer.alloc(12);
  length.write('\x02\0\0\0UL', 'latin1');
  length.writeUInt16LE(4, 6);
  length.writeUInt32LE(meta.length, 8);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta, encode(present)]);
}

/** Attributes and pixels of a 4×2 image, samples 0–7 of 16 bits. */
export function imageAttributes(): FileAttributes {
  return {
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 2,
    Columns: 4,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    PixelData: new Uint8Array(Uint16Array.from([0, 1, 2, 3, 4, 5, 6, 7]).buffer),
  };
}

/** The attributes that take the image out of {@link dicomFile}. */
export const NO_IMAGE: FileOverrides = {
  SamplesPerPixel: undefined,
  PhotometricInterpretation: undefined,
  Rows: undefined,
  Columns: undefined,
  BitsAllocated: undefined,
  BitsStored: undefined,
  HighBit: undefined,
  PixelRepresentation: undefined,
  PixelData: undefined,
};

function encode(attributes: FileAttributes): Buffer {
  const known: Readonly<Record<string, readonly [string, string]>> = ATTRIBUTES;
  const elements = Object.entries(attributes).map(([keyword, value]) => {
    const [tag = '', vr = ''] = known[keyword] ?? [];
    return { tag, bytes: element(tag, vr, value) };
  });
  elements.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return Buffer.concat(elements.map(({ bytes }) => bytes));
}

function element(tag: string, vr: string, value: FileValue): Buffer {
  const bytes = valueBytes(vr, value);
  const head = Buffer.alloc(LONG_FORM.has(vr) ? 12 : 8);
  head.writeUInt16LE(parseInt(tag.slice(0, 4), 16), 0);
  head.writeUInt16LE(parseInt(tag.slice(4), 16), 2);
  head.write(vr, 4, 'latin1');
  if (LONG_FORM.has(vr)) head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

function valueBytes(vr: string, value: FileValue): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return bytes;
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    const pad = vr === 'UI' ? '\0' : ' ';
    return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(pad)]);
  }
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Buffer.concat(value.map(item));
}

function item(attributes: FileAttributes): Buffer {
  const bytes = encode(attributes);
  const head = Buffer.from('feff00e000000000', 'hex');
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}
