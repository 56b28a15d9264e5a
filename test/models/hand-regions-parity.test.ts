/**
 * One region finder: OpenCV (training) and this one (serving) give the same montage of a real hand, bit by bit, and refuse the same hands.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HAND_REGIONS } from '../../dicom/vocabulary/finding.ts';
import { findHandRegions } from '../../models/normalise/hand-regions/find-regions.ts';
import { montageOf } from '../../models/normalise/hand-regions/montage.ts';
import { sharedData } from '../support/shared-data.ts';

const HANDS = 24;
const folder = mkdtempSync(join(tmpdir(), 'osteon-hand-regions-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Reference {
  readonly columns: number;
  readonly rows: number;
  readonly angle?: number;
  readonly boxes?: readonly number[][];
  readonly reason?: string;
}

function read(number: number, kind: string): Buffer {
  return readFileSync(join(folder, `${number}.${kind}`));
}

describe.skipIf(!sharedData())('on real hands (needs ../shared/data)', () => {
  it(`OpenCV and the server cut ${HANDS} of them alike`, () => {
    const hands = join(sharedData() ?? '', 'bone-age/hand');
    const images = readdirSync(hands)
      .toSorted()
      .slice(0, HANDS)
      .map((file) => join(hands, file));
    execFileSync('/usr/bin/python3', [
      join(import.meta.dirname, 'hand_regions_reference.py'),
      folder,
      ...images,
    ]);
    let found = 0;
    images.forEach((_, number) => {
      const reference = JSON.parse(read(number, 'json').toString()) as Reference;
      const grey = read(number, 'grey');
      const samples = new Float32Array(grey.buffer.slice(grey.byteOffset, grey.byteOffset + grey.byteLength));
      const search = findHandRegions({ ...reference, samples });
      expect(search.isFound).toBe(reference.reason === undefined);
      if (!search.isFound) return;
      found++;
      expect(search.degrees).toBeCloseTo(reference.angle ?? NaN, 9);
      const boxes = HAND_REGIONS.map((name) => search.boxes[name]);
      expect(boxes.map(({ x0, y0, x1, y1 }) => [x0, y0, x1, y1])).toEqual(reference.boxes);
      expect(read(number, 'montage').equals(montageOf(search.canvas, search.boxes).samples)).toBe(true);
    });
    expect(found).toBeGreaterThan(HANDS / 2);
    expect(found).toBeLessThan(HANDS);
  });

  it('a hand whose thumb is on the left is refused nearly always', () => {
    const accepted = Array.from({ length: HANDS }, (_, number) => number).filter((number) => {
      const { columns, rows } = JSON.parse(read(number, 'json').toString()) as Reference;
      const grey = read(number, 'grey');
      const samples = new Float32Array(grey.buffer.slice(grey.byteOffset, grey.byteOffset + grey.byteLength));
      for (let from = 0; from < samples.length; from += columns)
        samples.subarray(from, from + columns).reverse();
      return findHandRegions({ columns, rows, samples }).isFound;
    });
    expect(accepted.length).toBeLessThanOrEqual(1);
  });
});
