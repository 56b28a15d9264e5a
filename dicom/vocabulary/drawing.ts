/**
 * A picture as a list of shapes: what the result writers decide and the imaging threads draw, without either knowing the
 * other. All places are image points of the picture, its outer corner 0\0; grey is 0 black to 1 white.
 */
import type { SourceImage } from './finding.ts';
import type { BoundingBox, ImagePoint } from './geometry.ts';

/** Size of a letter in points, and the space that follows it in each direction. */
export const LETTER = { columns: 5, rows: 7, space: 1 } as const;

/** A line through points, `width` pixels wide; with `dash`, so many pixels on and so many off. */
export interface DrawnLine {
  readonly kind: 'line';
  readonly points: readonly ImagePoint[];
  readonly width: number;
  readonly grey: number;
  readonly dash?: { readonly on: number; readonly off: number };
}

/** A filled rectangle; edges at whole pixels. */
export interface DrawnArea {
  readonly kind: 'area';
  readonly box: BoundingBox;
  readonly grey: number;
}

/** One line of text on a dark ground; `at` is the top left of its first letter, each point of a letter `scale` pixels wide. */
export interface DrawnText {
  readonly kind: 'text';
  readonly text: string;
  readonly at: ImagePoint;
  readonly scale: number;
  readonly grey: number;
}

export type DrawnShape = DrawnLine | DrawnArea | DrawnText;

/** Shapes in the order in which they are drawn, on black or on a source image of the same size as its window shows it. */
export interface Drawing {
  readonly rows: number;
  readonly columns: number;
  readonly ground?: SourceImage;
  readonly shapes: readonly DrawnShape[];
}

/** How many letters a line of `width` pixels holds, at least one. */
export function lettersAcross(width: number, scale: number): number {
  const pitch = LETTER.columns + LETTER.space;
  return Math.max(1, Math.floor((width / scale - 2 * LETTER.space) / pitch));
}

/** Extent of a line of text in pixels, the ground around it included. */
export function extentOfText(
  text: string,
  scale: number,
): { readonly width: number; readonly height: number } {
  const pitch = LETTER.columns + LETTER.space;
  return {
    width: (Array.from(text).length * pitch + 2 * LETTER.space) * scale,
    height: (LETTER.rows + 2 * LETTER.space) * scale,
  };
}
