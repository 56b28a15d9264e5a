/**
 * Every kind of finding, its writer and its reader side by side: one row of {@link FINDING_CODECS} per kind.
 * TID 1410 for what has a place, TID 1501 for what concerns the whole image (PS3.16).
 */
import { BODY_REGION_CODES } from '../vocabulary/body-region-codes.ts';
import type { Code } from '../vocabulary/codes.ts';
import { DCM, OSTEON, SCT, UCUM } from '../vocabulary/codes.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { Finding, FindingBase, FindingDetails, FindingKind } from '../vocabulary/finding.ts';
import type { OriginalFinding } from '../vocabulary/review.ts';
import { readBoneAge, writeBoneAge } from './bone-age-items.ts';
import { code, type ContentItem } from './content-items.ts';
import {
  groupItem,
  headerSiteItems,
  measured,
  readHeaderSite,
  wholeImage,
  type GroupBody,
  type GroupContext,
  type ReadGroup,
} from './finding-group.ts';
import { certaintyItems, readCertainty, readFracture, writeFracture } from './fracture-items.ts';
import type { RegionImage } from './region-items.ts';
import { reviewItem } from './review-items.ts';
import { percentOf, probabilityOf } from './rounding.ts';

interface FindingCodec<K extends FindingKind> {
  /**
   * The group a finding is written as, on its image; `original` is what it was before a reader edited it. Throws
   * `invalid-value` for what may not be written.
   */
  write(finding: FindingBase & FindingDetails[K], on: RegionImage, original?: OriginalFinding): GroupBody;
  /** What a group says; `undefined` when it is not of this kind or not whole. */
  read(group: ReadGroup): FindingDetails[K] | undefined;
}

const VERDICT_CODES = {
  present: SCT.present,
  absent: SCT.absent,
  undetermined: SCT.undetermined,
} as const satisfies Record<FindingDetails['fracture-presence']['verdict'], Code>;

/** One row per kind: adding a kind without its row does not compile. */
export const FINDING_CODECS: { readonly [K in FindingKind]: FindingCodec<K> } = {
  'body-region': {
    write: (finding) =>
      wholeImage(finding, {
        measurements: [
          measured(DCM.certaintyOfFinding, percentOf(finding.probability), UCUM.percent, finding.model),
        ],
        evaluations: [
          code('CONTAINS', OSTEON.bodyRegion, BODY_REGION_CODES[finding.region]),
          ...headerSiteItems(finding.headerSite),
        ],
      }),
    read: ({ node }) => {
      const region = node.wordIn(OSTEON.bodyRegion, BODY_REGION_CODES);
      const probability = region && probabilityOf(node.numberOf(DCM.certaintyOfFinding, UCUM.percent));
      if (region === undefined || probability === undefined) return undefined;
      return { region, probability, ...readHeaderSite(node) };
    },
  },

  'fracture-presence': {
    // The NUM is the probability of a fracture, also where the verdict is "absent": hence not Certainty of Finding.
    write: (finding) =>
      wholeImage(finding, {
        measurements: [
          measured(DCM.probability, percentOf(finding.probability), UCUM.percent, finding.model),
        ],
        evaluations: [
          code('CONTAINS', SCT.fractureOfBone, VERDICT_CODES[finding.verdict]),
          ...certaintyItems(finding.certainty),
        ],
      }),
    read: ({ node }) => {
      const verdict = node.wordIn(SCT.fractureOfBone, VERDICT_CODES);
      const probability = verdict && probabilityOf(node.numberOf(DCM.probability, UCUM.percent));
      if (verdict === undefined || probability === undefined) return undefined;
      const certainty = readCertainty(node);
      return { verdict, probability, ...(certainty && { certainty }) };
    },
  },

  fracture: { write: writeFracture, read: readFracture },

  'bone-age': { write: writeBoneAge, read: readBoneAge },
};

/** The group of one finding, with what the reader decided. Throws `invalid-value` for what may not be written. */
export function writeFinding<K extends FindingKind>(
  kind: K,
  finding: FindingBase & FindingDetails[K],
  context: GroupContext,
): ContentItem {
  const { rows, columns } = finding.source;
  const on = { ...context.referenceTo(finding.source), rows, columns };
  const trackingUid = context.trackingUidOf(finding);
  const review = context.reviews?.get(trackingUid);
  const original = review?.decision === 'edited' ? review.original : undefined;
  if (original && original.kind !== kind) {
    throw new PacsError('invalid-value', `a ${kind} cannot have been a ${original.kind}`);
  }
  const body = FINDING_CODECS[kind].write(finding, on, original);
  const reviewed = review ? [reviewItem(review, finding.model, finding.source, on)] : [];
  return groupItem(finding, { ...body, evaluations: [...body.evaluations, ...reviewed] }, on, trackingUid);
}

/** The finding a group says; `undefined` when no row understands it. */
export function readFinding(group: ReadGroup): Finding | undefined {
  for (const kind of KINDS) {
    const finding = readAs(kind, group);
    if (finding) return finding;
  }
  return undefined;
}

const KINDS = Object.keys(FINDING_CODECS) as readonly FindingKind[];

function readAs(kind: FindingKind, group: ReadGroup): Finding | undefined {
  const details = FINDING_CODECS[kind].read(group);
  // A kind and the details of its own row: the compiler cannot join the two halves of a union again.
  return details && ({ ...group.base, kind, ...details } as Finding);
}
