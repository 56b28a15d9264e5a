/** Headers read by ranges: what is read, and that it is what the whole file says. */
import fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { locateBulkData } from '../../../dicom/read/bulk-data.ts';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import { readHeaderByRanges } from '../../../dicom/read/ranged-reader.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { rangesOf } from '../../support/bytes.ts';
import { kindOf, kindOfRejection } from '../../support/failures.ts';
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
  type RawElementInput,
} from '../../support/part10-bytes.ts';

/** Longer than any value that a data set holds, and than what is read at first. */
const LONG = 300_000;
const MEBIBYTE = 1024 * 1024;
const longValue = (seed: number, length = LONG): Uint8Array => new Uint8Array(length).fill(seed);
const DOCUMENT: RawElementInput = ['00420011', 'OB', longValue(1)];
/** The long value stands in the second item, and something to read behind it. */
const WAVEFORM: RawElementInput = [
  '54000100',
  'SQ',
  [[], [['54001010', 'OW', longValue(2)], ['54001012', 'LO', 'behind']], [['54001012', 'LO', 'next']]],
]; // prettier-ignore
const PADDING: RawElementInput = ['FFFCFFFC', 'OB', longValue(3)];

/** Reads a file and notes what was read of it. */
async function observed(file: Uint8Array) {
  let read = 0;
  const header = await readHeaderByRanges((start, end) => {
    read += end - start;
    return Promise.resolve(file.subarray(start, end));
  }, file.length);
  return { header, read };
}

describe('a header read by ranges', () => {
  const IMPLICIT = { isImplicit: true };
  it.each([
    ['a document', part10([...IDENTITY, DOCUMENT])],
    ['a document and padding', part10([...IDENTITY, DOCUMENT, PADDING])],
    ['a waveform in a sequence', part10([...IDENTITY, WAVEFORM, PADDING])],
    ['undefined lengths', part10([...IDENTITY, WAVEFORM, PADDING], undefined, { hasUndefinedLengths: true })],
    ['implicit VR', part10([...IDENTITY, DOCUMENT, WAVEFORM], TRANSFER_SYNTAX.implicitVrLittleEndian, IMPLICIT)],
    ['big endian', part10([...IDENTITY, DOCUMENT, WAVEFORM], TRANSFER_SYNTAX.explicitVrBigEndian, { isBigEndian: true })],
    ['a private value', part10([...IDENTITY, ['00091001', 'UN', longValue(4)], ['00091002', 'UN', longValue(5)]])],
    ['pixels behind it', part10([...imageElements(2, 2, u16(1, 2, 3, 4), 16), ['60003000', 'OW', longValue(6)]])],
    [
      'encapsulated pixels behind it',
      part10(
        [
          ...imageElements(1, 1, u16(1), 16),
          ['60003000', 'OW', longValue(6)],
          ['7FE00010', 'OB', fragments([], longValue(7)), ENCAPSULATED],
        ],
        TRANSFER_SYNTAX.jpeg2000,
      ),
    ],
  ])('is that of the whole file, and long values are not read: %s', async (_what, file) => {
    const { header, read } = await observed(file);
    expect(header).toEqual(readHeader(file));
    expect(read).toBeLessThan(LONG);
  }); // prettier-ignore

  it('is read with everything that is no long binary value: text, sequences in UN, a deflated data set', async () => {
    const items = dataSetBytes([['00081140', 'SQ', [[['00081155', 'UI', '2.25.9'], ['00091001', 'UN', longValue(1)]]]]], { isImplicit: true }).subarray(8); // prettier-ignore
    const elements: RawElementInput[] = [
      ...IDENTITY,
      ['00081140', 'UN', items],
      ['00104000', 'UT', 'x'.repeat(LONG)],
    ];
    const deflated = deflateRawSync(dataSetBytes([...elements, DOCUMENT]));
    for (const file of [
      part10(elements),
      bytes(fileMeta(TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian), deflated),
    ]) {
      const { header } = await observed(file);
      expect(header).toEqual(readHeader(file));
      expect(header.attributes['00104000']?.Value).toEqual(['x'.repeat(LONG)]);
      expect(header.attributes['00081140']?.vr).toBe('SQ');
    }
  });

  it('is, of a damaged file, refused as the whole file is', async () => {
    const file = part10([...IDENTITY, DOCUMENT, WAVEFORM, ['54000101', 'LO', 'last'], PADDING]);
    const whole = Buffer.from(file);
    const heads = ['42001100', '00540001', '00540101', '00541010', '00541210', 'fcfffcff'].map((tag) => whole.indexOf(tag, 'hex')); // prettier-ignore
    const place = fc.oneof(
      fc.nat(file.length - 1),
      fc.tuple(fc.constantFrom(...heads), fc.nat(11)).map(([head, at]) => Math.max(0, head + at)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }), place, fc.boolean(), async (changes, cut, isCut) => {
        const damaged = Uint8Array.from(isCut ? file.subarray(0, cut) : file);
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        const byRanges = readHeaderByRanges(rangesOf(damaged), damaged.length);
        const kind = kindOf(() => readHeader(damaged));
        expect(await kindOfRejection(byRanges)).toBe(kind);
        if (kind === undefined) expect(await byRanges).toEqual(readHeader(damaged));
      }),
      { numRuns: 300 },
    ); // prettier-ignore
  });

  it('is refused as too large where more than 32 MiB of it would have to be held', async () => {
    const text = Buffer.alloc(33 * MEBIBYTE, 'x');
    const file = Buffer.concat([part10([...IDENTITY, ['00104000', 'UT', '', text.length]]), text]);
    expect(await kindOfRejection(readHeaderByRanges(rangesOf(file), file.length))).toBe('too-large');
  });

  it('is refused as too large where thousands of long values among thousands of short ones would take too long', async () => {
    const start = Buffer.concat([part10(IDENTITY), Buffer.alloc(8 * 20_000, Buffer.from('210001104c4f0000', 'hex'))]);
    const head = Buffer.from('21000210554e0000e0930400', 'hex'); // UN of 300,000 bytes
    const stride = head.length + LONG;
    const put = (piece: Buffer, from: number, source: Buffer, at: number): void => {
      const skipped = Math.max(0, from - at);
      if (skipped < source.length) source.copy(piece, Math.max(0, at - from), skipped);
    };
    let read = 0;
    const ranges = (from: number, to: number): Promise<Uint8Array> => {
      read += to - from;
      const piece = Buffer.alloc(to - from);
      put(piece, from, start, 0);
      const first = Math.max(0, Math.floor((from - start.length) / stride));
      for (let at = start.length + first * stride; at < to; at += stride) put(piece, from, head, at);
      return Promise.resolve(piece);
    };
    const header = readHeaderByRanges(ranges, start.length + 2000 * stride);
    expect(await kindOfRejection(header)).toBe('too-large');
    expect(read).toBeLessThan(40 * MEBIBYTE);
  }); // prettier-ignore
});

describe('bulk data in a file that is read by ranges', () => {
  it('is found behind values that were stepped over, also in a sequence', async () => {
    const file = part10([...IDENTITY, DOCUMENT, WAVEFORM, PADDING]);
    for (const [path, seed] of [['00420011', 1], ['54000100.2.54001010', 2], ['FFFCFFFC', 3]] as const) {
      const { start, end } = await locateBulkData(rangesOf(file), file.length, path);
      expect(end - start).toBe(LONG);
      expect(new Set(file.subarray(start, end))).toEqual(new Set([seed]));
    } // prettier-ignore
  });
});
