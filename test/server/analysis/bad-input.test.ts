/**
 * Images that no model should speak about, as files that arrive: each has an outcome with a name and no finding, and no
 * network is asked.
 */
import { describe, expect, it } from 'vitest';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { analyseInstance } from '../../../server/analysis/analyse-instance.ts';
import { dicomFile, type FileOverrides } from '../../support/dicom-file.ts';
import { DETECTOR, PROBABILITY, REGION } from '../../models/manifests.ts';

const MODELS = { 'body-region': REGION, 'fracture-probability': PROBABILITY, 'fracture-detection': DETECTOR };
const EIGHT_BITS = { BitsAllocated: 8, BitsStored: 8, HighBit: 7 };

async function outcomeOf(attributes: FileOverrides, transferSyntaxUid?: string) {
  const bytes = dicomFile(attributes, transferSyntaxUid);
  const { header } = readPart10(bytes);
  const task = { bytes, header, patient: {}, isBoneAgeRequested: true };
  return await analyseInstance(task, MODELS, () => Promise.reject(new Error('a network was asked')));
}

/** Grey of 8 bits. */
function grey(columns: number, rows: number, sampleAt: (index: number) => number): FileOverrides {
  const samples = Uint8Array.from({ length: columns * rows }, (_, index) => sampleAt(index));
  return { ...EIGHT_BITS, Rows: rows, Columns: columns, PixelData: samples };
}

/** A photograph: sky, skin and grass. */
function photograph(columns: number, rows: number): FileOverrides {
  const colours = [
    [120, 170, 230],
    [224, 172, 105],
    [60, 140, 40],
  ];
  const samples = Uint8Array.from({ length: columns * rows * 3 }, (_, index) => {
    const row = Math.floor(index / 3 / columns);
    const noise = (Math.floor(index / 3) * 7) % 20;
    return (colours[Math.floor((row * 3) / rows)]?.[index % 3] ?? 0) - noise;
  });
  const colour = { SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 };
  return { ...EIGHT_BITS, ...colour, Rows: rows, Columns: columns, PixelData: samples };
}

describe('an image that no model should speak about', () => {
  it.each<[string, string, FileOverrides]>([
    ['of one row', 'bad-dimensions', grey(2000, 1, (index) => index % 256)],
    ['of one column', 'bad-dimensions', grey(1, 2000, (index) => index % 256)],
    ['of one pixel', 'bad-dimensions', grey(1, 1, () => 128)],
    ['all black', 'blank-image', grey(200, 300, () => 0)],
    ['all white', 'blank-image', grey(200, 300, () => 255)],
    ['of one grey with a speck', 'blank-image', grey(200, 300, (index) => (index === 777 ? 255 : 80))],
    ['that is a colour photograph', 'colour-image', photograph(200, 300)],
    [
      'whose pixels are cut off',
      'undecodable',
      { ...grey(200, 300, () => 9), PixelData: new Uint8Array(100) },
    ],
  ])('%s is rejected as %s', async (_what, reason, attributes) => {
    expect(await outcomeOf(attributes)).toMatchObject({ status: 'rejected', reason, findings: [], runs: [] });
  });

  it('and declares 20,000 × 20,000 pixels is rejected by what it declares, before they are decoded', async () => {
    const declared = { Rows: 20_000, Columns: 20_000, PixelData: new Uint8Array(2) };
    expect(await outcomeOf(declared)).toMatchObject({
      status: 'rejected',
      reason: 'bad-dimensions',
      detail: expect.stringContaining('20000×20000') as string,
      findings: [],
    });
  });

  it('and says it is JPEG 2000 but holds something else is rejected as undecodable', async () => {
    const outcome = await outcomeOf(
      { ...grey(200, 300, () => 9), PixelData: new Uint8Array(60_000).fill(7) },
      TRANSFER_SYNTAX.jpeg2000Lossless,
    );
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'undecodable', findings: [] });
  });
});
