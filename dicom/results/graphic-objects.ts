/**
 * Graphic and text objects of a presentation state. PS3.3 C.10.5, Table C.10-5.
 *
 * Trap: PIXEL units here count as SCOORD does, 0\0 at the outer corner of the first pixel (C.10.5.1.1), but the
 * displayed area counts whole pixels from 1.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { dataSetOf } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { Certainty } from '../vocabulary/finding.ts';
import type { BoundingBox, Polygon } from '../vocabulary/geometry.ts';

/** CIELab as PCS values scaled to 16 bits (PS3.3 C.10.7.1.1): an orange that a red-blind eye tells from grey. */
export const FINDING_COLOUR = [46_900, 38_300, 51_900] as const;
const BLACK = [0, 0x8080, 0x8080] as const;

/** What a graphic or text object shows. PS3.3 C.10.5: Tracking ID and UID, as in report and segmentation. */
export interface Tracking {
  readonly id: string;
  readonly uid: string;
}

/** A closed line through a ring: solid where definite, dashed where suspicious. */
export function closedLine(ring: Polygon, certainty: Certainty, tracking: Tracking): DataSet {
  const [first] = ring;
  if (!first || ring.length < 3)
    throw new PacsError('invalid-value', 'a closed line has fewer than three points');
  const points = [...ring, first];
  return dataSetOf({
    GraphicAnnotationUnits: 'PIXEL',
    GraphicDimensions: 2,
    NumberOfGraphicPoints: points.length,
    GraphicData: points.flatMap(({ x, y }) => [x, y]),
    GraphicType: 'POLYLINE',
    GraphicFilled: 'N',
    LineStyleSequence: [lineStyle(certainty)],
    TrackingID: tracking.id,
    TrackingUID: tracking.uid,
  });
}

/** Line Style macro, PS3.3 Table C.10-5b: every attribute that a dashed line needs, a shadow that shows on white. */
function lineStyle(certainty: Certainty): DataSet {
  const isDashed = certainty === 'suspicious';
  return dataSetOf({
    PatternOnColorCIELabValue: FINDING_COLOUR,
    PatternOffColorCIELabValue: isDashed ? BLACK : undefined,
    PatternOnOpacity: 1,
    PatternOffOpacity: isDashed ? 0 : undefined,
    LineThickness: 2,
    LineDashingStyle: isDashed ? 'DASHED' : 'SOLID',
    LinePattern: isDashed ? 0x00ff00ff : undefined,
    ShadowStyle: 'OUTLINED',
    ShadowOffsetX: 0,
    ShadowOffsetY: 0,
    ShadowColorCIELabValue: BLACK,
    ShadowOpacity: 1,
  });
}

/** Text in a box of image points, from its left. PS3.3 C.10.5.1.3. */
export function boxedText(value: string, box: BoundingBox, tracking?: Tracking): DataSet {
  return dataSetOf({
    BoundingBoxAnnotationUnits: 'PIXEL',
    UnformattedTextValue: value,
    BoundingBoxTopLeftHandCorner: [box.left, box.top],
    BoundingBoxBottomRightHandCorner: [box.right, box.bottom],
    BoundingBoxTextHorizontalJustification: 'LEFT',
    TrackingID: tracking?.id,
    TrackingUID: tracking?.uid,
  });
}

/** Extent that a text of one or more lines is given, in pixels: 1/60 of the longer side a line, 0.6 of that a character. */
export function textSize(text: string, image: { readonly rows: number; readonly columns: number }) {
  const lines = text.split('\r\n');
  const lineHeight = Math.max(8, Math.round(Math.max(image.rows, image.columns) / 60));
  const longest = Math.max(...lines.map((line) => line.length));
  return {
    width: Math.min(image.columns, Math.ceil(longest * lineHeight * 0.6)),
    height: Math.min(image.rows, lineHeight * lines.length),
  };
}
