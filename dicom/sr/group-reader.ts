/**
 * The Measurement Groups of a report, read back into findings. PS3.16 TID 1410, TID 1501.
 *
 * Trap: a region that loses a point is another region, so one coordinate that is no number or lies outside the image
 * drops the region, and with it the finding; the group is then kept among the unknown items and said.
 */
import { DCM, isSameCode } from '../vocabulary/codes.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import type { Finding, FindingBase, SourceImage } from '../vocabulary/finding.ts';
import type { ImagePoint, Polygon } from '../vocabulary/geometry.ts';
import { imagePoint } from '../vocabulary/geometry.ts';
import type { ContentNode } from './content-tree.ts';
import { readFinding } from './finding-codec.ts';
import { OUTLINE_SUFFIX } from './finding-group.ts';
import { readModel } from './model-identification.ts';
import type { ReportSources } from './report-sources.ts';
import { isSamePoint, roundedCoordinate } from './rounding.ts';

interface OpenedGroup {
  readonly node: ContentNode;
  readonly trackingId: string;
  readonly source: SourceImage | undefined;
  readonly ring: Polygon | undefined;
  readonly isOutline: boolean;
}

/** Findings of the groups, in their order; what could not be used is told to `remark`. */
export function readGroups(
  nodes: readonly ContentNode[],
  sources: ReportSources,
  remark: (text: string) => void,
): readonly Finding[] {
  const groups = nodes.map((node, index) =>
    opened(node, sources, (text) => {
      remark(`Measurement Group ${index + 1}: ${text}`);
    }),
  );
  const outlines = new Map(
    groups.filter(({ isOutline }) => isOutline).map((group) => [joinKey(group), group]),
  );
  const joined = new Set<OpenedGroup>();
  const findings = groups.map((group) => {
    const outline = group.isOutline ? undefined : outlines.get(joinKey(group));
    const finding = readGroup(group, outline?.ring);
    group.node.isUsed = finding !== undefined;
    if (finding && outline) joined.add(outline);
    return finding;
  });
  for (const outline of joined) outline.node.useAll();
  return findings.flatMap((finding, index) => {
    const group = groups[index];
    return finding && group && !joined.has(group) ? [finding] : [];
  });
}

function opened(node: ContentNode, sources: ReportSources, remark: (text: string) => void): OpenedGroup {
  const trackingId = node.textOf(DCM.trackingIdentifier) ?? '';
  node.textOf(DCM.trackingUniqueIdentifier);
  const region =
    node.childOf(DCM.imageRegion) ?? node.children.find(({ valueType }) => valueType === 'SCOORD');
  const where = region ?? node.children.find(({ valueType }) => valueType === 'IMAGE');
  const source = where && sources.of(where);
  const purpose = node.codeOf(DCM.geometricPurposeOfRegion);
  return {
    node,
    trackingId,
    source,
    ring: region && readRing(region, source, remark),
    isOutline:
      trackingId.endsWith(OUTLINE_SUFFIX) && purpose !== undefined && isSameCode(purpose, DCM.outline),
  };
}

function readGroup(group: OpenedGroup, outline: Polygon | undefined): Finding | undefined {
  const { node, trackingId, source, ring } = group;
  const concept = node.codeOf(DCM.finding);
  const model = node.children
    .filter(({ valueType }) => valueType === 'NUM')
    .map(readModel)
    .find((found) => found !== undefined);
  if (trackingId === '' || !source || !concept || !model || !ring) return undefined;
  const base: FindingBase = { trackingId, concept, source, model };
  return readFinding({ node, base, ring, outline });
}

/** A closed POLYLINE as a ring without its repeated point. PS3.3 C.18.6.1.2. */
function readRing(
  region: ContentNode,
  source: SourceImage | undefined,
  remark: (text: string) => void,
): Polygon | undefined {
  const graphicType = textOf(region.item, TAG.GraphicType);
  if (graphicType !== 'POLYLINE' && graphicType !== 'POLYGON') {
    remark('a region that is no polyline was left aside');
    return undefined;
  }
  const values = region.item[TAG.GraphicData]?.Value ?? [];
  const points = pointsOf(values.map((value) => (typeof value === 'number' ? value : NaN)));
  const usable = points.filter((point) => isOnImage(point, source));
  if (usable.length < points.length || values.length % 2 === 1) {
    remark('a region with coordinates that are no numbers or lie outside the image was left aside');
    return undefined;
  }
  const ring = isSamePointAround(usable) ? usable.slice(0, -1) : usable;
  if (ring.length >= 3) return ring;
  remark('a region of fewer than three points was left aside');
  return undefined;
}

function pointsOf(values: readonly number[]): readonly ImagePoint[] {
  const points: ImagePoint[] = [];
  for (let index = 0; index + 1 < values.length; index += 2) {
    points.push(
      imagePoint(roundedCoordinate(values[index] ?? NaN), roundedCoordinate(values[index + 1] ?? NaN)),
    );
  }
  return points;
}

/** Within the image where its size is known, else merely finite and not negative. */
function isOnImage({ x, y }: ImagePoint, source: SourceImage | undefined): boolean {
  const columns = source?.columns ? source.columns : Number.MAX_VALUE;
  const rows = source?.rows ? source.rows : Number.MAX_VALUE;
  return x >= 0 && y >= 0 && x <= columns && y <= rows;
}

function isSamePointAround(points: readonly ImagePoint[]): boolean {
  const [first] = points;
  return first !== undefined && points.length > 1 && isSamePoint(first, points.at(-1));
}

function joinKey({ trackingId, source, isOutline }: OpenedGroup): string {
  const finding = isOutline ? trackingId.slice(0, -OUTLINE_SUFFIX.length) : trackingId;
  return JSON.stringify([finding, source?.sopInstanceUid, source?.frameNumber]);
}
