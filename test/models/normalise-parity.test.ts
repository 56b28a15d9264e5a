/**
 * One definition of the normalisation: Python (training) and TypeScript (serving) give the same tensor, within 1/255.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { InputSpec } from '../../models/input-contract.ts';
import { toTensor } from '../../models/normalise/to-tensor.ts';
import { sharedData } from '../support/shared-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'osteon-normalise-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Sidecar {
  readonly columns: number;
  readonly rows: number;
  readonly input: InputSpec;
}

/** The largest difference of any value, on the 0–1 scale before standardisation, over all images. */
function largestDifference(images: readonly string[], side: number): number {
  const reference = join(import.meta.dirname, 'normalise_reference.py');
  execFileSync('/usr/bin/python3', [reference, folder, String(side), String(side), ...images]);
  return Math.max(...images.map((_, number) => differenceOf(number)));
}

function differenceOf(number: number): number {
  const { columns, rows, input } = JSON.parse(
    readFileSync(join(folder, `${number}.json`), 'utf8'),
  ) as Sidecar;
  const { tensor } = toTensor({ columns, rows, samples: floatsOf(`${number}.grey`) }, input);
  const expected = floatsOf(`${number}.tensor`);
  expect(tensor.data).toHaveLength(expected.length);
  const standardise = input.steps.find((step) => step.op === 'standardise');
  const plane = input.width * input.height;
  let largest = 0;
  tensor.data.forEach((value, index) => {
    const std = standardise?.std[Math.floor(index / plane)] ?? 1;
    largest = Math.max(largest, Math.abs(value - (expected[index] ?? NaN)) * std);
  });
  return largest;
}

function floatsOf(name: string): Float32Array {
  const bytes = readFileSync(join(folder, name));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** An 8-bit grey PNG of a gradient with a bright disc. */
function writePng(name: string, columns: number, rows: number): string {
  const lines = Buffer.alloc(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const isDisc = Math.hypot(column - columns / 2, row - rows / 2) < Math.min(columns, rows) / 4;
      lines[row * (columns + 1) + 1 + column] = isDisc ? 240 : (column * 7 + row * 3) % 160;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns, 0);
  header.writeUInt32BE(rows, 4);
  header[8] = 8;
  const path = join(folder, name);
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(lines)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
  return path;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(data.length, 0);
  body.copy(result, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}

describe('training and serving normalise alike', () => {
  it('on portrait, landscape, tiny and odd-sized images', () => {
    const sizes = [
      [300, 500],
      [517, 233],
      [40, 40],
      [641, 640],
      [1, 90],
    ] as const;
    const images = sizes.map(([columns, rows], index) => writePng(`${index}.png`, columns, rows));
    expect(largestDifference(images, 224)).toBeLessThanOrEqual(1 / 255);
  });
});

describe.skipIf(!sharedData())('on real radiographs (needs ../shared/data)', () => {
  it('training and serving normalise 50 of them alike', () => {
    const data = sharedData() ?? '';
    const pick = (path: string, count: number) =>
      readdirSync(join(data, path))
        .toSorted()
        .slice(0, count)
        .map((file) => join(data, path, file));
    const images = [...pick('fracatlas/images', 30), ...pick('bone-age/hand', 20)];
    expect(largestDifference(images, 320)).toBeLessThanOrEqual(1 / 255);
  });
});
