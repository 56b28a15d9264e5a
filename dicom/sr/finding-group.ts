/**
 * The Measurement Group every finding is written as: TID 1410 for a region, TID 1501 for a whole image (PS3.16).
 *
 * Trap: a TID 1501 group without coordinates makes stock OHIF 3.13 throw and show nothing of the report, so a
 * statement about a whole image has a region too, the border of the image; TID 1501 row 10c allows it.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, isSameCode, OSTEON, SCT } from '../vocabulary/codes.ts';
import type { FindingBase, Laterality, ModelIdentity, SourceImage } from '../vocabulary/finding.ts';
import type { Polygon } from '../vocabulary/geometry.ts';
import type { Review } from '../vocabulary/review.ts';
import { cornersOf } from '../vocabulary/geometry.ts';
import {
  closedPolyline,
  code,
  container,
  num,
  text,
  uidref,
  type ContentItem,
  type ImageReference,
} from './content-items.ts';
import type { ContentNode } from './content-tree.ts';
import { modelItems } from './model-identification.ts';
import type { RegionImage } from './region-items.ts';

/** What the writer of a group must be told from outside. */
export interface GroupContext {
  /** Tracking Unique Identifier of a finding; it follows from what {@link FindingBase} says. */
  trackingUidOf(finding: FindingBase): string;
  /** A reference to a source image, with a frame number only where the instance has several frames. */
  referenceTo(source: SourceImage): ImageReference;
  /** What the reader decided, by Tracking Unique Identifier. */
  readonly reviews?: ReadonlyMap<string, Review>;
}

/** One group to be written. */
export interface GroupBody {
  readonly templateId: '1410' | '1501';
  /** What sort of thing the finding is. PS3.16 CP-2176. */
  readonly category?: Code;
  /** The region in image points, without a repeated last point. */
  readonly ring: Polygon;
  readonly geometricPurpose?: Code;
  readonly modifiers?: readonly ContentItem[];
  readonly measurements: readonly ContentItem[];
  readonly evaluations: readonly ContentItem[];
}

/** One group as it was read, with what all kinds share already understood. */
export interface ReadGroup {
  readonly node: ContentNode;
  readonly base: FindingBase;
  /** The region; `undefined` where there is none that can be used. */
  readonly ring: Polygon | undefined;
  /** The ring of a region anywhere in the group; `undefined`, and said, where it cannot be used. */
  readonly ringOf: (region: ContentNode) => Polygon | undefined;
  /** True where a reader edited the finding, so that its region is no longer the model's. */
  readonly isEdited: boolean;
}

/** The group as a content item, in the order of the template's rows. */
export function groupItem(
  finding: Pick<FindingBase, 'trackingId' | 'concept'>,
  body: GroupBody,
  on: RegionImage,
  trackingUid: string,
): ContentItem {
  return container(
    'CONTAINS',
    DCM.measurementGroup,
    [
      text('HAS OBS CONTEXT', DCM.trackingIdentifier, finding.trackingId),
      uidref('HAS OBS CONTEXT', DCM.trackingUniqueIdentifier, trackingUid),
      ...optional(SCT.findingCategory, body.category),
      code('CONTAINS', DCM.finding, finding.concept),
      ...optional(DCM.geometricPurposeOfRegion, body.geometricPurpose),
      ...(body.modifiers ?? []),
      closedPolyline('CONTAINS', DCM.imageRegion, body.ring, on),
      ...body.measurements,
      ...body.evaluations,
    ],
    body.templateId,
  );
}

function optional(concept: Code, value: Code | undefined): readonly ContentItem[] {
  return value ? [code('CONTAINS', concept, value)] : [];
}

/** A measurement of a group with the algorithm that made it as its modifier, if one did. TID 300, TID 1419. */
export function measured(
  concept: Code,
  value: number,
  units: Code,
  model: ModelIdentity | undefined,
  properties: readonly ContentItem[] = [],
): ContentItem {
  return num('CONTAINS', concept, value, units, [...(model ? modelItems(model) : []), ...properties]);
}

/** What concerns a whole image: its region is the border of the image. */
export function wholeImage(
  { source }: Pick<FindingBase, 'source'>,
  content: Pick<GroupBody, 'measurements' | 'evaluations'>,
): GroupBody {
  return { templateId: '1501', ring: borderOf(source), ...content };
}

/** The border of an image, clockwise from the top left. */
function borderOf({ rows, columns }: SourceImage): Polygon {
  return cornersOf({ left: 0, top: 0, right: columns, bottom: rows });
}

/** CID 244. */
export const LATERALITY_CODES = {
  L: SCT.left,
  R: SCT.right,
  B: SCT.bilateral,
  U: SCT.unilateral,
} as const satisfies Record<Laterality, Code>;

/** Finding Site with its laterality; nothing where neither is known, "Bone" where only the side is. */
export function siteItems(
  site: Code | undefined,
  laterality: Laterality | undefined,
): readonly ContentItem[] {
  if (!site && !laterality) return [];
  const modifiers = laterality ? [code('HAS CONCEPT MOD', SCT.laterality, LATERALITY_CODES[laterality])] : [];
  return [code('HAS CONCEPT MOD', SCT.findingSite, site ?? SCT.bone, modifiers)];
}

/** What {@link siteItems} wrote, as properties of a finding. */
export function readSite(group: ContentNode): { readonly site?: Code; readonly laterality?: Laterality } {
  const node = group.childOf(SCT.findingSite);
  const site = node?.code;
  const laterality = node?.wordIn(SCT.laterality, LATERALITY_CODES);
  return { ...(site && !isSameCode(site, SCT.bone) && { site }), ...(laterality && { laterality }) };
}

/** The site that the header names against the region model. */
export function headerSiteItems(site: Code | undefined): readonly ContentItem[] {
  return site ? [code('CONTAINS', OSTEON.headerSite, site)] : [];
}

/** What {@link headerSiteItems} wrote, as a property of a finding. */
export function readHeaderSite(group: ContentNode): { readonly headerSite?: Code } {
  const headerSite = group.codeOf(OSTEON.headerSite);
  return headerSite ? { headerSite } : {};
}
