/**
 * Pictures made of a limb radiograph that show none: a crop too small to tell what it is of, and shuffled tiles.
 * The training made such pictures of its own images too (`negatives.py`).
 */
import { hash, randomFrom } from '../../dicom/phantom/random.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import { resample } from '../../models/normalise/resample.ts';
import { rewritten, wholeWindow } from './rewritten.ts';

const SIDE = 512;
const BITS = 8;
/** Side of a crop as a share of the long side. */
const CROP_SHARE = 0.08;
const TILES = 7;

const COMPOSITIONS = { crop: cropped, tiles: shuffled } as const;

export type CompositionName = keyof typeof COMPOSITIONS;
export const COMPOSITION_NAMES = Object.keys(COMPOSITIONS) as readonly CompositionName[];

/** An imported picture made into a composition; the same picture gives the same one. */
export async function composed(part10: Uint8Array, name: CompositionName): Promise<Uint8Array> {
  return await rewritten(part10, (image) => ({
    image: {
      columns: SIDE,
      rows: SIDE,
      samples: COMPOSITIONS[name](image, hash(`${name} ${part10.length} ${image.columns}`)),
    },
    bits: BITS,
    attributes: wholeWindow(BITS),
  }));
}

function cropped(image: GreyImage, seed: number): Float32Array {
  const random = randomFrom(seed);
  const { columns, rows, samples } = image;
  const side = Math.min(columns, rows, Math.max(8, Math.round(Math.max(columns, rows) * CROP_SHARE)));
  const left = Math.floor(random.next() * (columns - side + 1));
  const top = Math.floor(random.next() * (rows - side + 1));
  const part = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    const from = (top + row) * columns + left;
    part.set(samples.subarray(from, from + side), row * side);
  }
  return resample(part, side, side, SIDE, SIDE);
}

function shuffled({ columns, rows, samples }: GreyImage, seed: number): Float32Array {
  const random = randomFrom(seed);
  const size = Math.ceil(SIDE / TILES);
  const whole = size * TILES;
  const square = resample(samples, columns, rows, whole, whole);
  const order = Array.from({ length: TILES * TILES }, (_, tile) => ({ tile, key: random.next() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ tile }) => tile);
  const mixed = Float32Array.from({ length: whole * whole }, (_, at) => {
    const [x, y] = [at % whole, Math.floor(at / whole)];
    const from = order[Math.floor(y / size) * TILES + Math.floor(x / size)] ?? 0;
    const [fromX, fromY] = [(from % TILES) * size + (x % size), Math.floor(from / TILES) * size + (y % size)];
    return square[fromY * whole + fromX] ?? 0;
  });
  return resample(mixed, whole, whole, SIDE, SIDE);
}
