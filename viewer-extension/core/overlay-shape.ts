/**
 * What is to be drawn, twice: {@link OverlayShape} in points of the image, {@link DisplayItem} in pixels of a surface.
 *
 * Every painter (canvas, SVG, Cornerstone3D) takes the same display list; none of them knows a finding. Surfaces
 * differ only by their {@link Surface}, which says where an image point lies on them.
 */
import type { Certainty } from '../../dicom/vocabulary/finding.ts';
import type { BoundingBox, ImagePoint } from '../../dicom/vocabulary/geometry.ts';
import type { ReviewState } from './findings.ts';
import type { StrokeStyle } from './overlay-style.ts';

/** A position on a drawing surface, in its own pixels, from the top left. */
export interface SurfacePoint {
  readonly x: number;
  readonly y: number;
}

/** Where shapes are drawn. */
export interface Surface {
  /** In surface pixels. */
  readonly width: number;
  /** In surface pixels. */
  readonly height: number;
  /** Surface pixels per CSS pixel: line widths and type are scaled by it. */
  readonly pixelRatio: number;
  /** Where an image point (corner convention, PS3.3 C.18.6.1.1) lies on the surface. */
  readonly project: (point: ImagePoint) => SurfacePoint;
  /** Width of a line of label text in CSS pixels. */
  readonly measure: (text: string) => number;
}

interface ShapeBase {
  /** Tracking identifier of the finding; empty for what belongs to none. */
  readonly findingId: string;
  readonly certainty: Certainty;
  /** Absent: nobody has decided. */
  readonly review?: ReviewState;
  readonly isSelected: boolean;
}

/** One thing to draw, in image points. */
export type OverlayShape =
  | (ShapeBase & { readonly kind: 'box'; readonly box: BoundingBox })
  | (ShapeBase & {
      readonly kind: 'polyline';
      readonly points: readonly ImagePoint[];
      readonly isClosed: boolean;
    })
  /** A part of the hand that a bone age was read from. */
  | (ShapeBase & { readonly kind: 'region'; readonly points: readonly ImagePoint[] })
  | (ShapeBase & {
      readonly kind: 'label';
      readonly text: string;
      /** The label keeps clear of these points. */
      readonly around: readonly ImagePoint[];
    });

/** One thing to draw, in surface pixels, all choices made. Drawn in list order. */
export type DisplayItem =
  | {
      readonly kind: 'path';
      readonly findingId: string;
      readonly points: readonly SurfacePoint[];
      readonly isClosed: boolean;
      readonly stroke: StrokeStyle;
    }
  | {
      readonly kind: 'text';
      readonly findingId: string;
      /** Ground of the text: top left corner and size in surface pixels. */
      readonly frame: Rectangle;
      readonly lines: readonly string[];
      readonly colour: string;
      /** Type size in surface pixels. */
      readonly fontSize: number;
      readonly padding: number;
      readonly isSelected: boolean;
    };

export type DisplayList = readonly DisplayItem[];

/** A rectangle in surface pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Area that two rectangles share. */
export function overlapOf(one: Rectangle, other: Rectangle): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** The smallest rectangle that holds all points; `undefined` for none. */
export function hullOf(points: readonly SurfacePoint[]): Rectangle | undefined {
  if (points.length === 0) return undefined;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
