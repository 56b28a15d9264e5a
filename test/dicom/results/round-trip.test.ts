/** What is written is read back: through the data set, and through the bytes of a file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { trackingUidOf } from '../../../dicom/results/identifiers.ts';
import { buildResultSet, type ResultSetInput } from '../../../dicom/results/index.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import { personNameOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import type { Finding } from '../../../dicom/vocabulary/finding.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { resultInputs } from '../../support/arbitrary-results.ts';
import { FINDINGS, FINDINGS_READ, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';

const read = (findings: readonly Finding[]) =>
  findings.map((finding) => ({ ...finding, trackingUid: trackingUidOf(finding) }));
const findingsOfInput = (input: ResultSetInput) =>
  input.images.flatMap(({ outcome }) => read(outcome.findings));

function reportOf(input: ResultSetInput) {
  const [report] = buildResultSet(input);
  if (!report) throw new Error('a result set begins with its report');
  return report;
}

describe('a report read back', () => {
  it('says the same findings of every kind', () => {
    expect(readReport(reportOf(resultInput()).dataSet).findings).toEqual(read(FINDINGS_READ));
  });

  it('says the same findings for any input, by way of the bytes of a file', () => {
    fc.assert(
      fc.property(resultInputs, (input) => {
        const { dataSet } = readPart10(writePart10(reportOf(input).dataSet));
        const report = readReport(dataSet);
        expect(report.findings).toEqual(findingsOfInput(input));
        expect(report.images.map(({ source, status, runs }) => ({ source, status, runs }))).toEqual(
          input.images.map(({ outcome: { source, status, runs } }) => ({ source, status, runs })),
        );
        expect(report.unknownItems).toEqual([]);
        expect(report.remarks).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a coordinate of exactly 0', () => {
    const corner = FINDINGS_READ.find(({ trackingId }) => trackingId === 'fracture-2');
    const { dataSet } = readPart10(writePart10(reportOf(resultInput()).dataSet));
    expect(readReport(dataSet).findings).toContainEqual(expect.objectContaining(corner));
  });

  it('keeps all component groups of a Korean name (PS3.5 6.2.1)', () => {
    const { dataSet } = readPart10(writePart10(reportOf(resultInput()).dataSet));
    expect(personNameOf(dataSet, TAG.PatientName)).toEqual({
      Alphabetic: 'Hong^Gildong',
      Ideographic: '洪^吉洞',
      Phonetic: '홍^길동',
    });
  });

  it('rounds to 0.01 pixels and 0.1 %', () => {
    const [, fracture] = FINDINGS;
    if (fracture?.kind !== 'fracture') throw new Error('the second finding is a fracture');
    const exact = {
      ...fracture,
      probability: 0.8704999,
      box: { left: 1.004999, top: 2.006, right: 30, bottom: 40 },
    };
    const outcome = { status: 'analysed', source: SOURCE, findings: [exact], runs: [] } as const;
    const [read] = readReport(reportOf(resultInput(outcome)).dataSet).findings;
    expect(read).toMatchObject({ probability: 0.87, box: { left: 1, top: 2.01, right: 30, bottom: 40 } });
  });

  it('carries what became of a rejected image, with its reason', () => {
    const outcome = {
      status: 'rejected',
      source: SOURCE,
      reason: 'not-a-limb',
      findings: [],
      runs: [],
    } as const;
    const report = readReport(reportOf(resultInput(outcome)).dataSet);
    expect(report.images).toEqual([{ status: 'rejected', source: SOURCE, reason: 'not-a-limb', runs: [] }]);
  });

  it('points at one frame of a multi-frame image only (PS3.3 Table 10-3)', () => {
    const source = { ...SOURCE, frameNumber: 2 };
    const outcome = {
      status: 'analysed',
      source,
      findings: FINDINGS.map((finding) => ({ ...finding, source })),
      runs: [],
    } as const;
    const input = resultInput(outcome, metadataOf({ NumberOfFrames: 3 }));
    expect(readReport(reportOf(input).dataSet).findings[0]?.source.frameNumber).toBe(2);
  });
});
