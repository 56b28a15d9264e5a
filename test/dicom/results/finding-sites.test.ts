/** Sites: as fine as region model and header allow together, their disagreement stated. */
import { describe, expect, it } from 'vitest';
import { buildResultSet } from '../../../dicom/results/index.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import { SCT } from '../../../dicom/vocabulary/codes.ts';
import { dataSetOf, type ElementInput, type Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import type { Code } from '../../../dicom/vocabulary/codes.ts';
import type { Finding } from '../../../dicom/vocabulary/finding.ts';
import { ANALYSED, FINDINGS, metadataOf, resultInput } from '../../support/result-inputs.ts';

const KNEE = { value: '72696002', scheme: 'SCT', meaning: 'Knee' };

/** Findings of an upper limb as the report tells them, beside a header; `site` is that of the region model. */
function readWith(header: { readonly [K in Keyword]?: ElementInput }, site: Code | undefined) {
  const findings = FINDINGS.map((finding): Finding => {
    if (finding.kind !== 'fracture') return finding;
    const { kind, trackingId, concept, source, model, certainty, probability, box } = finding;
    return {
      ...{ kind, trackingId, concept, source, model, certainty, probability, box },
      ...(site && { site }),
    };
  });
  const input = resultInput(
    { ...ANALYSED, findings },
    metadataOf({ BodyPartExamined: undefined, ...header }),
  );
  const report = readReport(buildResultSet(input)[0]?.dataSet ?? {});
  const fracture = report.findings.find(({ kind }) => kind === 'fracture');
  const region = report.findings.find(({ kind }) => kind === 'body-region');
  if (fracture?.kind !== 'fracture' || region?.kind !== 'body-region') throw new Error('both were written');
  return { site: fracture.site, headerSite: fracture.headerSite, stated: region.headerSite };
}

const coded = (value: string, scheme: string) => ({
  AnatomicRegionSequence: [
    dataSetOf({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: 'as others say' }),
  ],
});

describe('a finding site', () => {
  it('is the region of the model where the header names none', () => {
    expect(readWith({}, SCT.upperLimb)).toEqual({ site: SCT.upperLimb });
  });

  it.each([
    ['Body Part Examined', { BodyPartExamined: 'WRIST' }],
    ['Anatomic Region Sequence', coded('74670003', 'SCT')],
    ['Anatomic Region Sequence in the retired scheme', coded('T-15460', 'SRT')],
    [
      'Anatomic Region Sequence before Body Part Examined',
      { ...coded('74670003', 'SCT'), BodyPartExamined: 'HAND' },
    ],
  ])('is finer where the header agrees: %s', (_where, header) => {
    expect(readWith(header, SCT.upperLimb)).toEqual({ site: SCT.wristJoint });
  });

  it('is that of the header alone where the model knows none', () => {
    expect(readWith({ BodyPartExamined: 'WRIST' }, undefined)).toEqual({ site: SCT.wristJoint });
  });

  it('stays that of the model where the header contradicts it, and both are stated', () => {
    expect(readWith({ BodyPartExamined: 'KNEE' }, SCT.upperLimb)).toEqual({
      site: SCT.upperLimb,
      headerSite: KNEE,
      stated: KNEE,
    });
  });

  it.each([
    ['an unknown word', { BodyPartExamined: 'EXTREMITY' }],
    ['a code of another scheme', coded('74670003', '99OTHER')],
  ])('is not changed by %s', (_what, header) => {
    expect(readWith(header, SCT.upperLimb)).toEqual({ site: SCT.upperLimb });
  });
});
