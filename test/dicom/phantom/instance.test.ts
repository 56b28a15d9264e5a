/** Phantoms as instances: valid for a validator we did not write, and marked as what they are. */
import { describe, expect, it } from 'vitest';
import type { PhantomIdentity, PhantomInstance, PhantomParameters } from '../../../dicom/phantom/index.ts';
import { demoStudies, phantomInstance, uidOf, USUAL_PARAMETERS } from '../../../dicom/phantom/index.ts';
import { textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { isUid } from '../../../dicom/vocabulary/uids.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { runTool, withFiles } from '../../support/independent-readers.ts';

const IDENTITY: PhantomIdentity = {
  studyKey: 'test',
  seriesNumber: 1,
  instanceNumber: 1,
  modality: 'DX',
  patientName: 'Phantom^Hand Test',
  patientId: 'PHANTOM-T',
  patientBirthDate: '19900101',
  patientAge: '035Y',
  studyDate: '20260112',
  studyTime: '090000',
  accessionNumber: 'PH0000',
  studyDescription: 'Hand, left, PA',
};
const SMALL: PhantomParameters = { ...USUAL_PARAMETERS, columns: 151, rows: 191 };

/** Messages of dciodvfy. Its dictionary may be older than SyntheticData (0008,001C): those lines are left out. */
function complaints({ dataSet, pixelData }: PhantomInstance): string[] {
  const file = writePart10(dataSet, { pixelData });
  const { output } = withFiles([file], ([path = '']) => runTool('dciodvfy', [path]));
  return output
    .split('\n')
    .filter((line) => /Error|Warning/.test(line) && !line.includes('0x0008,0x001c'))
    .filter((line) => !line.includes('this is a Standard Extended SOP Class'));
}

describe('dciodvfy', () => {
  for (const modality of ['DX', 'CR'] as const) {
    for (const photometricInterpretation of ['MONOCHROME1', 'MONOCHROME2'] as const) {
      it.each([8, 10, 12, 16] as const)(
        `finds nothing wrong with ${modality} ${photometricInterpretation} of %i bits`,
        (bitsStored) => {
          const parameters = { ...SMALL, photometricInterpretation, bitsStored };
          expect(complaints(phantomInstance(parameters, { ...IDENTITY, modality }))).toEqual([]);
        },
      );
    }
  }

  it('finds nothing wrong with an oblique right wrist', () => {
    const parameters = { ...SMALL, view: 'oblique', side: 'R', region: 'wrist' } as const;
    expect(complaints(phantomInstance(parameters, IDENTITY))).toEqual([]);
  });
});

describe('phantomInstance', () => {
  it('says that it is synthetic (0008,001C)', () => {
    expect(textOf(phantomInstance(SMALL, IDENTITY).dataSet, TAG.SyntheticData)).toBe('YES');
  });

  it('has pixel bytes of even length, padded where 8-bit images have an odd number of pixels (PS3.5 8.1.1)', () => {
    expect(phantomInstance({ ...SMALL, bitsStored: 8 }, IDENTITY).pixelData.length).toBe(151 * 191 + 1);
    expect(phantomInstance(SMALL, IDENTITY).pixelData.length).toBe(151 * 191 * 2);
  });

  it('has valid UIDs that depend on the study key alone', () => {
    expect(isUid(uidOf('a'))).toBe(true);
    expect(uidOf('a')).toBe(uidOf('a'));
    expect(uidOf('a')).not.toBe(uidOf('b'));
  });
});

describe('demoStudies', () => {
  it('has two images in its first study, in one series, with one fracture each', () => {
    const [first] = demoStudies();
    const series = first?.instances.map(({ dataSet }) => textOf(dataSet, TAG.SeriesInstanceUID));
    expect(new Set(series).size).toBe(1);
    expect(first?.instances.map(({ truth }) => truth.fractures.length)).toEqual([1, 1]);
    const instances = first?.instances.map(({ dataSet }) => textOf(dataSet, TAG.SOPInstanceUID));
    expect(new Set(instances).size).toBe(2);
  });
});
