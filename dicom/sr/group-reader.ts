/**
 * The Measurement Groups of a report, read back into findings. PS3.16 TID 1410, TID 1501.
 *
 * Trap: a group whose region cannot be used is no finding; it is kept among the unknown items and said.
 */
import { DCM } from '../vocabulary/codes.ts';
import type { Finding, FindingBase, FindingKind } from '../vocabulary/finding.ts';
import type { ContentNode } from './content-tree.ts';
import { readFinding } from './finding-codec.ts';
import { readModel } from './model-identification.ts';
import { ringOf } from './region-items.ts';
import type { ReportSources } from './report-sources.ts';

/** A finding as a report tells it, with its Tracking Unique Identifier; empty where the report gives none. */
export type ReportFinding<K extends FindingKind = FindingKind> = Finding<K> & {
  readonly trackingUid: string;
};

/** Findings of the groups, in their order; what could not be used is told to `remark`. */
export function readGroups(
  nodes: readonly ContentNode[],
  sources: ReportSources,
  remark: (text: string) => void,
): readonly ReportFinding[] {
  return nodes.flatMap((node, index) => {
    const finding = readGroup(node, sources, (text) => {
      remark(`Measurement Group ${index + 1}: ${text}`);
    });
    node.isUsed = finding !== undefined;
    return finding ?? [];
  });
}

function readGroup(
  node: ContentNode,
  sources: ReportSources,
  remark: (text: string) => void,
): ReportFinding | undefined {
  const trackingId = node.textOf(DCM.trackingIdentifier);
  const trackingUid = node.textOf(DCM.trackingUniqueIdentifier) ?? '';
  const region =
    node.childOf(DCM.imageRegion) ?? node.children.find(({ valueType }) => valueType === 'SCOORD');
  const where = region ?? node.children.find(({ valueType }) => valueType === 'IMAGE');
  const source = where && sources.of(where);
  const ring = region && ringOf(region, source, remark);
  const concept = node.codeOf(DCM.finding);
  const model = node.children
    .filter(({ valueType }) => valueType === 'NUM')
    .map(readModel)
    .find((found) => found !== undefined);
  if (trackingId === undefined || !source || !concept || !model || !ring) return undefined;
  const base: FindingBase = { trackingId, concept, source, model };
  const ringHere = (inner: ContentNode) => ringOf(inner, sources.of(inner), remark);
  const finding = readFinding({ node, base, ring, ringOf: ringHere });
  return finding && { ...finding, trackingUid };
}
