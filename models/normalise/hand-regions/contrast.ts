/**
 * Grey levels: stretched to the whole range, smoothed, and equalised tile by tile (CLAHE), as OpenCV 4.6 does each.
 *
 * The contrast-limited adaptive histogram equalisation is Zuiderveld's (Graphics Gems IV, 1994).
 * Trap: CLAHE pads **both** axes when either does not divide into the tiles.
 */
import { type Plane, reflected, roundHalfEven, toLevel } from './plane.ts';

const LEVELS = 256;

/** The least level becomes 0, the greatest 255; an even plane becomes 0. */
export function stretchToFullRange(plane: Plane): Plane {
  let least = 255;
  let most = 0;
  for (const level of plane.samples) {
    if (level < least) least = level;
    if (level > most) most = level;
  }
  const scale = most > least ? 255 * (1 / (most - least)) : 0;
  const factor = Math.fround(scale);
  const shift = Math.fround(-least * scale);
  const table = Uint8Array.from({ length: LEVELS }, (_, level) =>
    toLevel(Math.fround(level * factor + shift)),
  );
  const samples = new Uint8Array(plane.samples.length);
  for (let index = 0; index < samples.length; index++) samples[index] = table[plane.samples[index]!]!;
  return { ...plane, samples };
}

/** Smooths with (1 4 6 4 1) / 16 along both axes; the border is reflected about its last pixel. */
export function smooth({ columns, rows, samples }: Plane): Plane {
  const across = new Int32Array(samples.length);
  for (let x = 0; x < columns; x++) {
    const [a, b, d, e] = neighboursOf(x, columns);
    for (let from = 0; from < samples.length; from += columns) {
      across[from + x] =
        samples[from + a]! +
        samples[from + e]! +
        4 * (samples[from + b]! + samples[from + d]!) +
        6 * samples[from + x]!;
    }
  }
  const result = new Uint8Array(samples.length);
  for (let y = 0; y < rows; y++) {
    const [a, b, d, e] = neighboursOf(y, rows).map((row) => row * columns) as [
      number,
      number,
      number,
      number,
    ];
    const from = y * columns;
    for (let x = 0; x < columns; x++) {
      const sum =
        across[a + x]! + across[e + x]! + 4 * (across[b + x]! + across[d + x]!) + 6 * across[from + x]!;
      result[from + x] = (sum + 128) >> 8;
    }
  }
  return { columns, rows, samples: result };
}

function neighboursOf(index: number, size: number): readonly [number, number, number, number] {
  return [
    reflected(index - 2, size),
    reflected(index - 1, size),
    reflected(index + 1, size),
    reflected(index + 2, size),
  ];
}

/** Equalises within `tiles × tiles` tiles, each histogram cut at `clipLimit` times its mean, tables blended between tiles. */
export function equalise(plane: Plane, clipLimit: number, tiles: number): Plane {
  const { columns, rows, samples } = plane;
  const isPadded = columns % tiles !== 0 || rows % tiles !== 0;
  const tileColumns = (isPadded ? columns + tiles - (columns % tiles) : columns) / tiles;
  const tileRows = (isPadded ? rows + tiles - (rows % tiles) : rows) / tiles;
  const tables: Uint8Array[] = [];
  for (let down = 0; down < tiles; down++) {
    for (let along = 0; along < tiles; along++) {
      tables.push(
        tableOf(histogramOf(plane, along * tileColumns, down * tileRows, tileColumns, tileRows), clipLimit),
      );
    }
  }
  const across = blendsFor(columns, tileColumns, tiles);
  const downward = blendsFor(rows, tileRows, tiles);
  const result = new Uint8Array(samples.length);
  for (let y = 0; y < rows; y++) {
    const { first: top, second: bottom, share: down, rest: up } = downward[y]!;
    for (let x = 0; x < columns; x++) {
      const { first: left, second: right, share, rest } = across[x]!;
      const level = samples[y * columns + x]!;
      const upper = blend(
        tables[top * tiles + left]![level]!,
        rest,
        tables[top * tiles + right]![level]!,
        share,
      );
      const lower = blend(
        tables[bottom * tiles + left]![level]!,
        rest,
        tables[bottom * tiles + right]![level]!,
        share,
      );
      result[y * columns + x] = toLevel(blend(upper, up, lower, down));
    }
  }
  return { columns, rows, samples: result };
}

/** a·u + b·v in 32-bit floats. */
function blend(a: number, u: number, b: number, v: number): number {
  return Math.fround(Math.fround(a * u) + Math.fround(b * v));
}

function histogramOf(plane: Plane, left: number, top: number, columns: number, rows: number): Int32Array {
  const histogram = new Int32Array(LEVELS);
  for (let y = top; y < top + rows; y++) {
    const from = reflected(y, plane.rows) * plane.columns;
    for (let x = left; x < left + columns; x++) {
      histogram[plane.samples[from + reflected(x, plane.columns)]!]!++;
    }
  }
  return histogram;
}

/** The cut histogram's running sum as levels; what was cut is spread evenly, the rest of it in even steps. */
function tableOf(histogram: Int32Array, clipLimit: number): Uint8Array {
  const area = histogram.reduce((sum, count) => sum + count, 0);
  const limit = Math.max(1, Math.trunc((clipLimit * area) / LEVELS));
  let excess = 0;
  histogram.forEach((count, level) => {
    excess += Math.max(0, count - limit);
    histogram[level] = Math.min(count, limit);
  });
  const each = Math.floor(excess / LEVELS);
  let rest = excess - each * LEVELS;
  const step = Math.max(Math.floor(LEVELS / Math.max(rest, 1)), 1);
  for (let level = 0; level < LEVELS; level++) histogram[level]! += each;
  for (let level = 0; level < LEVELS && rest > 0; level += step, rest--) histogram[level]!++;
  const scale = Math.fround((LEVELS - 1) / area);
  let sum = 0;
  return Uint8Array.from(histogram, (count) => {
    sum += count;
    return Math.min(255, roundHalfEven(Math.fround(sum * scale)));
  });
}

/** For one position along an axis: the two tiles whose tables are blended, and the weight of each. */
interface Blend {
  readonly first: number;
  readonly second: number;
  readonly share: number;
  readonly rest: number;
}

function blendsFor(size: number, tileSize: number, tiles: number): readonly Blend[] {
  const perPixel = Math.fround(1 / tileSize);
  return Array.from({ length: size }, (_, index) => {
    const position = Math.fround(Math.fround(index * perPixel) - 0.5);
    const below = Math.floor(position);
    const share = Math.fround(position - below);
    return {
      first: Math.max(below, 0),
      second: Math.min(below + 1, tiles - 1),
      share,
      rest: Math.fround(1 - share),
    };
  });
}
