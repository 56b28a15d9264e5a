/**
 * A radiograph with its findings drawn into it, pixel on pixel: boxes, outlines, certainty, who spoke and of whom.
 */
import { writtenBox, writtenPolygon } from '../sr/rounding.ts';
import { extentOfText, lettersAcross, type Drawing, type DrawnShape } from '../vocabulary/drawing.ts';
import type { Certainty, Finding, SourceImage } from '../vocabulary/finding.ts';
import { cornersOf, imagePoint, type BoundingBox, type Polygon } from '../vocabulary/geometry.ts';
import { fractureText } from './finding-text.ts';
import { placeInCorner, placeLabels } from './label-places.ts';
import { wrapped } from './page-blocks.ts';

/** Pixels of the longer side for each pixel of a line's width, and of a letter's point. */
const PIXELS_PER_LINE_WIDTH = 600;
const PIXELS_PER_POINT = 700;

/** The drawing; `footer` are lines for a corner, broken where the image is narrower than they are. */
export function burnedInFindings(
  source: SourceImage,
  fractures: readonly Finding<'fracture'>[],
  footer: readonly string[],
): Drawing {
  const { rows, columns } = source;
  const side = Math.max(rows, columns);
  const width = Math.max(1, Math.round(side / PIXELS_PER_LINE_WIDTH));
  const scale = Math.max(1, Math.round(side / PIXELS_PER_POINT));
  // Their lines included, so that no text covers one.
  const boxes = fractures.map(({ box }) => grown(writtenBox(box, source), width + 1));
  const texts = fractures.map(fractureText);
  const places = placeLabels(
    texts.map((text, index) => ({ ...extentOfText(text, scale), beside: boxes[index] ?? EMPTY })),
    source,
  );
  return {
    rows,
    columns,
    ground: source,
    shapes: [
      ...fractures.flatMap((fracture) => outlines(fracture, source, width)),
      ...texts.map((text, index) => textAt(text, places[index] ?? EMPTY, scale)),
      ...footerShapes(footer, [...boxes, ...places], source, scale),
    ],
  };
}

function grown({ left, top, right, bottom }: BoundingBox, by: number): BoundingBox {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

type Corner = Pick<BoundingBox, 'left' | 'top'>;

const EMPTY: BoundingBox = { left: 0, top: 0, right: 0, bottom: 0 };

function outlines(fracture: Finding<'fracture'>, source: SourceImage, width: number): readonly DrawnShape[] {
  const { box, polygon, certainty } = fracture;
  const rings = [cornersOf(writtenBox(box, source)), ...(polygon ? [writtenPolygon(polygon, source)] : [])];
  return rings.flatMap((ring) => closedLine(ring, certainty, width));
}

/** White on black, so that it shows on bone and on air; dashed where suspicious. */
function closedLine(ring: Polygon, certainty: Certainty, width: number): readonly DrawnShape[] {
  const points = [...ring, ...ring.slice(0, 1)];
  const dash = { on: width * 6, off: width * 5 };
  return [
    { kind: 'line', points, width: width + 2, grey: 0 },
    { kind: 'line', points, width, grey: 1, ...(certainty === 'suspicious' && { dash }) },
  ];
}

function footerShapes(
  footer: readonly string[],
  taken: readonly BoundingBox[],
  image: SourceImage,
  scale: number,
): readonly DrawnShape[] {
  const lines = footer.flatMap((line) => wrapped(line, lettersAcross(image.columns, scale)));
  const extents = lines.map((line) => extentOfText(line, scale));
  const lineHeight = extentOfText('', scale).height;
  const size = { width: Math.max(...extents.map(({ width }) => width)), height: lines.length * lineHeight };
  const { left, top } = placeInCorner(size, taken, image);
  return lines.map((line, index) => textAt(line, { left, top: top + index * lineHeight }, scale));
}

/** A text whose ground begins at the corner of a box. */
function textAt(text: string, { left, top }: Corner, scale: number): DrawnShape {
  return { kind: 'text', text, at: imagePoint(left + scale, top + scale), scale, grey: 1 };
}
