/**
 * Connected patches of a mask (4-connected component labelling by flood fill).
 */
import type { BoundingBox } from '../../dicom/vocabulary/geometry.ts';

/** Cells that hang together. */
export interface Patch {
  /** Indices into the plane, row by row. */
  readonly cells: readonly number[];
  /** In cells, from the outer corner of the first. */
  readonly bounds: BoundingBox;
}

/** The patches of cells that reach `threshold`, in reading order of their first cell. Neighbours share an edge. */
export function patchesOf(
  plane: Float32Array,
  columns: number,
  rows: number,
  threshold: number,
): readonly Patch[] {
  const isSeen = Uint8Array.from(plane, (value) => (value < threshold ? 1 : 0));
  const patches: Patch[] = [];
  for (let start = 0; start < rows * columns; start++) {
    if (isSeen[start] === 0) patches.push(patchFrom(start, isSeen, columns, rows));
  }
  return patches;
}

/** The patch of one cell; marks its cells as seen. */
function patchFrom(start: number, isSeen: Uint8Array, columns: number, rows: number): Patch {
  const cells = [start];
  isSeen[start] = 1;
  let [left, top, right, bottom] = [columns, rows, 0, 0];
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at]!;
    const column = cell % columns;
    const row = (cell - column) / columns;
    left = Math.min(left, column);
    top = Math.min(top, row);
    right = Math.max(right, column + 1);
    bottom = Math.max(bottom, row + 1);
    const take = (neighbour: number, isInside: boolean) => {
      if (!isInside || isSeen[neighbour] !== 0) return;
      isSeen[neighbour] = 1;
      cells.push(neighbour);
    };
    take(cell - 1, column > 0);
    take(cell + 1, column + 1 < columns);
    take(cell - columns, row > 0);
    take(cell + columns, row + 1 < rows);
  }
  return { cells, bounds: { left, top, right, bottom } };
}
