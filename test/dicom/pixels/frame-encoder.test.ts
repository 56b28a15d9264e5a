import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrameBytes } from '../../../dicom/pixels/frame-decoder.ts';
import {
  encodeFrame,
  ENCODABLE_TRANSFER_SYNTAXES,
  hasColourTransform,
} from '../../../dicom/pixels/frame-encoder.ts';
import { readImagePixel } from '../../../dicom/read/image-pixel.ts';
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import type { PixelFrame, SampleArray } from '../../../dicom/vocabulary/image.ts';
import type { InstanceHeader } from '../../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';

interface Layout {
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly isSigned?: boolean;
  readonly colour?: boolean;
}

function header(columns: number, rows: number, layout: Layout, syntax: string): InstanceHeader {
  const native = syntax === TRANSFER_SYNTAX.explicitVrLittleEndian;
  return {
    studyInstanceUid: '1.2',
    seriesInstanceUid: '1.3',
    sopInstanceUid: '1.4',
    sopClassUid: '1.5',
    transferSyntaxUid: syntax,
    attributes: dataSetOf({
      Columns: columns,
      Rows: rows,
      SamplesPerPixel: layout.colour ? 3 : 1,
      PhotometricInterpretation: layout.colour ? 'RGB' : 'MONOCHROME2',
      PlanarConfiguration: 0,
      BitsAllocated: layout.bitsAllocated,
      BitsStored: layout.bitsStored,
      HighBit: layout.bitsStored - 1,
      PixelRepresentation: layout.isSigned ? 1 : 0,
    }),
    pixelData: { offset: 0, length: 0, isEncapsulated: !native },
  };
}

const LAYOUTS: readonly (readonly [string, Layout])[] = [
  ['8 bits', { bitsAllocated: 8, bitsStored: 8 }],
  ['12 of 16 bits', { bitsAllocated: 16, bitsStored: 12 }],
  ['16 bits', { bitsAllocated: 16, bitsStored: 16 }],
  ['12 of 16 bits, signed', { bitsAllocated: 16, bitsStored: 12, isSigned: true }],
  ['16 bits, signed', { bitsAllocated: 16, bitsStored: 16, isSigned: true }],
  ['colour', { bitsAllocated: 8, bitsStored: 8, colour: true }],
];

function samplesFor({ bitsAllocated, bitsStored, isSigned }: Layout, values: readonly number[]): SampleArray {
  const low = isSigned ? -(2 ** (bitsStored - 1)) : 0;
  const ranged = values.map((value) => low + (value % 2 ** bitsStored));
  if (bitsAllocated === 8) return isSigned ? Int8Array.from(ranged) : Uint8Array.from(ranged);
  return isSigned ? Int16Array.from(ranged) : Uint16Array.from(ranged);
}

describe.each(ENCODABLE_TRANSFER_SYNTAXES)('a frame encoded in %s', (syntax) => {
  it.each(LAYOUTS)('comes back sample by sample: %s', async (_, layout) => {
    const channels = layout.colour ? 3 : 1;
    const size = fc.integer({ min: 8, max: 24 });
    await fc.assert(
      fc.asyncProperty(size, size, fc.infiniteStream(fc.nat(65_535)), async (columns, rows, stream) => {
        const values = Array.from({ length: columns * rows * channels }, () => Number(stream.next().value));
        const frame: PixelFrame = {
          columns,
          rows,
          samplesPerPixel: channels,
          photometricInterpretation: layout.colour ? 'RGB' : 'MONOCHROME2',
          samples: samplesFor(layout, values),
        };
        const head = header(columns, rows, layout, syntax);
        const bytes = await encodeFrame(frame, readImagePixel(head), syntax);
        expect((await decodeFrameBytes(bytes, head, 0)).samples).toEqual(frame.samples);
      }),
      { numRuns: 8 },
    );
  });
});

describe('native frames of 1 bit (PS3.5 8.1.1)', () => {
  it('are packed, the first pixel in the lowest bit', async () => {
    const layout = { bitsAllocated: 1, bitsStored: 1 };
    const syntax = TRANSFER_SYNTAX.explicitVrLittleEndian;
    const head = header(5, 2, layout, syntax);
    const samples = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1, 1);
    const frame = { columns: 5, rows: 2, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2', samples } as const; // prettier-ignore
    expect(await encodeFrame(frame, readImagePixel(head), syntax)).toEqual(Uint8Array.of(1, 3));
  });
});

describe('colour in JPEG 2000', () => {
  it('is declared transformed by its COD marker (ISO 15444-1 A.6.1)', async () => {
    const layout = { bitsAllocated: 8, bitsStored: 8, colour: true };
    const head = header(8, 8, layout, TRANSFER_SYNTAX.jpeg2000Lossless);
    const frame = { columns: 8, rows: 8, samplesPerPixel: 3, photometricInterpretation: 'RGB', samples: new Uint8Array(192) } as const; // prettier-ignore
    const bytes = await encodeFrame(frame, readImagePixel(head), TRANSFER_SYNTAX.jpeg2000Lossless);
    expect(hasColourTransform(bytes)).toBe(true);
    expect(hasColourTransform(Uint8Array.of(0xff, 0x4f))).toBe(false);
  });
});
