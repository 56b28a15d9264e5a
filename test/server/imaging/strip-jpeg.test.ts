import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeJpeg } from '../../../dicom/pixels/codecs/jpeg.ts';
import { encodeJpeg } from '../../../server/imaging/image-codec.ts';
import { joinStrips, stripRows } from '../../../server/imaging/strip-jpeg.ts';

const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7919 + ((index * index) >> 5)) & 0xff);

async function coded(
  samples: Uint8Array,
  columns: number,
  channels: 1 | 3,
  quality: number,
): Promise<Uint8Array> {
  const raw = { width: columns, height: samples.length / columns / channels, channels } as const;
  const image = sharp(samples, { raw });
  return await (channels === 1 ? image.toColourspace('b-w') : image)
    .jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false })
    .toBuffer();
}

describe('strips of a JPEG', () => {
  it('make the image that one piece would have made, to the last sample', async () => {
    const size = fc.integer({ min: 1, max: 90 });
    const channels = fc.constantFrom<1 | 3>(1, 3);
    const strips = fc.integer({ min: 1, max: 12 });
    const quality = fc.integer({ min: 1, max: 100 });
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        channels,
        strips,
        quality,
        async (columns, rows, ofPixel, count, given) => {
          const samples = noise(columns * rows * ofPixel);
          const rowsOfStrip = stripRows(columns, rows, count);
          const parts: Uint8Array[] = [];
          for (let row = 0; row < rows; row += rowsOfStrip) {
            const part = samples.subarray(row * columns * ofPixel, (row + rowsOfStrip) * columns * ofPixel);
            parts.push(await coded(part, columns, ofPixel, given));
          }
          const whole = joinStrips(parts, { columns, rows, rowsOfStrip });
          const pixelsOf = (jpeg: Uint8Array) => sharp(jpeg, { failOn: 'warning' }).raw().toBuffer();
          expect(await pixelsOf(whole)).toEqual(
            await pixelsOf(await coded(samples, columns, ofPixel, given)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are read by another decoder, of an image that is divided', async () => {
    const [columns, rows] = [1203, 1001];
    const samples = noise(columns * rows);
    const divided = await encodeJpeg({ columns, rows, channels: 1, samples });
    expect(Buffer.from(divided).includes(Buffer.from([0xff, 0xdd, 0, 4]))).toBe(true);
    const decoded = async (jpeg: Uint8Array) =>
      (await decodeJpeg(jpeg, { photometricInterpretation: 'MONOCHROME2' })).bytes;
    const shown = await decoded(divided);
    const expected = await decoded(await coded(samples, columns, 1, 90));
    expect(Buffer.from(shown).equals(Buffer.from(expected))).toBe(true);
  });

  it('hold no more blocks than can be counted', () => {
    expect(stripRows(8, 2500, 2)).toBe(1256);
    expect((stripRows(20_000, 20_000, 2) / 8) * 2500).toBeLessThanOrEqual(0xffff);
    expect(stripRows(8 * 0x10000, 100, 2)).toBe(100);
  });

  it('that are none are refused', async () => {
    const whole = await coded(noise(64), 8, 1, 90);
    const shape = { columns: 8, rows: 16, rowsOfStrip: 8 };
    expect(() => joinStrips([whole, whole.subarray(0, -1)], shape)).toThrow(RangeError);
    expect(() => joinStrips([whole.subarray(2), whole], shape)).toThrow(RangeError);
  });
});
