/**
 * What a reader states beside the models, writer beside reader: a fracture nobody marked (TID 1410), or that an image
 * shows none (TID 1501, PS3.16).
 *
 * Trap: no algorithm said it, so there is neither certainty nor TID 4019; the decision of the group says who did.
 */
import { DCM, isSameCode, OSTEON, SCT } from '../vocabulary/codes.ts';
import { boundsOf, cornersOf } from '../vocabulary/geometry.ts';
import type { ReaderStatement } from '../vocabulary/review.ts';
import { code, type ContentItem } from './content-items.ts';
import {
  groupItem,
  readSite,
  siteItems,
  wholeImage,
  type GroupBody,
  type GroupContext,
} from './finding-group.ts';
import type { OpenedGroup } from './group-reader.ts';
import { decisionItem, readDecided } from './review-items.ts';
import { writtenBox, writtenPolygon } from './rounding.ts';

/** The group of a statement. Throws `invalid-value` for a region off its image. */
export function writeStatement(
  statement: ReaderStatement,
  context: Pick<GroupContext, 'referenceTo'>,
): ContentItem {
  const { trackingId, trackingUid, source } = statement;
  const on = { ...context.referenceTo(source), rows: source.rows, columns: source.columns };
  return statement.kind === 'added-fracture'
    ? groupItem({ trackingId, concept: SCT.fractureOfBone }, addedFracture(statement), on, trackingUid)
    : groupItem({ trackingId, concept: OSTEON.fracturePresence }, noFracture(statement), on, trackingUid);
}

function addedFracture(statement: Extract<ReaderStatement, { kind: 'added-fracture' }>): GroupBody {
  const { source, box, polygon, site, laterality } = statement;
  return {
    templateId: '1410',
    category: SCT.morphologicallyAbnormalStructure,
    ring: polygon ? writtenPolygon(polygon, source) : cornersOf(writtenBox(box, source)),
    geometricPurpose: polygon ? DCM.outline : SCT.boundedBy,
    modifiers: siteItems(site, laterality),
    measurements: [],
    evaluations: [decisionItem('added-fracture', statement)],
  };
}

function noFracture(statement: Extract<ReaderStatement, { kind: 'no-fracture' }>): GroupBody {
  return wholeImage(statement, {
    measurements: [],
    evaluations: [code('CONTAINS', SCT.fractureOfBone, SCT.absent), decisionItem('no-fracture', statement)],
  });
}

/** The statement of a group; `undefined` where it is none or not whole. */
export function readStatement(group: OpenedGroup): ReaderStatement | undefined {
  const { node, trackingId, trackingUid, source, ring, decision } = group;
  if (!decision || !source || !ring || trackingId === undefined) return undefined;
  const kind = decision.decision;
  if (kind !== 'added-fracture' && kind !== 'no-fracture') return undefined;
  const purpose = node.codeOf(DCM.geometricPurposeOfRegion);
  const isAbsent = kind === 'no-fracture' && node.codeIs(SCT.fractureOfBone, SCT.absent);
  const decided = (kind === 'added-fracture' ? purpose : isAbsent) && readDecided(decision.node);
  if (!decided) return undefined;
  node.codeOf(DCM.finding);
  node.codeIs(SCT.findingCategory, SCT.morphologicallyAbnormalStructure);
  const base = { ...decided, trackingId, trackingUid, source };
  if (kind === 'no-fracture') return { ...base, kind };
  const isOutline = purpose !== undefined && !isSameCode(purpose, SCT.boundedBy);
  return { ...base, kind, box: boundsOf(ring), ...(isOutline && { polygon: ring }), ...readSite(node) };
}
