import { describe, expect, it } from 'vitest';
import { readImagePixel } from '../../../dicom/read/image-pixel.ts';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { TAG, type Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import type { InstanceHeader } from '../../../dicom/vocabulary/instance.ts';

const GOOD: Partial<Record<Keyword, readonly (number | string)[]>> = {
  Rows: [4],
  Columns: [3],
  BitsAllocated: [16],
  PhotometricInterpretation: ['MONOCHROME2'],
};

/** As read from a file whose value representations may lie. */
function headerOf(values: typeof GOOD): InstanceHeader {
  const elements = Object.entries({ ...GOOD, ...values }).map(([keyword, Value]) => [
    TAG[keyword as Keyword],
    { vr: typeof Value[0] === 'string' ? 'CS' : 'DS', Value },
  ]);
  return { attributes: Object.fromEntries(elements) as DataSet } as InstanceHeader;
}

describe('the layout of stored samples', () => {
  it('is read with what is absent supplied', () => {
    expect(readImagePixel(headerOf({}))).toEqual({
      rows: 4,
      columns: 3,
      frames: 1,
      samplesPerPixel: 1,
      photometricInterpretation: 'MONOCHROME2',
      isPlanar: false,
      bitsAllocated: 16,
      bitsStored: 16,
      highBit: 15,
      isSigned: false,
    });
  });

  it.each<[Keyword, (number | string)[], string]>([
    ['Rows', [], 'missing-attribute'],
    ['Rows', [0], 'invalid-value'],
    ['Rows', [-2], 'invalid-value'],
    ['Rows', [0.488281], 'invalid-value'],
    ['Columns', [2.5], 'invalid-value'],
    ['Columns', [400_000_001], 'too-large'],
    ['BitsAllocated', [12], 'invalid-value'],
    ['BitsStored', [17], 'invalid-value'],
    ['NumberOfFrames', [1.5], 'invalid-value'],
    ['SamplesPerPixel', [2], 'invalid-value'],
    ['PhotometricInterpretation', ['RGB'], 'invalid-value'],
  ])('is refused with %s of %j', (keyword, value, kind) => {
    expect(() => readImagePixel(headerOf({ [keyword]: value }))).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(keyword) as string }),
    );
  });
});
