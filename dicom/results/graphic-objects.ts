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
const FINDING_COLOUR = [46_900, 38_300, 51_900] as const;
const BLACK = [0, 0x8080, 0x8080] as const;

/** A closed line through a ring: solid where definite, dashed where suspicious. */
export function closedLine(ring: Polygon, certainty: Certainty): DataSet {
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
export function boxedText(value: string, box: BoundingBox): DataSet {
  return dataSetOf({
    BoundingBoxAnnotationUnits: 'PIXEL',
    UnformattedTextValue: value,
    BoundingBoxTopLeftHandCorner: [box.left, box.top],
    BoundingBoxBottomRightHandCorner: [box.right, box.bottom],
    BoundingBoxTextHorizontalJustification: 'LEFT',
  });
}

/**
 * A place for `lines` lines of text beside a box: above it where there is room, else below, else along the top edge
 * of the image; never across its side edges. The text is some 1/60 of the image high and never over the finding
 * unless the finding fills the image.
 */
export function labelPlace(
  text: string,
  beside: BoundingBox,
  image: { readonly rows: number; readonly columns: number },
): BoundingBox {
  const { width, height } = textSize(text, image);
  const left = Math.min(Math.max(beside.left, 0), Math.max(image.columns - width, 0));
  const above = beside.top - height;
  const below = beside.bottom;
  const top = above >= 0 ? above : below + height <= image.rows ? below : 0;
  return {
    left,
    top,
    right: Math.min(left + width, image.columns),
    bottom: Math.min(top + height, image.rows),
  };
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
