/**
 * Hostile bytes: whatever comes in, reading, decoding and rendering give a value or a PacsError. A crash, a hang
 * (the runner's time limit) or any other error fails.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { readHeaderByRanges } from '../../dicom/read/ranged-reader.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import {
  bytes,
  ENCAPSULATED,
  fileMeta,
  fragments,
  imageElements,
  part10,
  u16,
  u32,
} from '../support/part10-bytes.ts';
import { rangesOf } from '../support/bytes.ts';
import { sharedData } from '../support/shared-data.ts';

const NATIVE = part10(
  imageElements(4, 4, new Uint8Array(32).fill(7), 16, [
    ['00081140', 'SQ', [[['00081155', 'UI', '2.25.9']]]],
    ['00100010', 'PN', 'A^B=C'],
    [
      '00283010',
      'SQ',
      [
        [
          ['00283002', 'US', u16(2, 0, 16)],
          ['00283006', 'OW', u16(0, 65535)],
        ],
      ],
    ],
  ]),
);
const RLE = part10(
  [
    ...imageElements(2, 1, u16(0), 16),
    [
      '7FE00010',
      'OB',
      fragments([0], bytes(u32(2, 64, 66, ...Array<number>(13).fill(0)), Uint8Array.of(255, 1, 255, 2))),
      ENCAPSULATED,
    ],
  ],
  '1.2.840.10008.1.2.5',
);

/** Small real files, one a codec and one with much structure. */
const REAL = [
  'wg04/J2KI/NM1_J2KI.dcm',
  'dicom-test-files_pydicom/pydicom/MR_small_jpeg_ls_lossless.dcm',
  'dicom-test-files_pydicom/pydicom/SC_rgb_jpeg_gdcm.dcm',
  'dicom-test-files_pydicom/pydicom/SC_rgb_dcmtk_+eb+cy+s2.dcm',
  'dicom-test-files_pydicom/pydicom/MR_small_RLE.dcm',
  'dicom-test-files_pydicom/pydicom/MR_small_bigendian.dcm',
  'dicom-test-files_pydicom/pydicom/image_dfl.dcm',
  'dicom-test-files_pydicom/pydicom/rtplan.dcm',
  'pydicom/charset_files/chrH31.dcm',
];

/** Everything a file meets on its way; `undefined` or the PacsError. */
async function walk(file: Uint8Array): Promise<PacsError | undefined> {
  try {
    const header = await readHeaderByRanges(rangesOf(file), file.length);
    expect(header).toEqual(readHeader(file));
    const grey = toGrey(await decodeFrame(file, header, 0), readPixelModule(header));
    expect(grey.samples).toHaveLength(grey.rows * grey.columns);
    return undefined;
  } catch (error) {
    if (error instanceof PacsError) return error;
    throw error;
  }
}

/** Overwrites bytes at places between 0 and 1 of the length. */
function overwritten(
  file: Uint8Array,
  changes: readonly (readonly [place: number, value: number])[],
): Uint8Array {
  const changed = Uint8Array.from(file);
  for (const [place, value] of changes) changed[Math.floor(place * changed.length)] = value;
  return changed;
}

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const changes = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 });

test('the unharmed files are read', async () => {
  expect(await walk(NATIVE)).toBeUndefined();
  expect(await walk(RLE)).toBeUndefined();
});

test('random bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
      await walk(noise);
    }),
  );
});

test.each(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'])(
  'random bytes behind the File Meta Information of %s',
  async (transferSyntaxUid) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
        expect(await walk(bytes(fileMeta(transferSyntaxUid), noise))).toBeInstanceOf(PacsError);
      }),
    );
  },
);

test.each([
  ['native', NATIVE],
  ['RLE', RLE],
])('%s: overwritten bytes', async (_, file) => {
  await fc.assert(
    fc.asyncProperty(changes, async (list) => {
      await walk(overwritten(file, list));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['native', NATIVE],
  ['RLE', RLE],
])('%s: every truncation', async (_, file) => {
  for (let length = 0; length < file.length; length++) await walk(file.subarray(0, length));
});

describe.skipIf(!sharedData())('real files (needs ../shared/data)', () => {
  const read = (file: string): Uint8Array => readFileSync(join(sharedData() ?? '', 'dicom', file));

  test.each(REAL)('%s: truncated', async (file) => {
    const whole = read(file);
    await fc.assert(
      fc.asyncProperty(place, async (share) => {
        await walk(whole.subarray(0, Math.floor(share * whole.length)));
      }),
      { numRuns: 25 },
    );
  });

  test.each(REAL)('%s: overwritten bytes', async (file) => {
    const whole = read(file);
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        await walk(overwritten(whole, list));
      }),
      { numRuns: 25 },
    );
  });

  test.each(REAL.filter((file) => /J2K|jpeg|dcmtk|RLE/.test(file)))(
    '%s: reads as before after its codec failed',
    async (file) => {
      const whole = read(file);
      const header = readHeader(whole);
      const before = await decodeFrame(whole, header, 0);
      const start = (header.pixelData?.offset ?? 0) + 24;
      const broken = Uint8Array.from(whole);
      broken.fill(0xff, start + 60, start + 600);
      await walk(broken);
      expect((await decodeFrame(whole, header, 0)).samples).toEqual(before.samples);
    },
  );
});
