/**
 * Where the fracture-probability network looked: its activation map, brought back into the geometry of the image.
 *
 * Made when somebody asks, never stored, never a finding. Trap: a cell's value belongs to its centre, so the map is read
 * between the centres of four cells; reading at the corners would shift it by half a stride.
 */
import { apply, compose, invert, scaleAndShift, type Affine } from '../dicom/vocabulary/geometry.ts';
import type { GreyImage } from '../dicom/vocabulary/image.ts';
import { PacsError } from '../dicom/vocabulary/failure.ts';
import type { Manifest } from './manifest.ts';
import { type Tensor, toTensor } from './normalise/to-tensor.ts';
import { outputOf } from './postprocess/outputs.ts';
import type { RunModel } from './pipeline.ts';

/** Longest side of a map that is handed out, in pixels. */
export const LONGEST_MAP_SIDE = 1024;

/** 0–255, row by row from the top left; covers the whole image, in its aspect ratio. */
export interface ActivationMap {
  readonly columns: number;
  readonly rows: number;
  readonly samples: Uint8Array;
}

/** The key of a manifest that says where its map is; `undefined` when the model has none. */
export function activationMapOf({ output }: Manifest) {
  return output.decoder === 'binary-probability' ? output.activationMap : undefined;
}

/** Runs the network on the image. Throws `not-found` when the model has no map, `model-failed` when the map does not fit. */
export async function activationOf(image: GreyImage, model: Manifest, run: RunModel): Promise<ActivationMap> {
  const contract = activationMapOf(model);
  if (!contract) throw new PacsError('not-found', `${model.id} gives no activation map`);
  const { tensor, toImage } = toTensor(image, model.input);
  const outputs = await run(model, { [model.input.name]: tensor });
  const map = outputOf(outputs, contract.name, [1, 1, -1, -1], [0, 1]);
  const [height, width] = [map.dims[2] ?? 0, map.dims[3] ?? 0];
  const { input } = model;
  if (width * contract.stride !== input.width || height * contract.stride !== input.height) {
    throw new PacsError(
      'model-failed',
      `output "${contract.name}" is ${width}×${height}; expected the input's size over ${contract.stride}`,
    );
  }
  const toCells = compose(invert(toImage), scaleAndShift(1 / contract.stride, 1 / contract.stride, 0, 0));
  return inImageGeometry(map, toCells, image);
}

/** Reads the map at the pixel centres of the image, or of a smaller one of the same shape. */
function inImageGeometry(map: Tensor, toCells: Affine, image: GreyImage): ActivationMap {
  const scale = Math.min(1, LONGEST_MAP_SIDE / Math.max(image.columns, image.rows));
  const columns = Math.max(1, Math.round(image.columns * scale));
  const rows = Math.max(1, Math.round(image.rows * scale));
  const fromMap = compose(scaleAndShift(image.columns / columns, image.rows / rows, 0, 0), toCells);
  const samples = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { x, y } = apply(fromMap, column + 0.5, row + 0.5);
      samples[row * columns + column] = Math.round(valueAt(map, x - 0.5, y - 0.5) * 255);
    }
  }
  return { columns, rows, samples };
}

/** Between the four nearest centres; beyond the outermost ones their value. */
function valueAt({ data, dims }: Tensor, x: number, y: number): number {
  const [height, width] = [dims[2] ?? 1, dims[3] ?? 1];
  const [atX, atY] = [within(x, width), within(y, height)];
  const [left, top] = [Math.floor(atX), Math.floor(atY)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const cell = (column: number, row: number) => data[row * width + column] ?? 0;
  const above = cell(left, top) + (cell(right, top) - cell(left, top)) * (atX - left);
  const below = cell(left, bottom) + (cell(right, bottom) - cell(left, bottom)) * (atX - left);
  return above + (below - above) * (atY - top);
}

function within(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}
