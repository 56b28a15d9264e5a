/**
 * The Measurement Group every finding is written as: TID 1410 for a region, TID 1501 for a whole image (PS3.16).
 *
 * Trap: a TID 1501 group without coordinates makes stock OHIF 3.13 throw and show nothing of the report, so a
 * statement about a whole image has a region too, the border of the image; TID 1501 row 10c allows it.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, SCT } from '../vocabulary/codes.ts';
import type { FindingBase, ModelIdentity, SourceImage } from '../vocabulary/finding.ts';
import type { Polygon } from '../vocabulary/geometry.ts';
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

/** A finding is one region; a fracture with an outline has a second group for it. */
export type GroupRole = 'finding' | 'outline';

/** What the writer of a group must be told from outside. */
export interface GroupContext {
  /** Tracking Unique Identifier of a finding; it follows from what {@link FindingBase} says. */
  trackingUidOf(finding: FindingBase): string;
  /** A reference to a source image, with a frame number only where the instance has several frames. */
  referenceTo(source: SourceImage): ImageReference;
}

/** One group to be written. */
export interface GroupBody {
  readonly templateId: '1410' | '1501';
  readonly role: GroupRole;
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
  /** The outline group that belongs to this one. */
  readonly outline: Polygon | undefined;
}

/** What follows a finding's tracking identifier in that of its outline. */
export const OUTLINE_SUFFIX = ' outline';

/** The group as a content item, in the order of the template's rows. */
export function groupItem(finding: FindingBase, body: GroupBody, context: GroupContext): ContentItem {
  const trackingId = body.role === 'outline' ? finding.trackingId + OUTLINE_SUFFIX : finding.trackingId;
  const { rows, columns } = finding.source;
  const on = { ...context.referenceTo(finding.source), rows, columns };
  return container(
    'CONTAINS',
    DCM.measurementGroup,
    [
      text('HAS OBS CONTEXT', DCM.trackingIdentifier, trackingId),
      uidref(
        'HAS OBS CONTEXT',
        DCM.trackingUniqueIdentifier,
        context.trackingUidOf({ ...finding, trackingId }),
      ),
      code('CONTAINS', DCM.finding, finding.concept),
      ...(body.geometricPurpose
        ? [code('CONTAINS', DCM.geometricPurposeOfRegion, body.geometricPurpose)]
        : []),
      ...(body.modifiers ?? []),
      closedPolyline('CONTAINS', DCM.imageRegion, body.ring, on),
      ...body.measurements,
      ...body.evaluations,
    ],
    body.templateId,
  );
}

/** A measurement of a group with the algorithm that made it as its modifier. TID 300, TID 1419. */
export function measured(
  concept: Code,
  value: number,
  units: Code,
  model: ModelIdentity,
  properties: readonly ContentItem[] = [],
): ContentItem {
  return num('CONTAINS', concept, value, units, [...modelItems(model), ...properties]);
}

/** The border of an image, clockwise from the top left. */
export function borderOf({ rows, columns }: SourceImage): Polygon {
  return cornersOf({ left: 0, top: 0, right: columns, bottom: rows });
}

/** Finding Site with its laterality; nothing where neither is known, "Bone" where only the side is. */
export function siteItems(site: Code | undefined, side: Code | undefined): readonly ContentItem[] {
  if (!site && !side) return [];
  const modifiers = side ? [code('HAS CONCEPT MOD', SCT.laterality, side)] : [];
  return [code('HAS CONCEPT MOD', SCT.findingSite, site ?? SCT.bone, modifiers)];
}
