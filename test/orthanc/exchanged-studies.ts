/**
 * Studies that go to and fro between Osteon and Orthanc: what modalities, archives and Osteon itself write, in the ways
 * that DICOM can be encoded.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFrame } from '../../dicom/pixels/frame-encoder.ts';
import { buildResultSet } from '../../dicom/results/index.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import {
  ENCAPSULATED,
  fragments,
  imageElements,
  part10,
  type RawElementInput,
} from '../support/part10-bytes.ts';
import { radiograph } from '../support/reading-room-studies.ts';
import { resultInput } from '../support/result-inputs.ts';
import { sharedData } from '../support/shared-data.ts';

/** One study; every file of it is of one transfer syntax. */
export interface ExchangedStudy {
  readonly name: string;
  readonly files: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
}

/** Files in the order of their bytes. */
export function inOrder<T extends Uint8Array>(files: readonly T[]): T[] {
  return files.toSorted((one, other) => Buffer.compare(one, other));
}

/** True when both are the same files in the same order. */
export function areSame(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return (
    some.length === others.length &&
    some.every((file, at) => Buffer.compare(file, others[at] ?? new Uint8Array()) === 0)
  );
}

const SAMPLES = Uint16Array.from({ length: 64 }, (_, index) => (index * 997) % 4096);

/** Studies that this project makes. */
export const MADE_STUDIES: readonly ExchangedStudy[] = [
  { name: 'two radiographs in Explicit VR Little Endian', files: radiographs },
  { name: 'a report and a presentation state of Osteon, the name in Korean', files: results },
  { name: 'names in Japanese and nested sequences in Implicit VR Little Endian', files: implicit },
  { name: 'Explicit VR Big Endian', files: bigEndian },
  { name: 'two frames in RLE', files: runLength },
  { name: 'a frame in JPEG-LS', files: jpegLs },
];

/** Real files of the shared corpus, one study each: radiographs and others in every compressed syntax it has. */
export const REAL_STUDIES: readonly ExchangedStudy[] = [
  'wg04/REF/RG3_UNC.dcm',
  'wg04/J2KI/RG2_J2KI.dcm',
  'wg04/J2KR/VL2_J2KR.dcm',
  'wg04/JLSL/RG3_JLSL.dcm',
  'wg04/JLSN/RG2_JLSN.dcm',
  'wg04/JPLL/RG3_JPLL.dcm',
  'wg04/JPLY/MR1_JPLY.dcm',
  'wg04/RLE/VL1_RLE.dcm',
  'wg04/REF/NM1_UNC.dcm',
].map((path) => ({
  name: path,
  files: () => [readFileSync(join(sharedData() ?? '', 'dicom', path))],
}));

function radiographs(): readonly Uint8Array[] {
  return [1, 2].map((number) => {
    const { metadata, pixels = new Uint8Array() } = radiograph('2.25.710', number);
    return writePart10(metadata, { pixelData: pixels });
  });
}

function results(): readonly Uint8Array[] {
  return buildResultSet(resultInput()).map(({ dataSet }) => writePart10(dataSet));
}

function implicit(): readonly Uint8Array[] {
  const elements: RawElementInput[] = [
    ...image(),
    ['00080005', 'CS', '\\ISO 2022 IR 87'],
    ['00100010', 'PN', 'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B'],
    ['00400275', 'SQ', [[['00400009', 'SH', 'STEP 1'], ['00400008', 'SQ', [[['00080100', 'SH', 'XR HAND']]]]]]],
    ['00090010', 'LO', 'A PRIVATE CREATOR'],
    ['00091001', 'LO', 'private'],
  ]; // prettier-ignore
  return [part10(elements, TRANSFER_SYNTAX.implicitVrLittleEndian, { isImplicit: true })];
}

function bigEndian(): readonly Uint8Array[] {
  const elements = image().map(([tag, vr, value]): RawElementInput => {
    if (!(value instanceof Uint8Array)) return [tag, vr, value];
    return [tag, vr, Uint8Array.from(Buffer.from(value).swap16())];
  });
  return [part10(elements, TRANSFER_SYNTAX.explicitVrBigEndian, { isBigEndian: true })];
}

/** A literal run for each byte plane of two frames of one row (PS3.5 Annex G). */
function runLength(): readonly Uint8Array[] {
  const frame = (samples: Uint16Array): Uint8Array => {
    const planes = [8, 0].map((shift) => [samples.length - 1, ...samples].map((byte, at) => (at ? (byte >> shift) & 0xff : byte))); // prettier-ignore
    const [high = [], low = []] = planes;
    const header = Uint32Array.from({ length: 16 }, (_, at) => [2, 64, 64 + high.length + (high.length % 2)][at] ?? 0);
    const padded = (plane: readonly number[]): number[] => [...plane, ...Array<number>(plane.length % 2).fill(0x80)];
    return Uint8Array.from([...new Uint8Array(header.buffer), ...padded(high), ...padded(low)]);
  }; // prettier-ignore
  const pixels = fragments([], frame(SAMPLES.subarray(0, 32)), frame(SAMPLES.subarray(32)));
  const elements: RawElementInput[] = [
    ...image(32, 1),
    ['00280008', 'IS', '2'],
    ['7FE00010', 'OB', pixels, ENCAPSULATED],
  ];
  return [part10(elements, TRANSFER_SYNTAX.rleLossless)];
}

async function jpegLs(): Promise<readonly Uint8Array[]> {
  const layout = { rows: 8, columns: 8, frames: 1, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2', isPlanar: false, bitsAllocated: 16, bitsStored: 16, highBit: 15, isSigned: false } as const; // prettier-ignore
  const stream = await encodeFrame({ ...layout, samples: SAMPLES }, layout, TRANSFER_SYNTAX.jpegLsLossless);
  const even = Buffer.concat([stream, new Uint8Array(stream.length % 2)]);
  const elements: RawElementInput[] = [...image(), ['7FE00010', 'OB', fragments([], even), ENCAPSULATED]];
  return [part10(elements, TRANSFER_SYNTAX.jpegLsLossless)];
}

/** An image of {@link SAMPLES} with the attributes of a patient and a study. */
function image(columns = 8, rows = 8): RawElementInput[] {
  const pixels = new Uint8Array(SAMPLES.buffer);
  return imageElements(columns, rows, pixels, 16, [
    ['00080020', 'DA', '20260301'],
    ['00080030', 'TM', '101112'],
    ['00080050', 'SH', 'ACC 7'],
    ['00080060', 'CS', 'OT'],
    ['00100010', 'PN', 'Roe^Jane'],
    ['00100020', 'LO', 'P-7'],
    ['00100030', 'DA', '19700102'],
    ['00100040', 'CS', 'F'],
    ['0020000D', 'UI', '2.25.701'],
    ['0020000E', 'UI', '2.25.702'],
    ['00080018', 'UI', '2.25.703'],
    ['00200010', 'SH', '7'],
    ['00200011', 'IS', '1'],
    ['00200013', 'IS', '1'],
  ]);
}
