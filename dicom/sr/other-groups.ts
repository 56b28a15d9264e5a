/**
 * A Measurement Group of somebody else's report as far as TID 1500 goes: regions, numbers and codes without a meaning of
 * ours, so that it can be shown. PS3.16 TID 1410, TID 1501, TID 300, TID 320.
 *
 * Trap: it is a view beside the item, which is kept whole; what the view leaves out is not lost. dcmjs puts the region below
 * the first number, highdicom beside it.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, SCT } from '../vocabulary/codes.ts';
import { numbersOf, textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import type { SourceImage } from '../vocabulary/finding.ts';
import { imagePoint, type ImagePoint } from '../vocabulary/geometry.ts';
import type { ContentNode } from './content-tree.ts';
import type { ReportSources } from './report-sources.ts';

/** A region as it was drawn. PS3.3 C.18.6.1.2. */
export interface OtherRegion {
  /** POINT, MULTIPOINT, POLYLINE, CIRCLE, ELLIPSE, or what else the report says. */
  readonly graphicType: string;
  readonly points: readonly ImagePoint[];
  readonly source: SourceImage;
}

export interface OtherGroup {
  readonly trackingId?: string;
  readonly trackingUid?: string;
  readonly finding?: Code;
  readonly site?: Code;
  readonly regions: readonly OtherRegion[];
  readonly measurements: readonly { readonly concept: Code; readonly value: number; readonly units?: Code }[];
  readonly evaluations: readonly { readonly concept: Code; readonly code: Code }[];
}

/** The view; `undefined` for an item that is no Measurement Group. Nothing is marked as used. */
export function otherGroupOf(node: ContentNode, sources: ReportSources): OtherGroup | undefined {
  if (node.valueType !== 'CONTAINER' || !node.isNamed(DCM.measurementGroup)) return undefined;
  const one = (concept: Code) => node.children.find((child) => child.isNamed(concept));
  const trackingId = one(DCM.trackingIdentifier)?.text;
  const trackingUid = one(DCM.trackingUniqueIdentifier)?.text;
  const finding = one(DCM.finding)?.code;
  const site = one(SCT.findingSite)?.code;
  const named = [DCM.finding, SCT.findingSite, DCM.geometricPurposeOfRegion];
  return {
    ...(trackingId !== undefined && { trackingId }),
    ...(trackingUid !== undefined && { trackingUid }),
    ...(finding && { finding }),
    ...(site && { site }),
    regions: [...node.children, ...node.children.flatMap(({ children }) => children)].flatMap((child) =>
      regionOf(child, sources),
    ),
    measurements: node.children.flatMap(({ concept, measurement }) => {
      const { value, units } = measurement ?? {};
      return concept && value !== undefined ? [{ concept, value, ...(units && { units }) }] : [];
    }),
    evaluations: node.children
      .filter((child) => !named.some((concept) => child.isNamed(concept)))
      .flatMap(({ concept, code }) => (concept && code ? [{ concept, code }] : [])),
  };
}

function regionOf(node: ContentNode, sources: ReportSources): readonly OtherRegion[] {
  const source = node.valueType === 'SCOORD' ? sources.of(node) : undefined;
  const values = numbersOf(node.item, TAG.GraphicData);
  if (!source || values.length < 2 || values.length % 2 === 1) return [];
  const points = Array.from({ length: values.length / 2 }, (_, index) =>
    imagePoint(values[2 * index] ?? NaN, values[2 * index + 1] ?? NaN),
  );
  return [{ graphicType: textOf(node.item, TAG.GraphicType) ?? '', points, source }];
}
