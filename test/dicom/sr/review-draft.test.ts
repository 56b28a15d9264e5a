/** The steps of a review on a report: the last about a finding decides, and taking one away undoes it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildReviewDocument } from '../../../dicom/results/review-document.ts';
import { buildResultSet } from '../../../dicom/results/index.ts';
import { draftedReport } from '../../../dicom/sr/review-draft.ts';
import { openQuestions, type ReviewStep } from '../../../dicom/sr/review-steps.ts';
import { readReport, type Report } from '../../../dicom/sr/report-reader.ts';
import { OSTEON } from '../../../dicom/vocabulary/codes.ts';
import { imagePoint } from '../../../dicom/vocabulary/geometry.ts';
import { findingsOf } from '../../../dicom/vocabulary/finding.ts';
import { everyOutcome, FINDINGS, resultInput, SOURCE } from '../../support/result-inputs.ts';

const BY = { reviewer: { name: { Alphabetic: 'Kim^Reader' } }, decidedAt: '20260103090000' } as const;
const CONTEXT = {
  decidedBy: () => BY,
  trackingUidOf: (id: string) => `2.25.${id.length}${id.codePointAt(0) ?? 0}`,
};
const IMAGE = { sopInstanceUid: SOURCE.sopInstanceUid, frameNumber: 1 };
const BOX = { left: 90, top: 190, right: 160, bottom: 270 };

const INPUT = resultInput();
const [OBJECT] = buildResultSet(INPUT);
const REPORT = readReport(OBJECT?.dataSet ?? {});
const uidOf = (trackingId: string) =>
  REPORT.findings.find((finding) => finding.trackingId === trackingId)?.trackingUid ?? '';
const on = (steps: readonly ReviewStep[], report: Report = REPORT) => draftedReport(report, steps, CONTEXT);
const findingIn = ({ findings }: Pick<Report, 'findings'>, trackingId: string) =>
  findings.find((finding) => finding.trackingId === trackingId);

describe('the steps of a review', () => {
  it('leave the report as it is where there are none', () => {
    expect(on([])).toEqual({ findings: REPORT.findings, statements: [], unmatched: [] });
  });

  it('keep what the model said of a region that is redrawn', () => {
    const drawn = on([{ id: 'a', kind: 'redraw', finding: uidOf('fracture-1'), box: BOX }]);
    const [, before] = FINDINGS;
    expect(findingIn(drawn, 'fracture-1')).toMatchObject({ box: BOX, review: { decision: 'edited' } });
    expect(findingIn(drawn, 'fracture-1')).not.toHaveProperty('polygon');
    const review = findingIn(drawn, 'fracture-1')?.review;
    expect(review?.decision === 'edited' && review.original).toEqual({
      kind: 'fracture',
      box: before?.kind === 'fracture' && before.box,
      polygon: before?.kind === 'fracture' && before.polygon,
    });
  });

  it('count from the stored report: the last one about a finding decides', () => {
    const finding = uidOf('fracture-1');
    const redraw: ReviewStep = { id: 'a', kind: 'redraw', finding, box: BOX };
    const accept: ReviewStep = { id: 'b', kind: 'accept', finding };
    expect(on([redraw, accept]).findings).toEqual(on([accept]).findings);
    expect(on([accept, redraw]).findings).toEqual(on([redraw]).findings);
  });

  it('make a corrected bone age the reader’s, with a score of its own and no interval', () => {
    const { findings } = on([{ id: 'a', kind: 'bone-age', finding: uidOf('bone-age-1'), months: 140 }]);
    const [age] = findingsOf(findings, 'bone-age');
    expect(age).toMatchObject({
      months: 140,
      method: OSTEON.readerEstimate,
      score: { standardDeviations: Math.round((100 * (140 - 120)) / 9.79) / 100 },
      review: { original: { kind: 'bone-age', months: 126.4, uncertaintyMonths: 18 } },
    });
    expect(age).not.toHaveProperty('uncertaintyMonths');
    expect(age).not.toHaveProperty('handRegions');
  });

  it('reject every fracture of an image that shows none, and take that back when one is accepted after all', () => {
    const none: ReviewStep = { id: 'a', kind: 'no-fracture', image: IMAGE };
    const denied = on([none]);
    expect(denied.statements.map(({ kind }) => kind)).toEqual(['no-fracture']);
    const decided = denied.findings.flatMap(({ kind, review }) =>
      kind === 'fracture' ? [review?.decision] : [],
    );
    expect(decided).toEqual(['rejected', 'rejected']);
    expect(findingIn(denied, 'fracture-presence-1')).toMatchObject({
      review: { decision: 'rejected', reason: 'no-fracture' },
    });
    const after = on([none, { id: 'b', kind: 'accept', finding: uidOf('fracture-1') }]);
    expect(after.statements).toEqual([]);
    expect(findingIn(after, 'fracture-presence-1')).toMatchObject({ review: { decision: 'accepted' } });
  });

  it('keep a reason that was given before the image was said to show none', () => {
    const { findings } = on([
      { id: 'a', kind: 'reject', finding: uidOf('fracture-2'), reason: 'growth-plate' },
      { id: 'b', kind: 'no-fracture', image: IMAGE },
    ]);
    expect(findingIn({ findings }, 'fracture-2')).toMatchObject({ review: { reason: 'growth-plate' } });
  });

  it('add a fracture, move it and take it away again', () => {
    const add: ReviewStep = { id: 'step-1', kind: 'add', image: IMAGE, box: BOX };
    const polygon = [imagePoint(10, 10), imagePoint(60, 12), imagePoint(40, 70)];
    const move: ReviewStep = { id: 'b', kind: 'redraw-added', fracture: 'step-1', box: BOX, polygon };
    expect(on([add]).statements).toMatchObject([{ kind: 'added-fracture', box: BOX, source: SOURCE }]);
    expect(on([add, move]).statements).toMatchObject([
      { polygon, box: { left: 10, top: 10, right: 60, bottom: 70 } },
    ]);
    expect(on([add, move, { id: 'c', kind: 'remove-added', fracture: 'step-1' }]).statements).toEqual([]);
  });

  it('name those about what the report does not hold', () => {
    const { unmatched, findings } = on([
      { id: 'a', kind: 'accept', finding: '1.2.3' },
      { id: 'b', kind: 'add', image: { sopInstanceUid: '1.2.3', frameNumber: 1 }, box: BOX },
      { id: 'c', kind: 'remove-added', fracture: '1.2.3' },
    ]);
    expect(unmatched).toEqual(['a', 'b', 'c']);
    expect(findings).toEqual(REPORT.findings);
  });
});

describe('what is still open', () => {
  it('is every fracture and bone age, until each is decided or agreed with', () => {
    expect(openQuestions(REPORT)).toHaveLength(3);
    expect(openQuestions(on([{ id: 'a', kind: 'accept', finding: uidOf('fracture-1') }]))).toHaveLength(2);
    expect(openQuestions(on([{ id: 'a', kind: 'agree' }]))).toEqual([]);
  });

  it('is whether an image without a located fracture shows one; agreement confirms the negative', () => {
    const [report] = buildResultSet(everyOutcome());
    const read = readReport(report?.dataSet ?? {});
    const images = openQuestions(read).filter(({ kind }) => kind === 'image');
    expect(images).toHaveLength(1);
    const agreed = on([{ id: 'a', kind: 'agree' }], read);
    expect(openQuestions(agreed)).toEqual([]);
    expect(agreed.statements.map(({ kind }) => kind)).toEqual(['no-fracture']);
  });
});

describe('any steps', () => {
  const finding = fc.constantFrom(...REPORT.findings.map(({ trackingUid }) => trackingUid));
  const box = fc.constantFrom(BOX, { left: 0, top: 0, right: 400, bottom: 600 });
  const id = fc.uuid();
  const step: fc.Arbitrary<ReviewStep> = fc.oneof(
    fc.record({ id, kind: fc.constant('accept' as const), finding }),
    fc.record({
      id,
      kind: fc.constant('reject' as const),
      finding,
      reason: fc.constantFrom('overlap', 'artefact'),
    }),
    fc.record({ id, kind: fc.constant('redraw' as const), finding, box }),
    fc.record({
      id,
      kind: fc.constant('bone-age' as const),
      finding,
      months: fc.integer({ min: 0, max: 240 }),
    }),
    fc.record({ id, kind: fc.constant('add' as const), image: fc.constant(IMAGE), box }),
    fc.record({ id, kind: fc.constant('no-fracture' as const), image: fc.constant(IMAGE) }),
    fc.record({ id, kind: fc.constant('agree' as const) }),
  );

  it('make a report that can be written, read back, and reviewed again', () => {
    const context = {
      ...CONTEXT,
      trackingUidOf: (name: string) =>
        `2.25.${BigInt(`0x${Buffer.from(name).toString('hex').slice(0, 24)}`)}`,
    };
    const written = (report: Report, steps: readonly ReviewStep[]) => {
      const drafted = draftedReport(report, steps, context);
      const reviews = drafted.findings.flatMap(({ trackingUid, review }) =>
        review ? [[trackingUid, review] as const] : [],
      );
      const { studyAttributes, softwareVersion, observer } = INPUT;
      if (!OBJECT) throw new Error('a result set begins with its report');
      const { dataSet } = buildReviewDocument({
        ...{ studyAttributes, softwareVersion, observer, predecessor: OBJECT },
        report: { ...report, findings: drafted.findings },
        reviews: new Map(reviews),
        statements: drafted.statements,
        writtenAt: '20260103091500',
      });
      return { drafted, read: readReport(dataSet) };
    };
    const byUid = <T extends { readonly trackingUid: string }>(all: readonly T[]) =>
      all.toSorted((one, other) => (one.trackingUid < other.trackingUid ? -1 : 1));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.array(step, { maxLength: 3 }), (first, second) => {
        const once = written(REPORT, first);
        expect(byUid(once.read.findings)).toEqual(byUid(once.drafted.findings));
        expect(byUid(once.read.statements)).toEqual(byUid(once.drafted.statements));
        const twice = written(once.read, second);
        expect(byUid(twice.read.findings)).toEqual(byUid(twice.drafted.findings));
        expect(twice.read.unknownItems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
