/** Broken reports and hostile ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildResultSet } from '../../../dicom/results/index.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { FINDINGS, resultInput } from '../../support/result-inputs.ts';

const [ours] = buildResultSet(resultInput());
const report: DataSet = ours?.dataSet ?? {};

/** The report with every element of a tag, however deep, exchanged. */
function exchanged(dataSet: DataSet, tag: string, change: (value: unknown) => unknown): DataSet {
  const text = JSON.stringify(dataSet, (key, value: unknown) => (key === tag ? change(value) : value));
  return JSON.parse(text) as DataSet;
}

const graphicData = (values: readonly unknown[]) => ({ vr: 'FL', Value: values });

describe('a region that cannot be used', () => {
  it.each([
    ['outside the image', [0, 0, 401, 0, 401, 10, 0, 10, 0, 0]],
    ['negative', [-1, 0, 10, 0, 10, 10, 0, 0]],
    ['no numbers', ['NaN', 0, 10, 0, 10, 10, 0, 0]],
    ['empty among others', [null, 0, 10, 0, 10, 10, 0, 0]],
    ['odd in number', [0, 0, 10, 0, 10, 10, 0]],
  ])('is dropped and said: coordinates %s', (_what, values) => {
    const read = readReport(exchanged(report, TAG.GraphicData, () => graphicData(values)));
    expect(read.findings).toEqual([]);
    expect(read.remarks).toHaveLength(FINDINGS.length);
    expect(read.unknownItems).toHaveLength(FINDINGS.length);
  });

  it('does not take other findings with it', () => {
    const data = (value: unknown) =>
      JSON.stringify(value).includes('130,200.5,') ? graphicData([1, 1]) : value;
    const read = readReport(exchanged(report, TAG.GraphicData, data));
    expect(read.findings.map(({ trackingId }) => trackingId)).not.toContain('fracture-1');
    expect(read.findings.map(({ trackingId }) => trackingId)).toContain('fracture-2');
  });
});

describe('a box below a certainty', () => {
  it('that cannot be used gives way to the bounds of the outline, and is said', () => {
    const data = (value: unknown) =>
      JSON.stringify(value).includes('150.75,200.5,') ? graphicData([1, 1]) : value;
    const read = readReport(exchanged(report, TAG.GraphicData, data));
    const outlined = read.findings.find(({ trackingId }) => trackingId === 'fracture-1');
    expect(outlined).toMatchObject({ box: { left: 100.25, top: 200.5, right: 150.75, bottom: 260 } });
    expect(read.remarks).toHaveLength(1);
  });
});

describe('codes', () => {
  it('are matched by value and scheme, whatever their meaning says (PS3.3 8.1)', () => {
    const translated = exchanged(report, TAG.CodeMeaning, () => ({ vr: 'LO', Value: ['übersetzt'] }));
    expect(readReport(translated).findings).toHaveLength(FINDINGS.length);
  });

  it('of another scheme are other codes', () => {
    const other = exchanged(report, TAG.CodingSchemeDesignator, () => ({ vr: 'SH', Value: ['99OTHER'] }));
    const read = readReport(other);
    expect(read.findings).toEqual([]);
    expect(read.unknownItems.length).toBeGreaterThan(0);
  });
});

describe('a hostile report', () => {
  it('is refused when nested absurdly deep', () => {
    let item = dataSetOf({ ValueType: 'CONTAINER' });
    for (let level = 0; level < 2000; level += 1) {
      item = dataSetOf({ ValueType: 'CONTAINER', ContentSequence: [item] });
    }
    expect(() => readReport(item)).toThrow(PacsError);
  });

  it('is refused when it is no report', () => {
    expect(() => readReport({})).toThrow(PacsError);
  });

  it('keeps markup as text', () => {
    const texts = exchanged(report, TAG.TextValue, () => ({ vr: 'UT', Value: ['<img onerror=x>'] }));
    expect(readReport(texts).notices[0]).toBe('<img onerror=x>');
  });

  it('never throws anything but a PacsError', () => {
    const tags = [
      TAG.ContentSequence,
      TAG.ConceptNameCodeSequence,
      TAG.MeasuredValueSequence,
      TAG.GraphicData,
      TAG.ReferencedSOPSequence,
      TAG.TextValue,
      TAG.UID,
      TAG.ValueType,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...tags), fc.jsonValue(), fc.nat(30), (tag, junk, which) => {
        let seen = 0;
        const broken = exchanged(report, tag, (value) => (seen++ === which ? junk : value));
        try {
          readReport(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(PacsError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
