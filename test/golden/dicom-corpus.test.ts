/**
 * Every file of the shared corpus is decoded to known samples, or refused by a known failure.
 *
 * `dicom-corpus.csv`: `outcome` is `decoded` or the kind of the PacsError; the hashes are SHA-256 of the samples (little endian) of the
 * first frame and, where it differs, of the last; `confirmed by` names the other readers that gave the same samples:
 * `expected_pixels` (gdcm, the list beside the corpus), `dcmtk` (dcmdjpeg, dcmdjpls), `pydicom` (native, RLE, JPEG 2000).
 * Frames without one: YBR (we give RGB), 8-bit samples in big-endian words and bits above High Bit (pydicom leaves
 * both as they are), and files the other readers cannot open.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import { sharedData } from '../support/shared-data.ts';

interface Outcome {
  readonly outcome: string;
  readonly first?: string;
  readonly last?: string;
}

const corpus = join(sharedData() ?? '', 'dicom');
const golden = readFileSync(join(import.meta.dirname, 'dicom-corpus.csv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [file = '', outcome = '', first = '', last = ''] = line.split(',');
    return { file, expected: outcome === 'decoded' ? { outcome, first, last: last || first } : { outcome } };
  });

describe.skipIf(!sharedData())('the corpus (needs ../shared/data)', () => {
  test('has the 361 files of the golden list', () => {
    const manifest = readFileSync(join(corpus, 'manifest.csv'), 'utf8').trimEnd().split('\n').slice(1);
    expect(manifest.map((line) => line.slice(0, line.indexOf(',')))).toEqual(golden.map(({ file }) => file));
    expect(golden).toHaveLength(361);
  });

  test.each(golden)('$file: $expected.outcome', async ({ file, expected }) => {
    expect(await outcomeOf(readFileSync(join(corpus, file)))).toEqual(expected);
  });
});

/** Grey at the quarters of columns and rows (3 × 3 points, row by row) in dcm2pnm's 8-bit rendering of the same file, and what the file is there for. */
const DCMTK_GREY: readonly (readonly [file: string, why: string, grey: readonly number[]])[] = [
  [
    'wg04/REF/RG3_UNC.dcm',
    'CR tibia, MONOCHROME1',
    [0.812, 0.792, 0.882, 0.812, 0.737, 0.91, 0.737, 0.6, 0.933],
  ],
  ['wg04/RLE/RG3_RLE.dcm', 'the same in RLE', [0.812, 0.792, 0.882, 0.812, 0.737, 0.91, 0.737, 0.6, 0.933]],
  [
    'wg04/JPLL/RG3_JPLL.dcm',
    'the same in JPEG lossless',
    [0.812, 0.792, 0.882, 0.812, 0.737, 0.91, 0.737, 0.6, 0.933],
  ],
  ['wg04/JLSL/RG2_JLSL.dcm', 'CR hip, MONOCHROME2', [0.561, 0.612, 0, 0.553, 0.392, 0.325, 0, 0, 0.369]],
  ['wg04/REF/XA1_UNC.dcm', 'no window', [0.365, 0.184, 0.2, 0.251, 0.196, 0.216, 0.145, 0.173, 0.275]],
  ['dicom-test-files_pydicom/pydicom/vlut_04.dcm', 'VOI LUT Sequence', [1, 0, 1, 0.2, 0.478, 0.8, 0, 1, 0]],
  [
    'dicom-test-files_pydicom/pydicom/mlut_18.dcm',
    'Modality LUT Sequence',
    [1, 0, 1, 0.2, 0.478, 0.8, 0, 1, 0],
  ],
  [
    'dicom-test-files_pydicom/pydicom/CT_small.dcm',
    'signed, rescaled',
    [0.173, 0.557, 0.043, 0.604, 0.871, 0.416, 0.392, 0.431, 0.439],
  ],
];

describe.skipIf(!sharedData())('grey is what dcmtk shows (needs ../shared/data)', () => {
  test.each(DCMTK_GREY)('%s: %s', async (file, _, expected) => {
    const { columns, rows, samples } = await render(file);
    const points = [1, 2, 3].flatMap((row) =>
      [1, 2, 3].map(
        (column) =>
          samples[Math.floor((row * rows) / 4) * columns + Math.floor((column * columns) / 4)] ?? NaN,
      ),
    );
    points.forEach((grey, index) => {
      // 8 bits, rounded to three places.
      expect(Math.abs(grey - (expected[index] ?? NaN)), `point ${index}`).toBeLessThan(1.2 / 255);
    });
  });
});

async function outcomeOf(bytes: Uint8Array): Promise<Outcome> {
  try {
    const header = readHeader(bytes);
    const first = await decodeFrame(bytes, header, 0);
    const last = await decodeFrame(bytes, header, readImagePixel(header).frames - 1);
    return { outcome: 'decoded', first: sha256(first.samples), last: sha256(last.samples) };
  } catch (error) {
    if (error instanceof PacsError) return { outcome: error.kind };
    throw error;
  }
}

async function render(file: string): Promise<GreyImage> {
  const bytes = readFileSync(join(corpus, file));
  const header = readHeader(bytes);
  return toGrey(await decodeFrame(bytes, header, 0), readPixelModule(header));
}

function sha256({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}
