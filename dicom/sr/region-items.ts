/**
 * Regions of an image as SCOORD items, writer beside reader. PS3.3 C.18.6, PS3.16 TID 320.
 *
 * Trap: a region that loses a point is another region, so one coordinate that is no number or lies outside the image
 * drops the region, and the reader is told.
 */
import type { Code } from '../vocabulary/codes.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import type { SourceImage } from '../vocabulary/finding.ts';
import type { ImagePoint, Polygon } from '../vocabulary/geometry.ts';
import { imagePoint } from '../vocabulary/geometry.ts';
import { closedPolyline, type ContentItem, type ImageReference } from './content-items.ts';
import type { ContentNode } from './content-tree.ts';
import { isSamePoint, roundedCoordinate } from './rounding.ts';

/** The image that a region lies on, with its size. */
export interface RegionImage extends ImageReference {
  readonly rows: number;
  readonly columns: number;
}

/** A region that a measurement was made on, below the measurement. TID 320; `purpose` says which it is. */
export function sourceRegion(purpose: Code, ring: Polygon, on: RegionImage): ContentItem {
  return closedPolyline('INFERRED FROM', purpose, ring, on);
}

/** The first region of a purpose below a measurement, as {@link sourceRegion} writes it. */
export function sourceRegionOf(measurement: ContentNode | undefined, purpose: Code): ContentNode | undefined {
  const found = measurement?.childOf(purpose);
  return found?.valueType === 'SCOORD' ? found : undefined;
}

/**
 * A closed POLYLINE as a ring without its repeated point; `undefined`, and a word to `remark`, where it cannot be used.
 * PS3.3 C.18.6.1.2.
 */
export function ringOf(
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
