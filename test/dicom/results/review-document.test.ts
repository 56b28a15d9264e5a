/** Reviews: what was decided is read back, what was reviewed is kept, only a signature verifies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { buildResultSet, type ResultSetInput } from '../../../dicom/results/index.ts';
import { buildReviewDocument, type ReviewDocumentInput } from '../../../dicom/results/review-document.ts';
import { ContentNode } from '../../../dicom/sr/content-tree.ts';
import { readReport, type Report } from '../../../dicom/sr/report-reader.ts';
import { DCM } from '../../../dicom/vocabulary/codes.ts';
import { textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { resultInputs } from '../../support/arbitrary-results.ts';
import { decisionsAbout, everyDecision, type Decisions } from '../../support/arbitrary-reviews.ts';
import {
  dcentvfyErrors,
  dciodvfyErrors,
  dsrdump,
  pixelmedFindings,
  pydicom,
  withFiles,
} from '../../support/independent-readers.ts';
import { ANALYSED, metadataOf, resultInput } from '../../support/result-inputs.ts';
import { PIXELMED_KNOWN, PIXELMED_KNOWN_OF_REVIEWS } from './pixelmed-known.ts';

const BY = { reviewer: { name: { Alphabetic: 'Kim^Reader' } }, decidedAt: '20260103090000' } as const;
const SIGNATURE = {
  name: { Alphabetic: 'Kim^Reader' },
  organization: 'A hospital',
  signedAt: '20260103091500',
} as const;

function reviewInput(
  input: ResultSetInput,
  { report, decisions }: { report: Report; decisions: Decisions },
  changes: Partial<ReviewDocumentInput> = {},
): ReviewDocumentInput {
  const [predecessor] = buildResultSet(input);
  if (!predecessor) throw new Error('a result set begins with its report');
  const { studyAttributes, softwareVersion, observer } = input;
  const { reviews, statements, findings } = decisions;
  const stated = { ...report, findings };
  return {
    ...{ studyAttributes, softwareVersion, observer, predecessor, reviews, statements },
    report: stated,
    writtenAt: '20260103091500',
    ...changes,
  };
}

const reportOf = (input: ResultSetInput) => readReport(buildResultSet(input)[0]?.dataSet ?? {});
const ROMAN = resultInput(ANALYSED, metadataOf({ PatientName: { Alphabetic: 'Hong^Gildong' } }));
const WRIST = { report: reportOf(ROMAN), decisions: everyDecision(reportOf(ROMAN).findings, BY) };

describe('a review', () => {
  it('is read back for any decisions, by way of the bytes of a file', () => {
    const cases = resultInputs.chain((input) => {
      const outcomes = input.images.map(({ outcome }) => outcome);
      return decisionsAbout(reportOf(input).findings, outcomes).map((decisions) => ({ input, decisions }));
    });
    fc.assert(
      fc.property(cases, ({ input, decisions }) => {
        const built = buildReviewDocument(reviewInput(input, { report: reportOf(input), decisions }));
        const read = readReport(readPart10(writePart10(built.dataSet)).dataSet);
        const inOrder = (findings: Report['findings']) =>
          findings.toSorted((one, other) => (one.trackingUid < other.trackingUid ? -1 : 1));
        expect(inOrder(read.findings)).toEqual(inOrder(decisions.findings));
        expect(read.statements).toEqual(decisions.statements);
        expect(read.unknownItems).toEqual([]);
        expect(read.remarks).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('names the report it is about, and keeps what became of its images', () => {
    const input = reviewInput(ROMAN, WRIST);
    const read = readReport(buildReviewDocument(input).dataSet);
    expect(read.predecessorUids).toEqual([input.predecessor.sopInstanceUid]);
    expect(read.images).toEqual(WRIST.report.images);
  });

  it('takes what was rejected out of the findings that any viewer draws', () => {
    const { dataSet } = buildReviewDocument(reviewInput(ROMAN, WRIST));
    const drawn = new ContentNode(dataSet)
      .childrenOf(DCM.imagingMeasurements)
      .flatMap((container) => container.childrenOf(DCM.measurementGroup))
      .map((group) => group.textOf(DCM.trackingIdentifier));
    expect(drawn).not.toContain('fracture-2');
    expect(drawn).toContain('fracture-1');
    expect(drawn).toContain('reader-1');
  });

  it('is a draft without a signature, verified and complete with one (PS3.3 C.17.2)', () => {
    const draft = buildReviewDocument(reviewInput(ROMAN, WRIST)).dataSet;
    expect([TAG.CompletionFlag, TAG.VerificationFlag].map((tag) => textOf(draft, tag))).toEqual([
      'PARTIAL',
      'UNVERIFIED',
    ]);
    const signed = readReport(
      buildReviewDocument(reviewInput(ROMAN, WRIST, { signature: SIGNATURE })).dataSet,
    );
    expect(signed.isVerified).toBe(true);
    expect(signed.verifiers).toEqual([
      { name: SIGNATURE.name, organization: 'A hospital', verifiedAt: '20260103091500' },
    ]);
  });

  it('is the same bytes for the same input, and another instance for another decision', () => {
    const build = (changes?: Partial<ReviewDocumentInput>) =>
      buildReviewDocument(reviewInput(ROMAN, WRIST, changes));
    expect(Buffer.from(writePart10(build().dataSet))).toEqual(Buffer.from(writePart10(build().dataSet)));
    const uids = [build(), build({ statements: [] }), build({ signature: SIGNATURE })];
    expect(new Set(uids.map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(3);
    expect(new Set(uids.map(({ seriesInstanceUid }) => seriesInstanceUid)).size).toBe(1);
  });

  it.each<[string, Partial<ReviewDocumentInput>]>([
    [
      'a finding that the report does not hold',
      { reviews: new Map([['1.2.3', { ...BY, decision: 'accepted' }]]) },
    ],
    ['no organization', { signature: { ...SIGNATURE, organization: ' ' } }],
    ['no time', { writtenAt: 'today' }],
  ])('is refused for %s', (_what, changes) => {
    expect(() => buildReviewDocument(reviewInput(ROMAN, WRIST, changes))).toThrow(PacsError);
  });

  it('is refused where the report holds what it would lose', () => {
    const unknownItems = [{ path: [], valueType: 'TEXT', item: {} }];
    const report = { ...WRIST.report, unknownItems };
    expect(() => buildReviewDocument(reviewInput(ROMAN, { ...WRIST, report }))).toThrow(/would lose/);
  });
});

describe('a signed review in the eyes of others', () => {
  const report = buildResultSet(ROMAN)[0]?.dataSet ?? {};
  const signed = buildReviewDocument(reviewInput(ROMAN, WRIST, { signature: SIGNATURE })).dataSet;
  const files = [signed, report].map((dataSet) => writePart10(dataSet));

  it('has no error in dciodvfy, agrees with the report in dcentvfy, is read by dsrdump and pydicom', () => {
    withFiles(files, (paths) => {
      expect(paths.flatMap(dciodvfyErrors)).toEqual([]);
      expect(dcentvfyErrors(paths)).toEqual([]);
      const [path = ''] = paths;
      expect(dsrdump(path)).toContain('Growth plate');
      expect(pydicom(path, 'ds.VerifyingObserverSequence[0].VerifyingOrganization')).toBe('"A hospital"');
    });
  });

  it('has nothing unknown or wrong in PixelMed but the committed list', { timeout: 240_000 }, () => {
    withFiles(files, ([path = '']) => {
      const known = [...PIXELMED_KNOWN, ...PIXELMED_KNOWN_OF_REVIEWS];
      const found = pixelmedFindings(path);
      expect(found.filter((line) => !known.some(({ pattern }) => pattern.test(line)))).toEqual([]);
      const unused = PIXELMED_KNOWN_OF_REVIEWS.filter(
        ({ pattern }) => !found.some((line) => pattern.test(line)),
      );
      expect(unused).toEqual([]);
    });
  });
});
