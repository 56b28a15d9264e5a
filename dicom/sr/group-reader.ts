/**
 * The Measurement Groups of a report, read back into findings and statements of the reader. PS3.16 TID 1410, TID 1501.
 *
 * Trap: a group whose region cannot be used is no finding; it is kept among the unknown items and said.
 */
import { DCM } from '../vocabulary/codes.ts';
import type { Finding, FindingBase, FindingKind, SourceImage } from '../vocabulary/finding.ts';
import type { Polygon } from '../vocabulary/geometry.ts';
import type { ReaderStatement, Review } from '../vocabulary/review.ts';
import type { ContentNode } from './content-tree.ts';
import { readFinding } from './finding-codec.ts';
import { readModel } from './model-identification.ts';
import { readStatement } from './reader-statements.ts';
import { ringOf } from './region-items.ts';
import type { ReportSources } from './report-sources.ts';
import { decisionOf, readReview, type Decision } from './review-items.ts';

/**
 * A finding as a report tells it: with its Tracking Unique Identifier, empty where the report gives none, and with what the
 * reader decided about it.
 */
export type ReportFinding<K extends FindingKind = FindingKind> = Finding<K> & {
  readonly trackingUid: string;
  readonly review?: Review;
};

/** What the groups say, in their order. */
export interface ReadGroups {
  readonly findings: readonly ReportFinding[];
  readonly statements: readonly ReaderStatement[];
}

/** A group with what all kinds share. */
export interface OpenedGroup {
  readonly node: ContentNode;
  readonly trackingId: string | undefined;
  readonly trackingUid: string;
  readonly source: SourceImage | undefined;
  readonly ring: Polygon | undefined;
  readonly ringOf: (region: ContentNode) => Polygon | undefined;
  readonly decision: { readonly node: ContentNode; readonly decision: Decision } | undefined;
}

/** Reads the groups; what could not be used is told to `remark`. */
export function readGroups(
  nodes: readonly ContentNode[],
  sources: ReportSources,
  remark: (text: string) => void,
): ReadGroups {
  const findings: ReportFinding[] = [];
  const statements: ReaderStatement[] = [];
  for (const [index, node] of nodes.entries()) {
    const group = opened(node, sources, (text) => {
      remark(`Measurement Group ${index + 1}: ${text}`);
    });
    const statement = readStatement(group);
    const finding = statement ? undefined : readGroup(group);
    node.isUsed = statement !== undefined || finding !== undefined;
    if (statement) statements.push(statement);
    if (finding) findings.push(finding);
  }
  return { findings, statements };
}

function opened(node: ContentNode, sources: ReportSources, remark: (text: string) => void): OpenedGroup {
  const region =
    node.childOf(DCM.imageRegion) ?? node.children.find(({ valueType }) => valueType === 'SCOORD');
  const where = region ?? node.children.find(({ valueType }) => valueType === 'IMAGE');
  const source = where && sources.of(where);
  return {
    node,
    trackingId: node.textOf(DCM.trackingIdentifier),
    trackingUid: node.textOf(DCM.trackingUniqueIdentifier) ?? '',
    source,
    ring: region && ringOf(region, source, remark),
    ringOf: (inner) => ringOf(inner, sources.of(inner), remark),
    decision: decisionOf(node),
  };
}

function readGroup(group: OpenedGroup): ReportFinding | undefined {
  const { node, trackingId, trackingUid, source, ring, decision } = group;
  const concept = node.codeOf(DCM.finding);
  const model = modelOf(node) ?? (decision && modelOf(decision.node));
  if (trackingId === undefined || !source || !concept || !model || !ring) return undefined;
  const base: FindingBase = { trackingId, concept, source, model };
  const isEdited = decision?.decision === 'edited';
  const finding = readFinding({ node, base, ring, ringOf: group.ringOf, isEdited });
  const review = finding && readReview(group);
  return finding && { ...finding, trackingUid, ...(review && { review }) };
}

/** The model that made the measurements of an item. */
function modelOf(node: ContentNode): FindingBase['model'] | undefined {
  return node.children
    .filter(({ valueType }) => valueType === 'NUM')
    .map(readModel)
    .find((found) => found !== undefined);
}
