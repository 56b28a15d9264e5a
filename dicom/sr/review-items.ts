/**
 * A reader's decision as an item of the group it is about, writer beside reader. No standard code was found for these
 * decisions, so they are of the private scheme; who decided is TID 1003 (PS3.16), when is Observation DateTime (PS3.3
 * C.17.3.1).
 *
 * Trap: the certainty of an edited fracture is still that of the model's box, which therefore stays below the certainty.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, LN, OSTEON, PRIVATE_SCHEME, SCT, UCUM, wordOf } from '../vocabulary/codes.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { ModelIdentity, SourceImage } from '../vocabulary/finding.ts';
import { boundsOf, cornersOf } from '../vocabulary/geometry.ts';
import {
  REJECTED_FINDING_REASONS,
  type Decided,
  type OriginalFinding,
  type RejectedFindingReason,
  type Review,
  type Reviewer,
} from '../vocabulary/review.ts';
import { code, num, pname, text, type ContentItem } from './content-items.ts';
import { valueIn, type ContentNode } from './content-tree.ts';
import type { ReadGroup } from './finding-group.ts';
import { modelItems } from './model-identification.ts';
import { sourceRegion, sourceRegionOf, type RegionImage } from './region-items.ts';
import { roundedMonths, writtenBox, writtenPolygon } from './rounding.ts';

/** Every decision there is, about a finding or as a statement of its own. */
export const DECISION_CODES = {
  accepted: OSTEON.accepted,
  rejected: OSTEON.rejectedFinding,
  edited: OSTEON.edited,
  'added-fracture': OSTEON.addedByReader,
  'no-fracture': OSTEON.confirmedNegative,
} as const satisfies Record<string, Code>;
export type Decision = keyof typeof DECISION_CODES;

const REASON_CODES = Object.fromEntries(
  Object.entries(REJECTED_FINDING_REASONS).map(([value, meaning]) => [
    value,
    { value, scheme: PRIVATE_SCHEME, meaning },
  ]),
) as Readonly<Record<RejectedFindingReason, Code>>;

/** The decision about a finding, for its group. `model` said what was edited. */
export function reviewItem(
  review: Review,
  model: ModelIdentity,
  source: SourceImage,
  on: RegionImage,
): ContentItem {
  switch (review.decision) {
    case 'accepted':
      return decisionItem('accepted', review);
    case 'rejected': {
      const reason = code('HAS PROPERTIES', OSTEON.reviewReason, REASON_CODES[review.reason]);
      return decisionItem('rejected', review, [reason]);
    }
    case 'edited':
      return decisionItem('edited', review, originalItems(review.original, model, source, on));
  }
}

/** A decision with who took it and when. Throws `invalid-value` for a time that is not fourteen digits. */
export function decisionItem(
  decision: Decision,
  { reviewer, decidedAt, comment }: Decided,
  properties: readonly ContentItem[] = [],
): ContentItem {
  if (!/^\d{14}$/.test(decidedAt)) {
    throw new PacsError('invalid-value', 'decidedAt must be fourteen digits, YYYYMMDDHHMMSS');
  }
  const item = code('CONTAINS', OSTEON.reviewDecision, DECISION_CODES[decision], [
    ...personItems(reviewer),
    ...properties,
    ...(comment === undefined ? [] : [text('HAS PROPERTIES', DCM.comment, comment)]),
  ]);
  return { ...item, ...dataSetOf({ ObservationDateTime: decidedAt }) };
}

/** A person as observer. TID 1002, TID 1003. */
export function personItems({ name, loginName }: Reviewer): readonly ContentItem[] {
  return [
    code('HAS OBS CONTEXT', DCM.observerType, DCM.person),
    pname('HAS OBS CONTEXT', DCM.personObserverName, name),
    ...(loginName === undefined ? [] : [text('HAS OBS CONTEXT', DCM.personObserverLoginName, loginName)]),
  ];
}

function originalItems(
  original: OriginalFinding,
  model: ModelIdentity,
  source: SourceImage,
  on: RegionImage,
): readonly ContentItem[] {
  if (original.kind === 'bone-age') {
    const uncertainty = original.uncertaintyMonths;
    return [
      num('HAS PROPERTIES', LN.xrBoneAge, roundedMonths(original.months), UCUM.month, [
        ...modelItems(model),
        code('HAS CONCEPT MOD', SCT.measurementMethod, original.method),
        ...(uncertainty === undefined
          ? []
          : [
              num(
                'HAS PROPERTIES',
                SCT.rangeOfMeasurementUncertainty,
                roundedMonths(uncertainty),
                UCUM.month,
              ),
            ]),
      ]),
    ];
  }
  const box = sourceRegion(OSTEON.boxBefore, cornersOf(writtenBox(original.box, source)), on);
  if (!original.polygon) return [box];
  return [box, sourceRegion(OSTEON.outlineBefore, writtenPolygon(original.polygon, source), on)];
}

/** The decision of a group, its item not yet understood. */
export function decisionOf(
  group: ContentNode,
): { readonly node: ContentNode; readonly decision: Decision } | undefined {
  const node = group.children.find((child) => child.isNamed(OSTEON.reviewDecision));
  const decision = wordOf(DECISION_CODES, node?.code);
  return node && decision && { node, decision };
}

/** What every decision says; `undefined` where it does not say who or when. */
export function readDecided(node: ContentNode): Decided | undefined {
  const decidedAt = textOf(node.item, TAG.ObservationDateTime);
  const reviewer = readPerson(node);
  if (decidedAt === undefined || !reviewer) return undefined;
  const comment = node.textOf(DCM.comment);
  node.isUsed = true;
  return { reviewer, decidedAt, ...(comment !== undefined && { comment }) };
}

/** The person among an item's observers; `undefined` where there is none with a name. */
export function readPerson(node: ContentNode): Reviewer | undefined {
  const name = node.personNameOf(DCM.personObserverName);
  if (!name) return undefined;
  node.codeIs(DCM.observerType, DCM.person);
  const loginName = node.textOf(DCM.personObserverLoginName);
  return { name, ...(loginName !== undefined && { loginName }) };
}

/** The review in a group of a finding; `undefined` where there is none or not the whole of one. */
export function readReview({ node: group, ringOf }: Pick<ReadGroup, 'node' | 'ringOf'>): Review | undefined {
  const found = decisionOf(group);
  if (!found) return undefined;
  const { node, decision } = found;
  const extra = readExtra(decision, node, ringOf);
  const decided = extra && readDecided(node);
  return decided && { ...extra, ...decided };
}

type Extra = Review extends infer One ? (One extends unknown ? Omit<One, keyof Decided> : never) : never;

function readExtra(decision: Decision, node: ContentNode, ringOf: ReadGroup['ringOf']): Extra | undefined {
  if (decision === 'accepted') return { decision };
  if (decision === 'rejected') {
    const reason = node.wordIn(OSTEON.reviewReason, REASON_CODES);
    return reason && { decision, reason };
  }
  const original = decision === 'edited' ? readOriginal(node, ringOf) : undefined;
  return original && { decision: 'edited', original };
}

function readOriginal(node: ContentNode, ringOf: ReadGroup['ringOf']): OriginalFinding | undefined {
  const age = node.childOf(LN.xrBoneAge);
  const months = age && valueIn(age, UCUM.month);
  const method = age?.codeOf(SCT.measurementMethod);
  if (months !== undefined && method) {
    const uncertaintyMonths = age?.numberOf(SCT.rangeOfMeasurementUncertainty, UCUM.month);
    return {
      kind: 'bone-age',
      months,
      method,
      ...(uncertaintyMonths !== undefined && { uncertaintyMonths }),
    };
  }
  const [box, polygon] = [OSTEON.boxBefore, OSTEON.outlineBefore].map((purpose) => {
    const region = sourceRegionOf(node, purpose);
    return region && ringOf(region);
  });
  return box && { kind: 'fracture', box: boundsOf(box), ...(polygon && { polygon }) };
}
