/** HTJ2K. The samples of the corpus lack UIDs, so their headers are put together here. ISO 15444-15. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { dataSetFrom } from '../../dicom/read/data-set.ts';
import { parsePart10 } from '../../dicom/read/part10-reader.ts';
import type { SampleArray } from '../../dicom/vocabulary/image.ts';
import { sharedData } from '../support/shared-data.ts';

describe.skipIf(!sharedData())('HTJ2K (needs ../shared/data)', () => {
  test('lossless gives the samples of the golden hash', async () => {
    const samples = await samplesOf('HTJ2KLossless_08_RGB.dcm');
    expect(createHash('sha256').update(Uint8Array.from(samples)).digest('hex')).toBe(
      '9d87240604f5d7522c6a8056ace6cefc2c8d6d0b07bd6e7303d5e5b21af9a49e',
    );
  });

  test('lossy differs from lossless by no more than 4 of 255', async () => {
    const lossless = await samplesOf('HTJ2KLossless_08_RGB.dcm');
    const lossy = await samplesOf('HTJ2K_08_RGB.dcm');
    const worst = Array.from(lossy).reduce(
      (most, value, index) => Math.max(most, Math.abs(value - (lossless[index] ?? 0))),
      0,
    );
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThanOrEqual(4);
  });

  test('JPEG-LS is decoded by the same process after HTJ2K', async () => {
    await samplesOf('HTJ2K_08_RGB.dcm');
    expect(await samplesOf('JLSL_16_15_1_1F.dcm')).toBeInstanceOf(Int16Array);
  });
});

async function samplesOf(name: string): Promise<SampleArray> {
  const file = readFileSync(join(sharedData() ?? '', 'dicom', 'pydicom-data', name));
  const { bytes, elements, transferSyntaxUid } = parsePart10(file);
  const pixelData = elements.find(({ tag }) => tag === '7FE00010');
  const header = {
    studyInstanceUid: '2.25.1',
    seriesInstanceUid: '2.25.2',
    sopInstanceUid: '2.25.3',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    transferSyntaxUid,
    attributes: dataSetFrom(bytes, elements),
    pixelData: { offset: pixelData?.offset ?? 0, length: pixelData?.length ?? 0, isEncapsulated: true },
  };
  return (await decodeFrame(file, header, 0)).samples;
}
