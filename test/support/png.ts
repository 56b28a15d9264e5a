/**
 * Reads an 8-bit grey PNG, not interlaced: enough for golden files, without a library. W3C PNG, clauses 5, 9 and 10.
 */
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** Row by row from the top left, grey levels 0–255. */
export interface GreyPng {
  readonly columns: number;
  readonly rows: number;
  readonly samples: Uint8Array;
}

export function readGreyPng(path: string): GreyPng {
  const file = readFileSync(path);
  const columns = file.readUInt32BE(16);
  const rows = file.readUInt32BE(20);
  if (file[24] !== 8 || file[25] !== 0 || file[28] !== 0) {
    throw new Error(`${path}: expected 8-bit grey, not interlaced`);
  }
  const packed: Buffer[] = [];
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12) {
    const isData = file.toString('latin1', at + 4, at + 8) === 'IDAT';
    if (isData) packed.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  return { columns, rows, samples: unfiltered(inflateSync(Buffer.concat(packed)), columns, rows) };
}

function unfiltered(lines: Uint8Array, columns: number, rows: number): Uint8Array {
  const samples = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const line = row * (columns + 1);
    const from = row * columns;
    for (let column = 0; column < columns; column++) {
      const left = column > 0 ? (samples[from + column - 1] ?? 0) : 0;
      const up = row > 0 ? (samples[from + column - columns] ?? 0) : 0;
      const upLeft = column > 0 && row > 0 ? (samples[from + column - columns - 1] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][lines[line] ?? 0] ?? 0;
      samples[from + column] = (lines[line + 1 + column] ?? 0) + predicted;
    }
  }
  return samples;
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toUpLeft = Math.abs(estimate - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
