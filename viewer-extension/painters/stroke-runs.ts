/**
 * A display list with its neighbouring paths of one stroke put together: ten thousand boxes are then a handful of
 * strokes, which is what a painter pays for.
 */
import type { DisplayItem, DisplayList } from '../core/overlay-shape.ts';
import type { StrokeStyle } from '../core/overlay-style.ts';

export type PathItem = Extract<DisplayItem, { kind: 'path' }>;
export type TextItem = Extract<DisplayItem, { kind: 'text' }>;

/** What is painted at once: paths that share a stroke, or one text. */
export type PaintRun =
  { readonly kind: 'paths'; readonly stroke: StrokeStyle; readonly paths: readonly PathItem[] } | TextItem;

/** The runs of a list, in drawing order. */
export function strokeRuns(list: DisplayList): readonly PaintRun[] {
  const runs: PaintRun[] = [];
  let open: PathItem[] = [];
  const close = () => {
    const [first] = open;
    if (first) runs.push({ kind: 'paths', stroke: first.stroke, paths: open });
    open = [];
  };
  for (const item of list) {
    if (item.kind === 'text') {
      close();
      runs.push(item);
      continue;
    }
    const [first] = open;
    if (first && !isSameStroke(first.stroke, item.stroke)) close();
    open.push(item);
  }
  close();
  return runs;
}

function isSameStroke(one: StrokeStyle, other: StrokeStyle): boolean {
  return (
    one.colour === other.colour &&
    one.width === other.width &&
    one.haloWidth === other.haloWidth &&
    one.dash.join() === other.dash.join()
  );
}
