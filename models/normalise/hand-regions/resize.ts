/**
 * Bilinear resizing of 8-bit planes without antialiasing, as OpenCV's INTER_LINEAR does it: half-pixel centres, weights of 11 bits.
 *
 * Trap: halving both sides exactly is a case of its own in OpenCV, the mean of 2 × 2 pixels.
 */
import { type Plane, roundHalfEven } from './plane.ts';

const ONE = 2048;

/** For each output position: the two input positions and their weights, which add up to 2048 but for rounding. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Int32Array;
  readonly secondWeight: Int32Array;
}

/** The plane at another size; its aspect may change. */
export function resize(plane: Plane, columns: number, rows: number): Plane {
  if (plane.columns === columns && plane.rows === rows) return plane;
  if (plane.columns === 2 * columns && plane.rows === 2 * rows) return halved(plane);
  const across = tapsFor(plane.columns, columns, true);
  const down = tapsFor(plane.rows, rows, false);
  const samples = new Uint8Array(columns * rows);
  const widened = new Map<number, Int32Array>();
  const rowAt = (y: number) => {
    const known = widened.get(y);
    if (known) return known;
    const row = widenedRow(plane, y, across);
    widened.set(y, row);
    return row;
  };
  for (let y = 0; y < rows; y++) {
    const upper = rowAt(down.first[y]!);
    const lower = rowAt(down.second[y]!);
    const upperWeight = down.firstWeight[y]!;
    const lowerWeight = down.secondWeight[y]!;
    for (let x = 0; x < columns; x++) {
      const sum = ((upperWeight * (upper[x]! >> 4)) >> 16) + ((lowerWeight * (lower[x]! >> 4)) >> 16);
      samples[y * columns + x] = (sum + 2) >> 2;
    }
  }
  return { columns, rows, samples };
}

/** `snapsToEdge`: beyond the outermost centres the outermost column alone counts; rows keep both weights on one row. */
function tapsFor(inputSize: number, outputSize: number, snapsToEdge: boolean): Taps {
  const scale = 1 / (outputSize / inputSize);
  const last = inputSize - 1;
  const taps = {
    first: new Int32Array(outputSize),
    second: new Int32Array(outputSize),
    firstWeight: new Int32Array(outputSize),
    secondWeight: new Int32Array(outputSize),
  };
  for (let out = 0; out < outputSize; out++) {
    const position = Math.fround((out + 0.5) * scale - 0.5);
    const below = Math.floor(position);
    const isBeyond = snapsToEdge && (below < 0 || below >= last);
    const share = isBeyond ? 0 : Math.fround(position - below);
    taps.first[out] = Math.min(last, Math.max(0, below));
    taps.second[out] = Math.min(last, Math.max(0, isBeyond ? below : below + 1));
    taps.firstWeight[out] = roundHalfEven(Math.fround(1 - share) * ONE);
    taps.secondWeight[out] = roundHalfEven(share * ONE);
  }
  return taps;
}

function widenedRow({ samples, columns }: Plane, y: number, across: Taps): Int32Array {
  const from = y * columns;
  return across.first.map(
    (first, x) =>
      samples[from + first]! * across.firstWeight[x]! +
      samples[from + across.second[x]!]! * across.secondWeight[x]!,
  );
}

function halved(plane: Plane): Plane {
  const columns = plane.columns / 2;
  const rows = plane.rows / 2;
  const samples = new Uint8Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = 2 * y * plane.columns + 2 * x;
      const below = from + plane.columns;
      const sum =
        plane.samples[from]! + plane.samples[from + 1]! + plane.samples[below]! + plane.samples[below + 1]!;
      samples[y * columns + x] = (sum + 2) >> 2;
    }
  }
  return { columns, rows, samples };
}
