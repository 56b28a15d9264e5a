import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  DECODABLE_TRANSFER_SYNTAXES,
  decodeFrame,
  isDecodable,
} from '../../../dicom/pixels/frame-decoder.ts';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import type { PixelFrame } from '../../../dicom/vocabulary/image.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import {
  bytes,
  dataSetBytes,
  ENCAPSULATED,
  fileMeta,
  fragments,
  IDENTITY,
  imageElements,
  part10,
  u16,
  u32,
  type RawElementInput,
} from '../../support/part10-bytes.ts';
import { kindOfRejection } from '../../support/failures.ts';

const decode = (file: Uint8Array, index = 0): Promise<PixelFrame> =>
  decodeFrame(file, readHeader(file), index);
const samplesOf = async (file: Uint8Array, index = 0): Promise<number[]> => [
  ...(await decode(file, index)).samples,
];
const image = (pixels: Uint8Array, bits: number, ...extra: RawElementInput[]): RawElementInput[] =>
  imageElements(2, 1, pixels, bits, extra);
const encapsulated = (
  codeStream: Uint8Array,
  transferSyntaxUid: string,
  ...extra: RawElementInput[]
): Uint8Array =>
  part10(
    [...imageElements(2, 1, u16(0), 16, extra), ['7FE00010', 'OB', fragments([], codeStream), ENCAPSULATED]],
    transferSyntaxUid,
  );
const BITS = (stored: number, high: number, signed: number): RawElementInput[] => [
  ['00280101', 'US', u16(stored)],
  ['00280102', 'US', u16(high)],
  ['00280103', 'US', u16(signed)],
];
const COLOUR: RawElementInput[] = [
  ['00280002', 'US', u16(3)],
  ['00280004', 'CS', 'RGB'],
];

test('every transfer syntax of the vocabulary is decodable, nothing else is', () => {
  expect([...DECODABLE_TRANSFER_SYNTAXES].sort()).toEqual(Object.values(TRANSFER_SYNTAX).sort());
  expect(isDecodable('toString')).toBe(false);
  expect(isDecodable('1.2.840.10008.1.2.4.100')).toBe(false);
});

describe('stored bits (PS3.5 8.1.1)', () => {
  test('bits above High Bit are no part of the value', async () => {
    expect(await samplesOf(part10(image(u16(0xf123, 0x0fff), 16, ...BITS(12, 11, 0))))).toEqual([
      0x123, 0xfff,
    ]);
  });

  test('a value may sit above the lowest bit', async () => {
    expect(await samplesOf(part10(image(u16(0x1230, 0xfff0), 16, ...BITS(12, 15, 0))))).toEqual([
      0x123, 0xfff,
    ]);
  });

  test('the sign bit is the highest stored bit', async () => {
    expect(await samplesOf(part10(image(u16(0x0800, 0x07ff), 16, ...BITS(12, 11, 1))))).toEqual([
      -2048, 2047,
    ]);
    expect(await samplesOf(part10(image(Uint8Array.of(0x80, 0x7f), 8, ...BITS(8, 7, 1))))).toEqual([
      -128, 127,
    ]);
    expect(await samplesOf(part10(image(u32(0xffffffff, 5), 32, ...BITS(32, 31, 1))))).toEqual([-1, 5]);
  });

  test('unsigned values of 32 bits stay positive, also with fewer stored', async () => {
    expect(await samplesOf(part10(image(u32(0xffffffff, 5), 32)))).toEqual([0xffffffff, 5]);
    expect(await samplesOf(part10(image(u32(0xffffffff, 5), 32, ...BITS(31, 30, 0))))).toEqual([
      0x7fffffff, 5,
    ]);
  });

  test('1 bit a pixel starts with the lowest bit; frames are not padded', async () => {
    const file = part10(imageElements(3, 1, Uint8Array.of(0b11101001, 0), 1, [['00280008', 'IS', '2']]));
    expect(await samplesOf(file, 0)).toEqual([1, 0, 0]);
    expect(await samplesOf(file, 1)).toEqual([1, 0, 1]);
  });

  test('decoding leaves the bytes of the file as they were', async () => {
    const file = Buffer.from(part10(image(u16(0xf123, 0xffff), 16, ...BITS(12, 11, 0))));
    const before = Buffer.from(file).toString('hex');
    await decode(file);
    expect(file.toString('hex')).toBe(before);
  });
});

describe('byte order', () => {
  const big = (pixels: Uint8Array, bits: number, vr: string, ...extra: RawElementInput[]): Uint8Array => {
    const numbers = imageElements(3, 1, pixels, bits, extra).map(([tag, name, value]): RawElementInput => {
      const swaps = name === 'US' && value instanceof Uint8Array;
      return [tag, tag === '7FE00010' ? vr : name, swaps ? Uint8Array.from(value).reverse() : value];
    });
    return part10(numbers, TRANSFER_SYNTAX.explicitVrBigEndian, { isBigEndian: true });
  };

  test('big endian words are swapped (PS3.5 A.3)', async () => {
    expect(await samplesOf(big(Uint8Array.of(1, 2, 3, 4, 5, 6), 16, 'OW'))).toEqual([0x102, 0x304, 0x506]);
  });

  test('8-bit samples in words come in pairs the wrong way round, in bytes they do not, and frames may begin within a word', async () => {
    const frames: RawElementInput = ['00280008', 'IS', '2'];
    const words = big(Uint8Array.of(2, 1, 4, 3, 6, 5), 8, 'OW', frames);
    expect([await samplesOf(words, 0), await samplesOf(words, 1)]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await samplesOf(big(Uint8Array.of(1, 2, 3, 4, 5, 6), 8, 'OB', frames), 1)).toEqual([4, 5, 6]);
  });

  test('a deflated data set is inflated first (PS3.5 A.5)', async () => {
    const uid = TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian;
    const file = bytes(fileMeta(uid), deflateRawSync(dataSetBytes(image(u16(7, 8), 16))));
    expect(await samplesOf(file)).toEqual([7, 8]);
  });
});

describe('colour (PS3.3 C.7.6.3.1)', () => {
  test('planes become pixels', async () => {
    const planar: RawElementInput = ['00280006', 'US', u16(1)];
    const file = part10(image(Uint8Array.of(1, 2, 3, 4, 5, 6), 8, ...COLOUR, planar));
    expect(await decode(file)).toMatchObject({
      samplesPerPixel: 3,
      photometricInterpretation: 'RGB',
      samples: Uint8Array.of(1, 3, 5, 2, 4, 6),
    });
  });

  test('YBR_FULL becomes RGB: grey stays grey, Cr above 128 is red', async () => {
    const ybr: RawElementInput = ['00280004', 'CS', 'YBR_FULL'];
    const file = part10(image(Uint8Array.of(50, 128, 128, 76, 85, 255), 8, ...COLOUR, ybr));
    expect(await samplesOf(file)).toEqual([50, 50, 50, 254, 0, 0]);
  });

  test('native YBR_FULL_422 shares Cb and Cr between two pixels', async () => {
    const ybr: RawElementInput = ['00280004', 'CS', 'YBR_FULL_422'];
    expect(await samplesOf(part10(image(Uint8Array.of(10, 20, 128, 128), 8, ...COLOUR, ybr)))).toEqual([
      10, 10, 10, 20, 20, 20,
    ]);
  });
});

describe('RLE (PS3.5 Annex G)', () => {
  const rle = (segments: readonly number[][]): Uint8Array => {
    const starts: number[] = [];
    let at = 64;
    for (const segment of segments) {
      starts.push(at);
      at += segment.length;
    }
    const header = u32(segments.length, ...starts, ...Array<number>(15 - segments.length).fill(0));
    return bytes(header, Uint8Array.from(segments.flat()));
  };
  const file = (segments: readonly number[][]): Uint8Array =>
    encapsulated(rle(segments), TRANSFER_SYNTAX.rleLossless);

  test('segments hold the high bytes first; runs and literals', async () => {
    expect(
      await samplesOf(
        file([
          [255, 0x12],
          [1, 0x34, 0x56],
        ]),
      ),
    ).toEqual([0x1234, 0x1256]);
  });

  test('a control byte of 128 does nothing, and padding behind a full plane is passed over', async () => {
    expect(
      await samplesOf(
        file([
          [128, 255, 0, 0],
          [1, 7, 8, 0],
        ]),
      ),
    ).toEqual([7, 8]);
  });

  test.each<[string, number[][]]>([
    ['one segment too few', [[255, 0]]],
    [
      'a plane that is not filled',
      [
        [0, 1],
        [255, 0],
      ],
    ],
    [
      'a literal beyond its segment',
      [
        [255, 0],
        [1, 7],
      ],
    ],
    ['a run without its byte', [[255, 0], [255]]],
  ])('%s: undecodable', async (_, segments) => {
    expect(await kindOfRejection(decode(file(segments)))).toBe('undecodable-pixels');
  });
});

describe('refusals come before allocation', () => {
  const jpeg = (precision: number, rows: number, columns: number): Uint8Array =>
    Uint8Array.of(
      0xff,
      0xd8,
      0xff,
      0xc1,
      0,
      11,
      precision,
      rows >> 8,
      rows & 255,
      columns >> 8,
      columns & 255,
      1,
      1,
      0x11,
      0,
    );

  test.each<[string, Uint8Array, string]>([
    [
      '12-bit JPEG Extended',
      encapsulated(jpeg(12, 1, 2), TRANSFER_SYNTAX.jpegExtended),
      'unsupported-transfer-syntax',
    ],
    [
      'a code stream of another size',
      encapsulated(jpeg(8, 60000, 60000), TRANSFER_SYNTAX.jpegBaseline),
      'undecodable-pixels',
    ],
    ['a code stream without a size', encapsulated(u16(1), TRANSFER_SYNTAX.jpeg2000), 'undecodable-pixels'],
    [
      'a code stream of nothing but its header',
      encapsulated(jpeg(8, 1, 2), TRANSFER_SYNTAX.jpegBaseline),
      'undecodable-pixels',
    ],
    ['an unknown transfer syntax', part10(image(u16(1, 2), 16), '1.2.3.4'), 'unsupported-transfer-syntax'],
    ['no Pixel Data', part10(IDENTITY), 'no-pixel-data'],
    ['zero Columns', part10([...image(u16(1, 2), 16), ['00280011', 'US', u16(0)]]), 'invalid-value'],
    [
      '65535 × 65535',
      part10([...image(u16(1, 2), 16), ['00280010', 'US', u16(65535)], ['00280011', 'US', u16(65535)]]),
      'too-large',
    ],
    [
      'fewer bytes than declared',
      part10([...image(u16(1, 2), 16), ['00280010', 'US', u16(2000)]]),
      'malformed-dicom',
    ],
    [
      'a native value in a compressed syntax',
      part10(image(u16(1, 2), 16), TRANSFER_SYNTAX.jpegLsLossless),
      'malformed-dicom',
    ],
    [
      'fragments in a native syntax',
      encapsulated(u16(1, 2), TRANSFER_SYNTAX.explicitVrLittleEndian),
      'malformed-dicom',
    ],
  ])('%s', async (_, file, kind) => {
    expect(await kindOfRejection(decode(file))).toBe(kind);
  });

  test('a codec that failed decodes the next frame all the same', async () => {
    const broken = encapsulated(jpeg(8, 1, 2), TRANSFER_SYNTAX.jpegBaseline);
    expect(await kindOfRejection(decode(broken))).toBe('undecodable-pixels');
    expect(await kindOfRejection(decode(broken))).toBe('undecodable-pixels');
    expect(await samplesOf(part10(image(u16(7, 8), 16)))).toEqual([7, 8]);
  });
});
