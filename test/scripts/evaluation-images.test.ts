/** The pictures an evaluation makes of radiographs: what the server reads out of each. */
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { numberOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { composed, COMPOSITION_NAMES } from '../../scripts/evaluation/compositions.ts';
import { encoded, ENCODING_NAMES, type EncodingName } from '../../scripts/evaluation/encodings.ts';
import { encodeGreyPng } from '../../scripts/png.ts';
import { importImage } from '../../server/ingest/import-image.ts';

const [COLUMNS, ROWS] = [100, 60];
/** Dark on the left, bright on the right, a bright spot at the top left. */
const SAMPLES = Uint8Array.from({ length: COLUMNS * ROWS }, (_, at) => {
  const [x, y] = [at % COLUMNS, Math.floor(at / COLUMNS)];
  return x < 10 && y < 10 ? 250 : 20 + x * 2;
});
const PLAIN = await importImage(encodeGreyPng(COLUMNS, ROWS, SAMPLES), { modality: 'DX', sex: 'F' });

async function greyOf(part10: Uint8Array) {
  const header = readHeader(part10);
  return toGrey(await decodeFrame(part10, header, 0), readPixelModule(header));
}

async function encodedGrey(name: EncodingName) {
  return greyOf(await encoded(PLAIN, name));
}

const EXACT = ['10 bits', '12 bits', '16 bits', 'MONOCHROME1', 'rescale'] as const;

describe('another encoding of a radiograph', () => {
  it.each(EXACT)('%s shows the same greys', async (name) => {
    const [plain, other] = [await greyOf(PLAIN), await encodedGrey(name)];
    const largest = Math.max(
      ...plain.samples.map((sample, at) => Math.abs(sample - (other.samples[at] ?? NaN))),
    );
    expect(largest).toBeLessThan(1.5 / 1023);
  });

  it.each(ENCODING_NAMES)('%s keeps patient and identity', async (name) => {
    const header = readHeader(await encoded(PLAIN, name));
    expect(header.sopInstanceUid).toBe(readHeader(PLAIN).sopInstanceUid);
    expect(textOf(header.attributes, TAG.PatientSex)).toBe('F');
  });

  it('a border of padding is black and larger than the image', async () => {
    const header = readHeader(await encoded(PLAIN, 'padding around'));
    const { columns, rows, samples } = await encodedGrey('padding around');
    expect(numberOf(header.attributes, TAG.PixelPaddingValue)).toBe(4095);
    expect([columns, rows]).toEqual([124, 74]);
    expect(samples[0]).toBe(0);
    expect(samples[20 * columns + 60]).toBeGreaterThan(0.3);
  });

  it.each([
    ['rotated by 90°', ROWS - 1, 0],
    ['rotated by 180°', COLUMNS - 1, ROWS - 1],
    ['rotated by 270°', 0, COLUMNS - 1],
  ] as const)('%s carries the top left corner clockwise', async (name, column, row) => {
    const { columns, samples } = await encodedGrey(name);
    expect(samples[row * columns + column]).toBeCloseTo(250 / 255, 2);
  });

  it('a narrow window clips, no window stretches, a wide one flattens', async () => {
    const spread = async (name: EncodingName) => {
      const { samples } = await encodedGrey(name);
      return Math.max(...samples) - Math.min(...samples);
    };
    const plain = (250 - 20) / 255;
    expect(await spread('narrow window')).toBeGreaterThan(plain);
    expect(await spread('no window')).toBeCloseTo(1, 3);
    expect(await spread('wide window')).toBeCloseTo(plain / 2, 2);
  });
});

describe('a composition', () => {
  it.each(COMPOSITION_NAMES)('%s is the same each time and unlike its source', async (name) => {
    const [one, again] = [await composed(PLAIN, name), await composed(PLAIN, name)];
    expect(Buffer.compare(one, again)).toBe(0);
    const { columns, rows } = await greyOf(one);
    expect([columns, rows]).toEqual([512, 512]);
  });

  it('of tiles holds the greys of its source', async () => {
    const mean = (samples: Float32Array) => samples.reduce((sum, value) => sum + value, 0) / samples.length;
    const [plain, tiles] = [await greyOf(PLAIN), await greyOf(await composed(PLAIN, 'tiles'))];
    expect(mean(tiles.samples)).toBeCloseTo(mean(plain.samples), 1);
  });
});
