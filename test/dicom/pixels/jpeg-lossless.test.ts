import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJpegLossless } from '../../../dicom/pixels/codecs/jpeg-lossless.ts';

const DECLARED = { photometricInterpretation: 'MONOCHROME2' };
/** All 17 categories by codes of 5 bits: 00000, 00001, … */
const CODE_BITS = 5;
const CATEGORIES = Array.from({ length: 17 }, (_, category) => category);

interface Picture {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  readonly precision: number;
  readonly predictor: number;
  readonly pointTransform: number;
  readonly restartLines: number;
  readonly isInterleaved: boolean;
  /** The components of each pixel in turn. */
  readonly samples: readonly number[];
}

/** Encodes by the letter of T.81 Annex H, one bit after the other. */
function encode(picture: Picture): Uint8Array {
  const { columns, rows, components, precision, restartLines, isInterleaved } = picture;
  const word = (value: number) => [value >> 8, value & 0xff];
  const segment = (marker: number, ...body: number[]) => [0xff, marker, ...word(body.length + 2), ...body];
  const all = Array.from({ length: components }, (_, index) => index);
  const frame = [
    precision,
    ...word(rows),
    ...word(columns),
    components,
    ...all.flatMap((id) => [id + 1, 0x11, 0]),
  ];
  const counts = Array.from({ length: 16 }, (_, index) => (index === CODE_BITS - 1 ? CATEGORIES.length : 0));
  const scans = (isInterleaved ? [all] : all.map((component) => [component])).flatMap((chosen) => [
    ...segment(
      0xda,
      chosen.length,
      ...chosen.flatMap((id) => [id + 1, 0]),
      picture.predictor,
      0,
      picture.pointTransform,
    ),
    ...entropyCoded(picture, chosen),
  ]);
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xc4, 0, ...counts, ...CATEGORIES),
    ...(restartLines > 0 ? segment(0xdd, ...word(restartLines * columns)) : []),
    ...segment(0xc3, ...frame),
    ...scans,
    ...[0xff, 0xd9],
  ]);
}

function entropyCoded(picture: Picture, chosen: readonly number[]): number[] {
  const { columns, rows, components, precision, predictor, pointTransform, restartLines, samples } = picture;
  const bytes: number[] = [];
  let text = '';
  const flush = () => {
    for (const bits of text.match(/.{1,8}/g) ?? []) {
      const byte = Number.parseInt(bits.padEnd(8, '1'), 2);
      bytes.push(byte, ...(byte === 0xff ? [0] : []));
    }
    text = '';
  };
  for (let row = 0, restarts = 0; row < rows; row++) {
    const isFirst = row === 0 || (restartLines > 0 && row % restartLines === 0);
    if (isFirst && row > 0) {
      flush();
      bytes.push(0xff, 0xd0 + (restarts++ % 8));
    }
    for (let column = 0; column < columns; column++) {
      for (const component of chosen) {
        const at = (y: number, x: number) =>
          (samples[(y * columns + x) * components + component] ?? 0) >> pointTransform;
        const [a, b, c] = [
          column && at(row, column - 1),
          row && at(row - 1, column),
          row && column && at(row - 1, column - 1),
        ];
        const byTable =
          [0, a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1][predictor] ?? 0;
        const initial = 2 ** (precision - pointTransform - 1);
        const predicted = isFirst ? (column === 0 ? initial : a) : column === 0 ? b : byTable;
        const modulo = (at(row, column) - predicted) & 0xffff;
        const difference = modulo > 0x8000 ? modulo - 0x10000 : modulo;
        const category = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
        const further = difference < 0 ? difference + 2 ** category - 1 : difference;
        text += category.toString(2).padStart(CODE_BITS, '0');
        if (category > 0 && category < 16) text += further.toString(2).padStart(category, '0');
      }
    }
  }
  flush();
  return bytes;
}

const pictures: fc.Arbitrary<Picture> = fc
  .record({
    columns: fc.integer({ min: 1, max: 12 }),
    rows: fc.integer({ min: 1, max: 9 }),
    components: fc.integer({ min: 1, max: 4 }),
    precision: fc.integer({ min: 2, max: 16 }),
    predictor: fc.integer({ min: 1, max: 7 }),
    pointTransform: fc.integer({ min: 0, max: 1 }),
    restartLines: fc.integer({ min: 0, max: 3 }),
    isInterleaved: fc.boolean(),
  })
  .chain((shape) =>
    fc
      .array(fc.integer({ min: 0, max: 2 ** shape.precision - 1 }), {
        minLength: shape.columns * shape.rows * shape.components,
        maxLength: shape.columns * shape.rows * shape.components,
      })
      .map((values) => ({
        ...shape,
        samples: values.map((value) => (value >> shape.pointTransform) << shape.pointTransform),
      })),
  );

const PLAIN: Picture = {
  columns: 4,
  rows: 3,
  components: 1,
  precision: 12,
  predictor: 1,
  pointTransform: 0,
  restartLines: 1,
  isInterleaved: true,
  samples: [0, 4095, 0, 7, 255, 256, 4080, 15, 1, 2, 3, 4],
};

describe('lossless JPEG', () => {
  it('gives back every sample: predictors, depths, colour, restart markers, point transform, scans', async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (picture) => {
        const decoded = await decodeJpegLossless(encode(picture), DECLARED);
        const { columns, rows, components, precision } = picture;
        expect(decoded).toMatchObject({
          columns,
          rows,
          components,
          bitsPerSample: precision,
          isPlanar: false,
        });
        const { buffer, byteOffset, byteLength } = decoded.bytes;
        const samples =
          precision > 8 ? new Uint16Array(buffer, byteOffset, byteLength / 2) : new Uint8Array(decoded.bytes);
        expect([...samples]).toEqual(picture.samples);
      }),
      { numRuns: 400 },
    );
  });

  it('that is cut short anywhere is refused, and never hangs', async () => {
    const whole = encode(PLAIN);
    // Behind the last sample come the bits that fill its byte, and the end marker.
    for (let length = 2; length < whole.length - 3; length++) {
      await expect(decodeJpegLossless(whole.subarray(0, length), DECLARED)).rejects.toMatchObject({
        kind: 'undecodable-pixels',
      });
    }
  });

  it('whose bits are none of its Huffman code is refused', async () => {
    const whole = encode(PLAIN);
    const scan = whole.findIndex((byte, at) => byte === 0xff && whole[at + 1] === 0xda);
    const broken = whole.map((byte, at) =>
      at > scan + 9 && at < whole.length - 2 && byte !== 0xff ? 0xfe : byte,
    );
    await expect(decodeJpegLossless(broken, DECLARED)).rejects.toMatchObject({ kind: 'undecodable-pixels' });
  });

  it('by another process is refused by name', async () => {
    const baseline = encode(PLAIN).map((byte, at, all) =>
      byte === 0xc3 && all[at - 1] === 0xff ? 0xc0 : byte,
    );
    await expect(decodeJpegLossless(baseline, DECLARED)).rejects.toMatchObject({
      kind: 'unsupported-transfer-syntax',
      message: expect.stringContaining('SOF0') as string,
    });
  });
});
