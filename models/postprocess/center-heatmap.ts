/**
 * Boxes and outlines from a centre heat map: local maxima, four edge distances, suppression of overlapping boxes, and a
 * mask of the whole image.
 *
 * After "Objects as Points" (Zhou et al., 2019) and FCOS (Tian et al., 2019): a cell of the heat map says how likely a
 * fracture's centre lies in it, four distances say how far its edges are. Cell (i, j) has its centre at ((i + 0.5)·stride, …).
 */
import { z } from 'zod';
import { type BoundingBox, clipBox } from '../../dicom/vocabulary/geometry.ts';
import { conceptCode, findingCount, fraction, tensorName } from '../manifest-parts.ts';
import { outlineOf } from './contours.ts';
import { type Outputs, outputOf } from './outputs.ts';
import { type ScoredBox, suppressOverlaps } from './overlaps.ts';
import type { Decoder } from './reading.ts';

const stride = z.number().int().min(1).max(64);

export const centerHeatmapContract = z.strictObject({
  decoder: z.literal('center-heatmap'),
  heat: tensorName,
  distances: tensorName,
  mask: tensorName,
  stride,
  maskStride: stride,
  maskThreshold: fraction,
  nmsIou: fraction,
  maxDetections: findingCount,
  concept: conceptCode,
});

type Contract = z.infer<typeof centerHeatmapContract>;

export const centerHeatmap: Decoder<Contract> = {
  yields: 'instances',
  shapes: ({ heat, distances, mask }) => ({
    [heat]: [1, 1, -1, -1],
    [distances]: [1, 4, -1, -1],
    [mask]: [1, 1, -1, -1],
  }),
  read(outputs, contract, { threshold }) {
    const mask = outputOf(outputs, contract.mask, [1, 1, -1, -1], [0, 1]);
    const [, , rows = 0, columns = 0] = mask.dims;
    const plane = { data: mask.data, columns, rows, stride: contract.maskStride };
    const instances = peakBoxes(outputs, contract, threshold).map(({ box, score }) => {
      const polygon = outlineOf(plane, box, contract.maskThreshold);
      return { concept: contract.concept, score, box, ...(polygon && { polygon }) };
    });
    return { kind: 'instances', instances };
  },
};

/** Boxes that score at least `threshold`, best first. */
function peakBoxes(outputs: Outputs, contract: Contract, threshold: number): readonly ScoredBox[] {
  const heat = outputOf(outputs, contract.heat, [1, 1, -1, -1], [0, 1]);
  const [, , rows = 0, columns = 0] = heat.dims;
  const distances = outputOf(outputs, contract.distances, [1, 4, rows, columns]);
  const boxes: ScoredBox[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const score = heat.data[row * columns + column] ?? 0;
      if (score < threshold || !isPeak(heat.data, columns, rows, column, row)) continue;
      const box = boxAt(distances.data, columns, rows, column, row, contract.stride);
      if (box) boxes.push({ box, score });
    }
  }
  return suppressOverlaps(boxes, contract.nmsIou, contract.maxDetections);
}

/** True when no neighbour (3×3) is higher; of equal neighbours the first in reading order is the peak. */
function isPeak(heat: Float32Array, columns: number, rows: number, column: number, row: number): boolean {
  const own = heat[row * columns + column]!;
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      if (x === column && y === row) continue;
      const other = heat[y * columns + x]!;
      const comesFirst = y < row || (y === row && x < column);
      if (other > own || (comesFirst && other === own)) return false;
    }
  }
  return true;
}

/** The box of one cell, clipped to the tensor; `undefined` when it has no area. */
function boxAt(
  distances: Float32Array,
  columns: number,
  rows: number,
  column: number,
  row: number,
  stride: number,
): BoundingBox | undefined {
  const at = row * columns + column;
  const plane = rows * columns;
  const x = (column + 0.5) * stride;
  const y = (row + 0.5) * stride;
  const box = clipBox(
    {
      left: x - distances[at]!,
      top: y - distances[plane + at]!,
      right: x + distances[2 * plane + at]!,
      bottom: y + distances[3 * plane + at]!,
    },
    columns * stride,
    rows * stride,
  );
  return box.right > box.left && box.bottom > box.top ? box : undefined;
}
