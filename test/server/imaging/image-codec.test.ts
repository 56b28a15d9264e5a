import { deflateSync, crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  decodeColourImageFile,
  decodeImageFile,
  encodeJpeg,
  encodePng,
  reshape,
} from '../../../server/imaging/image-codec.ts';

/** A PNG of 16 bits written by hand, so that the reader is not tested with its own writer. */
function png16(columns: number, rows: number, samples: readonly number[], channels: 1 | 3 = 1): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns, 0);
  header.writeUInt32BE(rows, 4);
  header.set([16, channels === 1 ? 0 : 2, 0, 0, 0], 8);
  const lines = Buffer.alloc(rows * (1 + columns * channels * 2));
  samples.forEach((sample, index) => {
    const row = Math.floor(index / (columns * channels));
    lines.writeUInt16BE(sample, index * 2 + row + 1);
  });
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('image files', () => {
  it('gives back every sample of a grey PNG of 8 bits', async () => {
    const samples = Uint8Array.from({ length: 256 }, (_, index) => index);
    const png = await encodePng({ columns: 16, rows: 16, channels: 1, samples });
    const image = await decodeImageFile(png);
    expect(image).toMatchObject({ columns: 16, rows: 16, bits: 8, isColour: false, isLossy: false });
    expect(image.grey).toEqual(samples);
  });

  it('gives back every sample of a grey PNG of 16 bits', async () => {
    const samples = [0, 1, 255, 256, 4095, 32768, 65534, 65535];
    const image = await decodeImageFile(png16(4, 2, samples));
    expect(image).toMatchObject({ columns: 4, rows: 2, bits: 16, isColour: false });
    expect(image.grey).toEqual(Uint16Array.from(samples));
  });

  it('says that a colour file was in colour, and gives its luma', async () => {
    const samples = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
    const image = await decodeImageFile(await encodePng({ columns: 4, rows: 1, channels: 3, samples }));
    expect(image.isColour).toBe(true);
    expect(image.grey).toHaveLength(4);
    expect(image.grey[3]).toBe(255);
    expect(image.grey[1]).toBeGreaterThan(image.grey[2] ?? 255);
  });

  it('gives red, green and blue by pixel to those who ask for colours', async () => {
    const samples = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
    const png = await encodePng({ columns: 4, rows: 1, channels: 3, samples });
    expect(await decodeColourImageFile(png)).toEqual({ columns: 4, rows: 1, channels: 3, samples });
  });

  it('keeps a JPEG close to what went in, and calls it lossy', async () => {
    const samples = Uint8Array.from({ length: 64 * 64 }, (_, index) => (index % 64) * 4);
    const image = await decodeImageFile(
      await encodeJpeg({ columns: 64, rows: 64, channels: 1, samples }, 95),
    );
    expect(image).toMatchObject({ columns: 64, rows: 64, bits: 8, isColour: false, isLossy: true });
    samples.forEach((sample, index) => {
      expect(Math.abs(sample - (image.grey[index] ?? NaN))).toBeLessThan(10);
    });
  });

  it('keeps the aspect ratio when it fits a raster into a box', async () => {
    const raster = { columns: 100, rows: 50, channels: 1, samples: new Uint8Array(5000).fill(77) } as const;
    const still = { rotation: 0, isMirrored: false, isUpsideDown: false } as const;
    const small = await reshape(raster, { ...still, viewport: { columns: 10, rows: 10 } });
    expect([small.columns, small.rows, small.channels]).toEqual([10, 5, 1]);
    expect([...small.samples]).toEqual(Array.from({ length: 50 }, () => 77));
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not an image')],
    ['a truncated file', png16(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]).subarray(0, 50)],
  ])('refuses %s', async (_what, bytes) => {
    await expect(decodeImageFile(bytes)).rejects.toMatchObject({ kind: 'undecodable-pixels' });
  });

  it('refuses a GIF by its media type', async () => {
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    await expect(decodeImageFile(gif)).rejects.toMatchObject({ kind: 'unsupported-media-type' });
  });
});
