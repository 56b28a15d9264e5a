import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { decodeFrame } from '../../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../../dicom/pixels/render.ts';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../../dicom/read/pixel-module.ts';
import { textOf, textsOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { MANUFACTURER } from '../../../dicom/vocabulary/uids.ts';
import { colourRefusalOf } from '../../../models/usable-image.ts';
import { importImage } from '../../../server/ingest/import-image.ts';

const DX = { modality: 'DX' };

/** A grey ramp of an odd number of pixels, so that Pixel Data must be padded. */
async function ramp(format: 'jpeg' | 'png', columns = 31, rows = 21): Promise<Uint8Array> {
  const samples = Uint8Array.from({ length: columns * rows }, (_, index) => (index * 7) % 256);
  return await sharp(samples, { raw: { width: columns, height: rows, channels: 1 } })
    .toColourspace('b-w')
    .toFormat(format)
    .toBuffer();
}

describe('an imported PNG', () => {
  it('keeps every sample', async () => {
    const bytes = await importImage(await ramp('png'), DX);
    const { header } = readPart10(bytes);
    const frame = await decodeFrame(bytes, header, 0);
    expect([frame.columns, frame.rows]).toEqual([31, 21]);
    expect([...frame.samples]).toEqual(Array.from({ length: 31 * 21 }, (_, index) => (index * 7) % 256));
  });

  it('keeps 16 bits a sample', async () => {
    const samples = Uint16Array.from({ length: 64 }, (_, index) => index * 1000);
    const png = await sharp(samples, { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const bytes = await importImage(png, DX);
    const { header } = readPart10(bytes);
    expect(textOf(header.attributes, TAG.BitsStored)).toBe('16');
    expect([...(await decodeFrame(bytes, header, 0)).samples]).toEqual([...samples]);
  });

  it('says that nothing was lost', async () => {
    const { header } = readPart10(await importImage(await ramp('png'), DX));
    expect(textOf(header.attributes, TAG.LossyImageCompression)).toBe('00');
    expect(header.attributes[TAG.LossyImageCompressionMethod]).toBeUndefined();
  });
});

/** A PNG of red, green and blue; `share` of its pixels are orange, the others grey. */
async function picture(share: number): Promise<Uint8Array> {
  const samples = Uint8Array.from({ length: 20 * 10 * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return pixel < 200 * share ? ([250, 140, 20][index % 3] ?? 0) : pixel;
  });
  return await sharp(samples, { raw: { width: 20, height: 10, channels: 3 } })
    .png()
    .toBuffer();
}

describe('an imported picture in colour', () => {
  it('keeps its colours, so that the analysis can refuse it (C.7.6.3.1.2)', async () => {
    const bytes = await importImage(await picture(0.5), DX);
    const { header } = readPart10(bytes);
    const frame = await decodeFrame(bytes, header, 0);
    expect(textOf(header.attributes, TAG.PhotometricInterpretation)).toBe('RGB');
    expect([...frame.samples.slice(0, 3)]).toEqual([250, 140, 20]);
    expect(header.attributes[TAG.DerivationDescription]).toBeUndefined();
    expect(colourRefusalOf(frame)?.reason).toBe('colour-image');
  });

  it('becomes grey when its colour is a mark on a grey image', async () => {
    const { header } = readPart10(await importImage(await picture(0.05), DX));
    expect(textOf(header.attributes, TAG.PhotometricInterpretation)).toBe('MONOCHROME2');
    expect(textOf(header.attributes, TAG.DerivationDescription)).toBe('Luma of a colour image');
  });
});

describe('an imported JPEG', () => {
  it('is a Secondary Capture that says it was compressed with loss (C.7.6.1.1.5) and is recognisably ours', async () => {
    const { header } = readPart10(
      await importImage(await ramp('jpeg'), { modality: 'CR', bodyPart: 'HAND' }),
    );
    const { attributes } = header;
    expect(header.sopClassUid).toBe('1.2.840.10008.5.1.4.1.1.7');
    expect(textsOf(attributes, TAG.ImageType)).toEqual(['DERIVED', 'SECONDARY']);
    expect(textOf(attributes, TAG.ConversionType)).toBe('WSD');
    expect(textOf(attributes, TAG.Modality)).toBe('CR');
    expect(textOf(attributes, TAG.BodyPartExamined)).toBe('HAND');
    expect(textOf(attributes, TAG.LossyImageCompression)).toBe('01');
    expect(textOf(attributes, TAG.LossyImageCompressionMethod)).toBe('ISO_10918_1');
    expect(textOf(attributes, TAG.SecondaryCaptureDeviceManufacturer)).toBe(MANUFACTURER);
  });

  it('knows nobody: name, number and birth date are empty (type 2)', async () => {
    const { attributes } = readPart10(await importImage(await ramp('jpeg'), DX)).header;
    for (const tag of [TAG.PatientName, TAG.PatientID, TAG.PatientBirthDate, TAG.PatientSex]) {
      expect(attributes[tag]).toBeDefined();
      expect(textOf(attributes, tag)).toBeUndefined();
    }
  });

  it('carries the name of its file as Study Description, cut to what LO holds (PS3.5 6.2)', async () => {
    const title = `wrist\\left ${'x'.repeat(80)}.jpg`;
    const { attributes } = readPart10(await importImage(await ramp('jpeg'), { ...DX, title })).header;
    expect(textOf(attributes, TAG.StudyDescription)).toBe(`wrist left ${'x'.repeat(53)}`);
  });

  it('shows black as black and white as white by its window (C.11.2.1.2.1)', async () => {
    const bytes = await importImage(await ramp('jpeg'), DX);
    const { header } = readPart10(bytes);
    const frame = await decodeFrame(bytes, header, 0);
    const grey = toGrey(frame, readPixelModule(header));
    grey.samples.forEach((value, index) => {
      expect(value).toBeCloseTo((frame.samples[index] ?? NaN) / 255, 5);
    });
  });

  it('is the same object each time, and another object of the same study when more is said of it', async () => {
    const file = await ramp('jpeg');
    const once = await importImage(file, DX);
    expect(await importImage(file, DX)).toEqual(once);
    const described = readPart10(await importImage(file, { ...DX, sex: 'F', ageYears: 9 })).header;
    const plain = readPart10(once).header;
    expect(described.studyInstanceUid).toBe(plain.studyInstanceUid);
    expect(described.sopInstanceUid).not.toBe(plain.sopInstanceUid);
    expect(textOf(described.attributes, TAG.PatientAge)).toBe('009Y');
  });
});

describe('an import', () => {
  it.each(['jpeg', 'png'] as const)('of a %s passes dciodvfy', async (format) => {
    const folder = await mkdtemp(join(tmpdir(), 'osteon-import-'));
    try {
      const path = join(folder, 'image.dcm');
      await writeFile(path, await importImage(await ramp(format), { ...DX, sex: 'M' }));
      const report = execFileSync('sh', ['-c', `dciodvfy "${path}" 2>&1 || true`], { encoding: 'utf8' });
      expect(report).toContain('SCImage');
      expect(report.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['a JPEG cut short', async () => (await ramp('jpeg', 300, 300)).subarray(0, 900), 'undecodable-pixels'],
    ['a PNG cut short', async () => (await ramp('png', 300, 300)).subarray(0, 60), 'undecodable-pixels'],
    ['no bytes', () => Promise.resolve(new Uint8Array()), 'undecodable-pixels'],
  ])('of %s is refused', async (_name, file, kind) => {
    await expect(importImage(await file(), DX)).rejects.toMatchObject({ name: 'PacsError', kind });
  });
});
