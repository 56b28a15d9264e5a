import { describe, expect, it } from 'vitest';
import { bulkDataAt } from '../../../dicom/read/bulk-data.ts';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { itemsOf } from '../../../dicom/vocabulary/data-set.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { kindOf } from '../../support/failures.ts';
import { IDENTITY, part10, type RawElementInput } from '../../support/part10-bytes.ts';

const LONG = Uint8Array.from({ length: 1026 }, (_, index) => index & 0xff);
const WAVEFORM: RawElementInput = ['54000100', 'SQ', [[], [['54001010', 'OW', LONG]]]];

describe('bulk data (PS3.18 10.4.1.1.5)', () => {
  it('is found again by the address that the metadata names, also inside a sequence', () => {
    const file = part10([...IDENTITY, ['00420011', 'OB', LONG], WAVEFORM]);
    const { dataSet } = readPart10(file);
    expect(dataSet['00420011']).toEqual({ vr: 'OB', BulkDataURI: 'bulkdata/00420011' });
    expect(bulkDataAt(file, '00420011')).toEqual(LONG);
    const [, item] = itemsOf(dataSet, '54000100');
    expect(item?.['54001010']).toEqual({ vr: 'OW', BulkDataURI: 'bulkdata/54000100.2.54001010' });
    expect(bulkDataAt(file, '54000100.2.54001010')).toEqual(LONG);
  });

  it('is little endian also where the file is not', () => {
    const file = part10([...IDENTITY, ['60003000', 'OW', LONG]], TRANSFER_SYNTAX.explicitVrBigEndian, {
      isBigEndian: true,
    });
    expect(bulkDataAt(file, '60003000')).toEqual(Buffer.from(LONG).swap16());
  });

  it.each(['00420011', '54000100', '54000100.1.54001010', '54000100.9.54001010', '../x', ''])(
    'is not found at %s where there is none',
    (path) => {
      expect(kindOf(() => bulkDataAt(part10([...IDENTITY, WAVEFORM]), path))).toBe('not-found');
    },
  );
});
