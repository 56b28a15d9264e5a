/**
 * Type of the labels: sizes in CSS pixels, and the ground that lines of text need on a surface.
 */
import type { Rectangle, Surface } from './overlay-shape.ts';

/** Type size and spacing of labels, in CSS pixels. */
export const LABEL = { fontSize: 12.5, lineHeight: 16, padding: 5, gap: 6 } as const;

/** The part of a text item that its frame and its surface decide. */
export function textItem(lines: readonly string[], frame: Rectangle, { pixelRatio }: Surface) {
  const [fontSize, padding] = [LABEL.fontSize * pixelRatio, LABEL.padding * pixelRatio];
  return { kind: 'text', frame, lines, fontSize, padding } as const;
}

/** Width and height of the ground beneath lines of text, in surface pixels. */
export function labelSize(lines: readonly string[], { measure, pixelRatio }: Surface) {
  const width = Math.max(...lines.map(measure)) + 2 * LABEL.padding;
  const height = lines.length * LABEL.lineHeight + LABEL.padding;
  return { width: width * pixelRatio, height: height * pixelRatio };
}
