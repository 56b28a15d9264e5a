/**
 * Measurements → display list: the line with its ends marked, and the value beside it.
 */
import { placeLabel } from './label-placement.ts';
import { LABEL, labelSize, textItem } from './label-text.ts';
import { valueText, type Calibration, type Measurement } from './measurement.ts';
import {
  hullOf,
  type DisplayItem,
  type DisplayList,
  type Surface,
  type SurfacePoint,
} from './overlay-shape.ts';

/** Okabe and Ito's yellow, which no finding has. */
export const MEASUREMENT_COLOUR = '#f0e442';

const WIDTH = 1.5;
const END_MARK = 6;

/** Items in surface pixels; `note` stands behind every length in mm, e.g. where it was measured. */
export function layOutMeasurements(
  measurements: readonly Measurement[],
  calibration: Calibration,
  surface: Surface,
  note = '',
): DisplayList {
  return measurements.flatMap((measurement) => {
    const points = measurement.points.map(surface.project);
    const lines = [line(points, surface), ...endMarks(points, surface)];
    const value = valueText(measurement, calibration);
    const isNoted = measurement.kind === 'length' && calibration.plane !== undefined && note !== '';
    return value === '' ? lines : [...lines, ...label(isNoted ? `${value} ${note}` : value, points, surface)];
  });
}

function line(points: readonly SurfacePoint[], { pixelRatio }: Surface): DisplayItem {
  const stroke = {
    colour: MEASUREMENT_COLOUR,
    width: WIDTH * pixelRatio,
    haloWidth: (WIDTH + 1.5) * pixelRatio,
    dash: [],
  };
  return { kind: 'path', findingId: '', points, isClosed: false, stroke };
}

/** A small cross stroke at each end of a line, square to it. */
function endMarks(points: readonly SurfacePoint[], surface: Surface): readonly DisplayItem[] {
  const [first, second] = points;
  const [last, before] = [points.at(-1), points.at(-2)];
  if (!first || !second || !last || !before) return [];
  return [[first, second] as const, [last, before] as const].map(([end, inner]) => {
    const length = Math.hypot(inner.x - end.x, inner.y - end.y) || 1;
    const reach = (END_MARK * surface.pixelRatio) / length;
    const across = { x: -(inner.y - end.y) * reach, y: (inner.x - end.x) * reach };
    return line(
      [
        { x: end.x - across.x, y: end.y - across.y },
        { x: end.x + across.x, y: end.y + across.y },
      ],
      surface,
    );
  });
}

function label(text: string, points: readonly SurfacePoint[], surface: Surface): readonly DisplayItem[] {
  const hull = hullOf(points.slice(-1));
  if (!hull) return [];
  const gap = 1.5 * LABEL.gap * surface.pixelRatio;
  const frame = placeLabel(labelSize([text], surface), hull, surface, { labels: [], shapes: [] }, gap);
  const item = { findingId: '', colour: MEASUREMENT_COLOUR, isSelected: false };
  return [{ ...textItem([text], frame, surface), ...item }];
}
