import { describe, expect, test } from 'vitest';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import { readPixelModule, type PixelModule } from '../../../dicom/read/pixel-module.ts';
import { imageElements, part10, u16, type RawElementInput } from '../../support/part10-bytes.ts';
import { kindOf } from '../../support/failures.ts';

const moduleOf = (...extra: RawElementInput[]): PixelModule => {
  const file = part10(imageElements(2, 1, u16(1, 2), 16, extra));
  return readPixelModule(readHeader(file));
};
const lutItem = (first: number, bits: number, ...entries: number[]): RawElementInput[] => [
  ['00283002', 'US', u16(entries.length, first, bits)],
  ['00283006', 'OW', u16(...entries)],
];

test('absent means absent: one frame, identity rescale, no window, no padding', () => {
  expect(moduleOf()).toEqual({
    rows: 1,
    columns: 2,
    frames: 1,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    isPlanar: false,
    bitsAllocated: 16,
    bitsStored: 16,
    highBit: 15,
    isSigned: false,
    modality: { kind: 'rescale', slope: 1, intercept: 0 },
    voi: [],
  });
});

describe('image pixel (PS3.3 C.7.6.3)', () => {
  test.each<[string, RawElementInput, string]>([
    ['zero Rows', ['00280010', 'US', u16(0)], 'invalid-value'],
    ['no Columns', ['00280011', 'US', ''], 'missing-attribute'],
    ['two samples', ['00280002', 'US', u16(2)], 'invalid-value'],
    ['12 bits allocated', ['00280100', 'US', u16(12)], 'invalid-value'],
    ['more bits stored than allocated', ['00280101', 'US', u16(17)], 'invalid-value'],
    ['a high bit beyond the sample', ['00280102', 'US', u16(16)], 'invalid-value'],
    ['a high bit below the stored bits', ['00280102', 'US', u16(7)], 'invalid-value'],
    ['Pixel Representation 2', ['00280103', 'US', u16(2)], 'invalid-value'],
    ['minus one frames', ['00280008', 'IS', '-1'], 'invalid-value'],
    ['no photometric interpretation', ['00280004', 'CS', ''], 'missing-attribute'],
    ['colour of one sample', ['00280004', 'CS', 'RGB'], 'invalid-value'],
  ])('%s', (_, element, kind) => {
    expect(kindOf(() => moduleOf(element))).toBe(kind);
  });

  test('65535 × 65535 pixels are too large', () => {
    const most: RawElementInput[] = [
      ['00280010', 'US', u16(65535)],
      ['00280011', 'US', u16(65535)],
    ];
    expect(kindOf(() => moduleOf(...most))).toBe('too-large');
  });
});

describe('transforms', () => {
  test('windows pair up; widths a LINEAR window cannot have are left out (PS3.3 C.11.2.1.2)', () => {
    const windows: RawElementInput[] = [
      ['00281050', 'DS', '40\\50\\60'],
      ['00281051', 'DS', '400\\0'],
    ];
    expect(moduleOf(...windows).voi).toEqual([
      { kind: 'window', center: 40, width: 400, function: 'LINEAR' },
    ]);
  });

  test('SIGMOID and LINEAR_EXACT take any width above 0', () => {
    const window: RawElementInput[] = [
      ['00281050', 'DS', '40'],
      ['00281051', 'DS', '.5'],
      ['00281056', 'CS', 'SIGMOID'],
    ];
    expect(moduleOf(...window).voi).toEqual([
      { kind: 'window', center: 40, width: 0.5, function: 'SIGMOID' },
    ]);
  });

  test('a VOI table comes before a window', () => {
    const voi: RawElementInput[] = [
      ['00281050', 'DS', '40'],
      ['00281051', 'DS', '400'],
      ['00283010', 'SQ', [lutItem(5, 10, 0, 512, 1023)]],
    ];
    expect(moduleOf(...voi).voi.map(({ kind }) => kind)).toEqual(['lut', 'window']);
    expect(moduleOf(...voi).voi[0]).toEqual({
      kind: 'lut',
      lut: { firstMapped: 5, bits: 10, entries: Uint16Array.of(0, 512, 1023) },
    });
  });

  test('0 entries mean 65536 (PS3.3 C.11.1.1)', () => {
    const item: RawElementInput[] = [
      ['00283002', 'US', u16(0, 0, 16)],
      ['00283006', 'OW', new Uint8Array(131072)],
    ];
    const { modality } = moduleOf(['00283000', 'SQ', [item]]);
    expect(modality.kind === 'lut' && modality.lut.entries.length).toBe(65536);
  });

  test('only the first mapped value of a descriptor is signed', () => {
    const signed = moduleOf(['00280103', 'US', u16(1)], ['00283000', 'SQ', [lutItem(-3, 16, 7, 8)]]);
    expect(signed.modality).toEqual({
      kind: 'lut',
      lut: { firstMapped: -3, bits: 16, entries: Uint16Array.of(7, 8) },
    });
  });

  test('entries of 8 bits lie one a byte', () => {
    const item: RawElementInput[] = [
      ['00283002', 'US', u16(3, 0, 8)],
      ['00283006', 'OW', Uint8Array.of(1, 2, 3, 0)],
    ];
    const { modality } = moduleOf(['00283000', 'SQ', [item]]);
    expect(modality.kind === 'lut' && [...modality.lut.entries]).toEqual([1, 2, 3]);
  });

  test('a table shorter than it declares is an invalid value', () => {
    const short: RawElementInput[] = [
      ['00283002', 'US', u16(9, 0, 16)],
      ['00283006', 'OW', u16(1, 2)],
    ];
    expect(kindOf(() => moduleOf(['00283010', 'SQ', [short]]))).toBe('invalid-value');
    expect(kindOf(() => moduleOf(['00283010', 'SQ', [[['00283006', 'OW', u16(1)]]]]))).toBe('invalid-value');
    expect(kindOf(() => moduleOf(['00283010', 'SQ', [[['00283002', 'US', u16(2, 0, 16)]]]]))).toBe(
      'invalid-value',
    );
  });

  test('padding is a value, or a range in either order (PS3.3 C.7.5.1.1.2)', () => {
    expect(moduleOf(['00280120', 'US', u16(5)]).padding).toEqual({ low: 5, high: 5 });
    const range: RawElementInput[] = [
      ['00280120', 'US', u16(9)],
      ['00280121', 'US', u16(5)],
    ];
    expect(moduleOf(...range).padding).toEqual({ low: 5, high: 9 });
  });

  test('a palette has three tables (PS3.3 C.7.6.3.1.5)', () => {
    const table = (tag: number, ...entries: number[]): RawElementInput[] => [
      [`0028110${tag}`, 'US', u16(2, 0, 16)],
      [`0028120${tag}`, 'OW', u16(...entries)],
    ];
    const palette: RawElementInput[] = [...table(1, 0, 65535), ...table(2, 0, 1), ...table(3, 0, 2)];
    const module = moduleOf(['00280004', 'CS', 'PALETTE COLOR'], ...palette);
    expect(module.palette?.red.entries).toEqual(Uint16Array.of(0, 65535));
    expect(module.palette?.blue.entries).toEqual(Uint16Array.of(0, 2));
  });

  test('a slope of 0 is no slope', () => {
    expect(moduleOf(['00281053', 'DS', '0']).modality).toMatchObject({ slope: 1 });
  });
});
