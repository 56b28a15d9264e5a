/**
 * Suppression of boxes that say the same thing (greedy non-maximum suppression).
 */
import { type BoundingBox, intersectionOverUnion } from '../../dicom/vocabulary/geometry.ts';

/** A box in tensor points with its score, 0–1. */
export interface ScoredBox {
  readonly box: BoundingBox;
  readonly score: number;
}

/** Keeps the best of every group of boxes that overlap by more than `iou`, at most `most`. Best first. */
export function suppressOverlaps<B extends ScoredBox>(
  boxes: readonly B[],
  iou: number,
  most: number,
): readonly B[] {
  const kept: B[] = [];
  for (const candidate of boxes.toSorted((one, other) => other.score - one.score)) {
    if (kept.length === most) break;
    if (kept.every(({ box }) => intersectionOverUnion(box, candidate.box) <= iou)) kept.push(candidate);
  }
  return kept;
}
