/** Random decisions of a reader about the findings of a report, and statements beside them. */
import fc from 'fast-check';
import type { ReportFinding } from '../../dicom/sr/report-reader.ts';
import { OSTEON, SCT } from '../../dicom/vocabulary/codes.ts';
import type { ImageOutcome, SourceImage } from '../../dicom/vocabulary/finding.ts';
import { boundsOf, cornersOf, imagePoint } from '../../dicom/vocabulary/geometry.ts';
import {
  REJECTED_FINDING_REASONS,
  type Decided,
  type ReaderStatement,
  type RejectedFindingReason,
  type Review,
} from '../../dicom/vocabulary/review.ts';
import { rectangleOn } from './arbitrary-results.ts';

/** The findings as the reader leaves them, and the decisions by tracking UID. */
export interface Decisions {
  readonly findings: readonly ReportFinding[];
  readonly reviews: ReadonlyMap<string, Review>;
  readonly statements: readonly ReaderStatement[];
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const decided: fc.Arbitrary<Decided> = fc
  .record({
    name: fc.constantFrom<Decided['reviewer']['name']>(
      { Alphabetic: 'Kim^Reader' },
      { Alphabetic: 'Hong^Gildong', Ideographic: '洪^吉洞', Phonetic: '홍^길동' },
    ),
    loginName: maybe(fc.constant('kim')),
    decidedAt: fc.constantFrom('20260103090000', '20261231235959'),
    comment: maybe(fc.constantFrom('성장판', '<b>see lateral</b>')),
  })
  .map(({ name, loginName, decidedAt, comment }) => ({
    reviewer: { name, ...(loginName !== undefined && { loginName }) },
    decidedAt,
    ...(comment !== undefined && { comment }),
  }));

const reasons = Object.keys(REJECTED_FINDING_REASONS) as RejectedFindingReason[];

/** A finding as it is after the decision, with the decision in it; or as it was, without one. */
function decidedUpon(finding: ReportFinding): fc.Arbitrary<ReportFinding> {
  const accepted = decided.map((by): ReportFinding => ({
    ...finding,
    review: { ...by, decision: 'accepted' },
  }));
  const rejected = fc
    .tuple(decided, fc.constantFrom(...reasons))
    .map(([by, reason]): ReportFinding => ({ ...finding, review: { ...by, decision: 'rejected', reason } }));
  return fc.oneof(fc.constant(finding), accepted, rejected, ...edits(finding));
}

function edits(finding: ReportFinding): readonly fc.Arbitrary<ReportFinding>[] {
  if (finding.kind === 'fracture') {
    const { box, polygon, ...rest } = finding;
    const original = { kind: 'fracture', box, ...(polygon && { polygon }) } as const;
    return [
      fc.tuple(decided, rectangleOn(finding.source), fc.boolean()).map(([by, ring, isOutline]) => ({
        ...rest,
        box: boundsOf(ring),
        ...(isOutline && { polygon: ring }),
        review: { ...by, decision: 'edited', original },
      })),
    ];
  }
  if (finding.kind !== 'bone-age') return [];
  const { months, uncertaintyMonths, method, ...rest } = finding;
  const interval = uncertaintyMonths === undefined ? {} : { uncertaintyMonths };
  const original = { kind: 'bone-age', months, method, ...interval } as const;
  return [
    fc.tuple(decided, fc.integer({ min: 0, max: 2400 })).map(([by, tenths]) => ({
      ...rest,
      months: tenths / 10,
      method: OSTEON.wholeHandRegression,
      review: { ...by, decision: 'edited', original },
    })),
  ];
}

function statementOn(source: SourceImage, index: number): fc.Arbitrary<ReaderStatement> {
  const base = { trackingId: `reader-${index + 1}`, trackingUid: `2.25.77${index + 1}`, source };
  const none = decided.map((by): ReaderStatement => ({ ...base, ...by, kind: 'no-fracture' }));
  const added = fc
    .tuple(decided, rectangleOn(source), fc.boolean(), fc.boolean())
    .map(([by, ring, isOutline, isSited]): ReaderStatement => ({
      ...base,
      ...by,
      kind: 'added-fracture',
      box: boundsOf(ring),
      ...(isOutline && { polygon: ring }),
      ...(isSited && { site: SCT.wristJoint, laterality: 'R' }),
    }));
  return fc.oneof(none, added);
}

/** Decisions about the findings of the images of a report. */
export function decisionsAbout(
  found: readonly ReportFinding[],
  outcomes: readonly ImageOutcome[],
): fc.Arbitrary<Decisions> {
  const statements = outcomes.map(({ source }, index) => maybe(statementOn(source, index)));
  return fc.tuple(fc.tuple(...found.map(decidedUpon)), fc.tuple(...statements)).map(([findings, stated]) => ({
    findings,
    reviews: new Map(
      findings.flatMap(({ trackingUid, review }) => (review ? [[trackingUid, review] as const] : [])),
    ),
    statements: stated.filter((statement) => statement !== undefined),
  }));
}

/** One decision of each kind about the wrist of `result-inputs.ts`, and both statements. */
export function everyDecision(found: readonly ReportFinding[], by: Decided): Decisions {
  const findings = found.map((finding): ReportFinding => {
    if (finding.trackingId === 'fracture-2') {
      return {
        ...finding,
        review: { ...by, decision: 'rejected', reason: 'growth-plate', comment: '성장판' },
      };
    }
    if (finding.kind === 'fracture') {
      const { box, polygon, ...rest } = finding;
      const ring = cornersOf({ left: 90, top: 190, right: 160, bottom: 270 });
      const original = { kind: 'fracture', box, ...(polygon && { polygon }) } as const;
      return { ...rest, box: boundsOf(ring), review: { ...by, decision: 'edited', original } };
    }
    if (finding.kind === 'bone-age') {
      const { months, uncertaintyMonths = 0, method, ...rest } = finding;
      const original = { kind: 'bone-age', months, uncertaintyMonths, method } as const;
      return { ...rest, months: 120, method, review: { ...by, decision: 'edited', original } };
    }
    return { ...finding, review: { ...by, decision: 'accepted' } };
  });
  const [{ source } = { source: undefined }] = found;
  if (!source) throw new Error('the wrist has findings');
  const polygon = [imagePoint(10, 10), imagePoint(60, 12), imagePoint(40, 70)];
  return {
    findings,
    reviews: new Map(
      findings.flatMap(({ trackingUid, review }) => (review ? [[trackingUid, review] as const] : [])),
    ),
    statements: [
      { ...by, kind: 'added-fracture', trackingId: 'reader-1', trackingUid: '2.25.771', source, polygon, box: boundsOf(polygon) },
      { ...by, kind: 'no-fracture', trackingId: 'reader-2', trackingUid: '2.25.772', source },
    ],
  }; // prettier-ignore
}
