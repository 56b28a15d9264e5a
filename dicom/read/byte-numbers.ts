/**
 * Numbers at a place in the bytes, in either byte order: dicom-parser's byte array parsers, with their thrown texts
 * turned into our error. The only importer of dicom-parser. PS3.5 7.3.
 *
 * Trap: the library has no 64-bit integers; `OV`, `SV` and `UV` are read elsewhere.
 */
import dicomParser, { type ByteArrayParser } from 'dicom-parser';
import { PacsError } from '../vocabulary/failure.ts';

/** Reads one number at a byte position. Throws `malformed-dicom` when it does not lie within the bytes. */
export type NumberAt = (bytes: Uint8Array, at: number) => number;

/** The numbers that DICOM encodes, in one byte order. */
export interface ByteOrder {
  readonly uint16: NumberAt;
  readonly int16: NumberAt;
  readonly uint32: NumberAt;
  readonly int32: NumberAt;
  readonly float32: NumberAt;
  readonly float64: NumberAt;
}

/** The byte order of a data set. PS3.5 7.3. */
export function byteOrder(isLittleEndian: boolean): ByteOrder {
  return isLittleEndian ? LITTLE_ENDIAN : BIG_ENDIAN;
}

/** A tag (group, then element) as eight upper-case hexadecimal digits. Throws `malformed-dicom`. PS3.5 7.1. */
export function tagAt(bytes: Uint8Array, at: number, isLittleEndian: boolean): string {
  const { uint16 } = byteOrder(isLittleEndian);
  return hex(uint16(bytes, at)) + hex(uint16(bytes, at + 2));
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

const LITTLE_ENDIAN = orderOf(dicomParser.littleEndianByteArrayParser);
const BIG_ENDIAN = orderOf(dicomParser.bigEndianByteArrayParser);

function orderOf(parser: ByteArrayParser): ByteOrder {
  return {
    uint16: checked((bytes, at) => parser.readUint16(bytes, at)),
    int16: checked((bytes, at) => parser.readInt16(bytes, at)),
    uint32: checked((bytes, at) => parser.readUint32(bytes, at)),
    int32: checked((bytes, at) => parser.readInt32(bytes, at)),
    float32: checked((bytes, at) => parser.readFloat(bytes, at)),
    float64: checked((bytes, at) => parser.readDouble(bytes, at)),
  };
}

function checked(read: NumberAt): NumberAt {
  return (bytes, at) => {
    try {
      return read(bytes, at);
    } catch (cause) {
      throw new PacsError('malformed-dicom', 'A number lies beyond the end of the bytes', { cause });
    }
  };
}
