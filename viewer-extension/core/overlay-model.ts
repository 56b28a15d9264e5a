/**
 * Findings → shapes in image points → display list in surface pixels. No DOM, no Cornerstone: the three painters, and
 * tests in Node, share all of it.
 *
 * Trap: coordinates come from a report that someone else may have written. What is not finite is not drawn, and
 * {@link undrawableCount} says so; what lies outside the image is drawn where it says.
 */
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import { cornersOf, type BoundingBox, type ImagePoint } from '../../dicom/vocabulary/geometry.ts';
import { findingKey, REVIEW_STATES, reviewStateOf, type OverlayFinding } from './findings.ts';
import { placeLabel } from './label-placement.ts';
import { LABEL, labelSize, textItem } from './label-text.ts';
import { hullOf, overlapOf, type DisplayItem, type DisplayList, type OverlayShape } from './overlay-shape.ts';
import type { Rectangle, Surface, SurfacePoint } from './overlay-shape.ts';
import { ENGLISH, type FindingWords } from './messages.ts';
import { colourOf, REGION_STROKE, reviewWords, strokeOf } from './overlay-style.ts';
import { percentText } from './text.ts';

/** Which parts of a finding are drawn. */
export interface OverlayOptions {
  readonly showBoxes: boolean;
  readonly showPolygons: boolean;
  /** {@link findingKey} of the finding drawn heavier, if any. */
  readonly selectedKey?: string | undefined;
}

/** At most so many labels: beyond, they would hide the image. The shapes themselves are all drawn. */
export const MAX_LABELS = 40;

/** The shapes of the findings of one image. A polygon-less finding keeps its box even when only polygons are shown. */
export function overlayShapes(
  fractures: readonly OverlayFinding[],
  options: OverlayOptions,
  words: FindingWords = ENGLISH,
): readonly OverlayShape[] {
  return fractures.filter(isDrawable).flatMap((fracture, index) => {
    const { box, polygon, certainty } = fracture;
    const findingId = findingKey(fracture);
    const review = reviewStateOf(fracture);
    const base = { findingId, certainty, review, isSelected: findingId === options.selectedKey };
    const shapes: OverlayShape[] = [];
    if (polygon && options.showPolygons) {
      shapes.push({ ...base, kind: 'polyline', points: polygon, isClosed: true });
    }
    if (options.showBoxes || (options.showPolygons && !polygon)) shapes.push({ ...base, kind: 'box', box });
    if (shapes.length > 0 && (index < MAX_LABELS || base.isSelected)) {
      const drawn = shapes.flatMap((shape) =>
        shape.kind === 'box' ? cornersOf(shape.box) : shape.kind === 'polyline' ? shape.points : [],
      );
      shapes.push({ ...base, kind: 'label', text: labelOf(fracture, words), around: drawn });
    }
    return shapes;
  });
}

/** The outlines of the parts of a hand that bone ages were read from; none where the whole hand was. */
export function regionShapes(boneAges: readonly Finding<'bone-age'>[]): readonly OverlayShape[] {
  return boneAges.flatMap(({ handRegions = [] }) =>
    handRegions
      .filter(({ outline }) => outline.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)))
      .map(({ outline }): OverlayShape => {
        const base = { findingId: '', certainty: 'definite', isSelected: false } as const;
        return { ...base, kind: 'region', points: outline };
      }),
  );
}

/** How many findings have coordinates that cannot be drawn. */
export function undrawableCount(fractures: readonly OverlayFinding[]): number {
  return fractures.filter((fracture) => !isDrawable(fracture)).length;
}

/**
 * Turns shapes into a display list: lines first, then labels, the selected finding on top of each. Lines of one look
 * follow each other, so that a painter can draw them at once.
 */
export function layOut(shapes: readonly OverlayShape[], surface: Surface): DisplayList {
  const ordered = shapes.toSorted((one, other) => rankOf(one) - rankOf(other));
  const paths = ordered.flatMap((shape) => pathOf(shape, surface));
  const hulls = paths.flatMap(({ findingId, points }) => {
    const hull = hullOf(points);
    return hull ? [{ ...hull, findingId }] : [];
  });
  const labels: Rectangle[] = [];
  const texts = ordered.flatMap((shape): readonly DisplayItem[] => {
    if (shape.kind !== 'label') return [];
    const item = labelText(shape, surface, { labels, shapes: hulls });
    if (!item) return [];
    labels.push(item.frame);
    return [item];
  });
  return [...paths, ...texts];
}

/** What the label says: the certainty is named, so that the line style has words too. */
function labelOf(fracture: OverlayFinding, words: FindingWords): string {
  const state = reviewStateOf(fracture);
  if (state === 'added') return `${words.fracture} · ${words.addedByReader}`;
  const what = fracture.certainty === 'definite' ? words.fracture : words.suspectedFracture;
  const said = `${what} ${percentText(fracture.probability)}`;
  return state === 'unreviewed' ? said : `${said} · ${reviewWords(state, words)}`;
}

function isDrawable({ box, polygon }: OverlayFinding): boolean {
  return isFiniteBox(box) && (polygon ?? []).every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

function isFiniteBox({ left, top, right, bottom }: BoundingBox): boolean {
  return [left, top, right, bottom].every(Number.isFinite);
}

/** Later kinds lie above earlier ones. */
const DRAWING_ORDER: readonly OverlayShape['kind'][] = ['region', 'polyline', 'box', 'label'];

/** The selected above all; then by kind, and lines by certainty and review. Labels keep the order of the findings. */
function rankOf({ kind, isSelected, certainty, review = 'unreviewed' }: OverlayShape): number {
  const look = 2 * REVIEW_STATES.indexOf(review) + Number(certainty === 'definite');
  const withinKind = kind === 'label' ? 0 : look;
  return 1000 * Number(isSelected) + 100 * DRAWING_ORDER.indexOf(kind) + withinKind;
}

type PathItem = Extract<DisplayItem, { kind: 'path' }>;
type TextItem = Extract<DisplayItem, { kind: 'text' }>;

function pathOf(shape: OverlayShape, surface: Surface): readonly PathItem[] {
  if (shape.kind === 'label') return [];
  const points = shape.kind === 'box' ? cornersOf(shape.box) : shape.points;
  const stroke =
    shape.kind === 'region'
      ? REGION_STROKE
      : strokeOf(shape.kind === 'box' ? 'box' : 'outline', shape.certainty, shape.isSelected, shape.review);
  return [
    {
      kind: 'path',
      findingId: shape.findingId,
      points: projectAll(points, surface),
      isClosed: shape.kind !== 'polyline' || shape.isClosed,
      stroke: {
        ...stroke,
        width: stroke.width * surface.pixelRatio,
        haloWidth: stroke.haloWidth * surface.pixelRatio,
        dash: stroke.dash.map((length) => length * surface.pixelRatio),
      },
    },
  ];
}

function labelText(
  shape: Extract<OverlayShape, { kind: 'label' }>,
  surface: Surface,
  obstacles: {
    readonly labels: readonly Rectangle[];
    readonly shapes: readonly (Rectangle & { readonly findingId: string })[];
  },
): TextItem | undefined {
  const target = hullOf(projectAll(shape.around, surface));
  const whole = { x: 0, y: 0, width: surface.width, height: surface.height };
  if (!target || overlapOf(atLeastOnePixel(target), whole) === 0) return undefined;
  const size = labelSize([shape.text], surface);
  // The part of the hand that a finding lies in is in the way of no label.
  const others = obstacles.shapes.filter(
    (hull) => hull.findingId !== shape.findingId && (hull.findingId !== '' || overlapOf(hull, target) === 0),
  );
  const gap = LABEL.gap * surface.pixelRatio;
  return {
    ...textItem(
      [shape.text],
      placeLabel(size, target, surface, { ...obstacles, shapes: others }, gap),
      surface,
    ),
    findingId: shape.findingId,
    colour: colourOf(shape.certainty, shape.review),
    isSelected: shape.isSelected,
  };
}

function projectAll(points: readonly ImagePoint[], surface: Surface): readonly SurfacePoint[] {
  return points.map(surface.project);
}

function atLeastOnePixel(hull: Rectangle): Rectangle {
  return { ...hull, width: Math.max(1, hull.width), height: Math.max(1, hull.height) };
}
