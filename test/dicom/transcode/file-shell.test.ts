import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { positionIn, readPart10 } from '../../../dicom/read/part10-reader.ts';
import { parseByRanges } from '../../../dicom/read/ranged-reader.ts';
import { inLittleEndian } from '../../../dicom/read/value-bytes.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { piecesOf, shellOf, swapUnitOf } from '../../../dicom/transcode/file-shell.ts';
import {
  bytes,
  IDENTITY,
  imageElements,
  part10,
  u16,
  u32,
  ENCAPSULATED,
} from '../../support/part10-bytes.ts';
import type { RawElementInput, RawEncoding } from '../../support/part10-bytes.ts';
import { pydicom, withFiles } from '../../support/independent-readers.ts';
import { rangesOf } from '../../support/bytes.ts';
import { sharedData } from '../../support/shared-data.ts';

const EXPLICIT = TRANSFER_SYNTAX.explicitVrLittleEndian;
const NOTHING = new Uint8Array();

const converted = (file: Uint8Array): Uint8Array => {
  const { before, after } = shellOf(file, NOTHING, EXPLICIT);
  return bytes(before, after);
};

const MANY: readonly RawElementInput[] = [
  ...IDENTITY,
  ['00080005', 'CS', 'ISO_IR 100'],
  ['00100010', 'PN', 'M\xfcller^J'],
  ['00280103', 'US', u16(1)],
  ['00280106', 'SS', u16(0xfffe)],
  [
    '00081140',
    'SQ',
    [
      [
        ['00081155', 'UI', '1.2.3'],
        ['00081160', 'IS', '1'],
      ],
      [],
    ],
  ],
  ['00091001', 'UN', Uint8Array.of(1, 2, 3, 4)],
  ['00189087', 'FD', new Uint8Array(Float64Array.of(1.5).buffer)],
];

/** The same elements as a big-endian file has them. */
const turned = (elements: readonly RawElementInput[]): RawElementInput[] =>
  elements.map(([tag, vr, value]) => {
    if (!(value instanceof Uint8Array) || vr === 'UN') return [tag, vr, value];
    return [tag, vr, vr === 'FD' ? value.toReversed() : Uint8Array.from(Buffer.from(value).swap16())];
  });

describe('a data set in Explicit VR Little Endian (PS3.5 A.2)', () => {
  it.each<[string, Uint8Array]>([
    ['implicit VR', part10(MANY, TRANSFER_SYNTAX.implicitVrLittleEndian, { isImplicit: true })],
    [
      'implicit VR with undefined lengths',
      part10(MANY, TRANSFER_SYNTAX.implicitVrLittleEndian, { isImplicit: true, hasUndefinedLengths: true }),
    ],
    ['explicit VR', part10(MANY)],
  ])('keeps every value of %s', (_, file) => {
    const expected = readPart10(file).dataSet;
    const result = readPart10(converted(file));
    expect(result.dataSet).toEqual(expected);
    expect(result.header.transferSyntaxUid).toBe(EXPLICIT);
  });

  it('keeps every value of a big-endian file', () => {
    const encoding: RawEncoding = { isBigEndian: true };
    const file = part10(turned(MANY), TRANSFER_SYNTAX.explicitVrBigEndian, encoding);
    expect(readPart10(converted(file)).dataSet).toEqual(readPart10(part10(MANY)).dataSet);
  });

  it('keeps text in the character set of the file, byte for byte', () => {
    const file = part10(MANY, TRANSFER_SYNTAX.implicitVrLittleEndian, { isImplicit: true });
    expect(Buffer.from(converted(file)).includes('M\xfcller^J', 0, 'latin1')).toBe(true);
  });

  it('writes a value too long for its VR as UN (PS3.5 6.2.2 note 3)', () => {
    const long: RawElementInput[] = [...IDENTITY, ['00080060', 'CS', 'X'.repeat(70_000)]];
    const file = converted(part10(long, TRANSFER_SYNTAX.implicitVrLittleEndian, { isImplicit: true }));
    expect(Buffer.from(file).includes(Buffer.from(bytes(u16(0x0008, 0x0060), Buffer.from('UN'))))).toBe(true);
  });

  it('keeps what follows the pixels, and takes padding that is no element for none', () => {
    const file = part10(imageElements(2, 1, u16(1, 2), 16));
    const tail = part10([...IDENTITY, ['FFFCFFFC', 'OB', Uint8Array.of(7, 7)]]).subarray(-14);
    const description = { vr: 'OW', length: 4, replaced: new Map() } as const;
    expect(shellOf(file, tail, EXPLICIT, description).after).toEqual(Buffer.from(tail));
    expect(shellOf(file, Uint8Array.of(9, 9, 9), EXPLICIT, description).after).toHaveLength(0);
  });

  it('refuses compressed fragments inside a sequence, which it would have to decode', () => {
    const icon = [['7FE00010', 'OB', bytes(u32(0xe000fffe, 0, 0xe0ddfffe, 0)), ENCAPSULATED]] as const;
    const file = part10([...IDENTITY, ['00880200', 'SQ', [icon]]], TRANSFER_SYNTAX.jpegBaseline);
    expect(() => converted(file)).toThrow(/00880200|7FE00010/);
  });

  it.each<[string, string, RawEncoding]>([
    ['implicit VR', TRANSFER_SYNTAX.implicitVrLittleEndian, { isImplicit: true }],
    ['undefined lengths', TRANSFER_SYNTAX.implicitVrLittleEndian, { isImplicit: true, hasUndefinedLengths: true }],
    ['big endian', TRANSFER_SYNTAX.explicitVrBigEndian, { isBigEndian: true }],
  ])('is the same written around long values that are not at hand: %s', async (_what, syntax, encoding) => {
    const long = (seed: number): Uint8Array => Uint8Array.from({ length: 300_000 }, (_, at) => (at + seed) & 0xff);
    const elements: RawElementInput[] = [
      ...(encoding.isBigEndian ? turned(MANY) : MANY),
      ['00420011', 'OB', long(1)],
      ['54000100', 'SQ', [[], [['54001010', 'OW', long(2)], ['54001012', 'LO', 'behind']]]],
      ['FFFCFFFC', 'OB', long(3)],
    ];
    const file = part10(elements, syntax, encoding);
    const apart = await parseByRanges(rangesOf(file), file.length);
    expect(apart.bytes.length).toBeLessThan(100_000);
    const pieces = piecesOf(apart, EXPLICIT).map((piece) => {
      if (piece instanceof Uint8Array) return piece;
      const start = positionIn(apart, piece.value.offset);
      return inLittleEndian(file.subarray(start, start + piece.value.length), piece.value);
    });
    expect(Buffer.compare(bytes(...pieces), converted(file))).toBe(0);
  }); // prettier-ignore

  it('says how pixels of a big-endian file are turned round', () => {
    const words = part10(turned(imageElements(2, 1, u16(1, 2), 16)), TRANSFER_SYNTAX.explicitVrBigEndian, {
      isBigEndian: true,
    });
    expect(swapUnitOf(words)).toBe(2);
    expect(swapUnitOf(part10(imageElements(2, 1, u16(1, 2), 16)))).toBeUndefined();
  });
});

describe.skipIf(!sharedData())('real files (needs ../shared/data)', () => {
  it('a file in implicit VR reads in pydicom as before', () => {
    const folder = join(sharedData() ?? '', 'dicom', 'dicom-test-files_pydicom', 'pydicom');
    const file = readFileSync(join(folder, 'rtplan.dcm'));
    const elements = "[[str(e.tag), e.VR, str(e.value)] for e in ds.iterall() if e.VR != 'SQ']";
    const [before, after] = withFiles([file, converted(file)], (paths) =>
      paths.map((path) => pydicom(path, elements)),
    );
    expect(after).toBe(before);
  });
});
