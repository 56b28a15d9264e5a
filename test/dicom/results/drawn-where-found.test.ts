/**
 * Presentation state and summary image drawn by others: the lines lie where the findings are, within a pixel, and what is
 * under them is the untouched image.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureEncoding, ResultObject, ResultObjectKind } from '../../../dicom/results/index.ts';
import type { ElementInput, Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import { extentOfText } from '../../../dicom/vocabulary/drawing.ts';
import { findingsOf, type Finding } from '../../../dicom/vocabulary/finding.ts';
import { cornersOf, imagePoint, type BoundingBox, type Polygon } from '../../../dicom/vocabulary/geometry.ts';
import { runTool } from '../../support/independent-readers.ts';
import { filesOfSet } from '../../support/result-files.ts';
import { ANALYSED, FINDINGS, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';
import { sharedData } from '../../support/shared-data.ts';

const { rows: ROWS, columns: COLUMNS } = SOURCE;
const RENDERER = join(sharedData() ?? '', '..', 'bench', 'gsps_render.py');

const TRIANGLE: Polygon = [imagePoint(0, 0), imagePoint(30.5, 10), imagePoint(10, 40)];

/** Definite, so that its lines have no gaps; one in the middle, one that begins at 0\0, one that ends at the last corner. */
const FRACTURES: readonly Finding<'fracture'>[] = findingsOf(FINDINGS, 'fracture')
  .slice(0, 1)
  .flatMap((fracture) => [
    fracture,
    {
      ...fracture,
      trackingId: 'fracture-2',
      box: { left: 0, top: 0, right: 30.5, bottom: 40 },
      polygon: TRIANGLE,
    },
    {
      ...fracture,
      trackingId: 'fracture-3',
      box: { left: 360, top: 520, right: COLUMNS, bottom: ROWS },
      polygon: [imagePoint(360, 520), imagePoint(COLUMNS, 540), imagePoint(COLUMNS, ROWS)],
    },
  ]);
const RINGS: readonly Polygon[] = FRACTURES.flatMap(({ box, polygon }) => [
  cornersOf(box),
  ...(polygon ? [polygon] : []),
]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'osteon-drawn-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Changes = { readonly [K in Keyword]?: ElementInput };

/** Files of the image and of the first object of a kind that is drawn on it. */
async function files(
  kind: ResultObjectKind,
  changes: Changes = {},
  captureEncoding: CaptureEncoding = 'native',
) {
  const input = resultInput({ ...ANALYSED, findings: FRACTURES }, metadataOf(changes));
  const { images, results } = await filesOfSet({ ...input, objects: ['sr', kind], captureEncoding });
  const drawn = results.findLast(({ object }) => object.kind === kind);
  const paths = { image: join(folder, 'image.dcm'), drawn: join(folder, 'drawn.dcm') };
  writeFileSync(paths.image, images[0] ?? '');
  writeFileSync(paths.drawn, drawn?.bytes ?? '');
  return { ...paths, texts: drawn ? textBoxes(drawn.object) : [] };
}

/** Where texts and their ground stand. */
function textBoxes({ pixels }: ResultObject): readonly BoundingBox[] {
  const shapes = pixels?.kind === 'drawing' ? pixels.drawing.shapes : [];
  return shapes.flatMap((shape) => {
    if (shape.kind !== 'text') return [];
    const { width, height } = extentOfText(shape.text, shape.scale);
    const [left, top] = [shape.at.x - shape.scale, shape.at.y - shape.scale];
    return [{ left: Math.floor(left), top: Math.floor(top), right: left + width, bottom: top + height }];
  });
}

/** Grey samples of a file as pydicom decodes and its own window shows them; MONOCHROME1 inverted. */
function shown(path: string): Uint8Array {
  const program = `
import sys, numpy as np, pydicom
d = pydicom.dcmread(sys.argv[1]); x = d.pixel_array.astype(np.float64)
c, w = float(d.WindowCenter), float(d.WindowWidth)
y = np.clip(((x - (c - .5)) / (w - 1) + .5) * 255, 0, 255)
if d.PhotometricInterpretation == 'MONOCHROME1': y = 255 - y
open(sys.argv[2], 'wb').write(np.round(y).astype(np.uint8).tobytes())`;
  const target = join(folder, 'samples');
  const { status, output } = runTool('/usr/bin/python3', ['-c', program, path, target]);
  if (status !== 0) throw new Error(output);
  return readFileSync(target);
}

/** Distance of a pixel's centre from the nearest line. */
function distanceFromLines(column: number, row: number): number {
  const [x, y] = [column + 0.5, row + 0.5];
  const distances = RINGS.flatMap((ring) =>
    ring.map((from, index) => {
      const to = ring[(index + 1) % ring.length] ?? from;
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const along = Math.min(
        1,
        Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1)),
      );
      return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
    }),
  );
  return Math.min(...distances);
}

/** Expects `isDrawn` on every line, and nowhere farther than `most` pixels from one. */
function expectOnLines(
  isDrawn: (pixel: number) => boolean,
  most: number,
  isElsewhere: (pixel: number) => boolean = () => false,
): void {
  const far: number[] = [];
  for (let pixel = 0; pixel < ROWS * COLUMNS; pixel++) {
    if (!isDrawn(pixel) || isElsewhere(pixel)) continue;
    if (distanceFromLines(pixel % COLUMNS, Math.floor(pixel / COLUMNS)) > most) far.push(pixel);
  }
  expect(far).toEqual([]);
  for (const ring of RINGS) {
    for (const [index, from] of ring.entries()) {
      const to = ring[(index + 1) % ring.length] ?? from;
      for (let step = 0; step <= 10; step++) {
        const [x, y] = [from.x + ((to.x - from.x) * step) / 10, from.y + ((to.y - from.y) * step) / 10];
        // A line along the very border is half outside: a renderer may leave it out.
        if (x < 0.5 || y < 0.5 || x > COLUMNS - 0.5 || y > ROWS - 0.5) continue;
        const near = [-1, 0, 1].flatMap((down) =>
          [-1, 0, 1].map((right) => {
            const column = Math.min(COLUMNS - 1, Math.max(0, Math.floor(x) + right));
            return Math.min(ROWS - 1, Math.max(0, Math.floor(y) + down)) * COLUMNS + column;
          }),
        );
        expect([x, y, near.some(isDrawn)]).toEqual([x, y, true]);
      }
    }
  }
}

/** Grey samples of a binary PGM file. */
function pgm(path: string): Uint8Array {
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 2).toString()).toBe('P5');
  return bytes.subarray(bytes.length - ROWS * COLUMNS);
}

describe.each<[string, Changes]>([
  ['MONOCHROME2', {}],
  ['MONOCHROME1', { PhotometricInterpretation: 'MONOCHROME1' }],
])('on a %s image', (_photometric, changes) => {
  it.skipIf(!existsSync(RENDERER))(
    'the presentation state lies within a pixel in a renderer of its own kind, and without its graphics is the image (needs the shared data)',
    async () => {
      const paths = await files('gsps', changes);
      const render = (...options: readonly string[]) => {
        const target = join(folder, 'rendered.pgm');
        const { status, stderr } = spawnSync(
          '/usr/bin/python3',
          [RENDERER, paths.drawn, paths.image, target, ...options],
          { encoding: 'utf8' },
        );
        if (status !== 0) throw new Error(stderr);
        return pgm(target);
      };
      const [bare, graphics] = [render('--no-graphics'), render()];
      expect(Buffer.from(bare).equals(shown(paths.image))).toBe(true);
      expectOnLines((pixel) => graphics[pixel] !== bare[pixel], 1.5);
    },
  );

  it.each<CaptureEncoding>(['native', 'jpeg'])(
    'the lines of a summary image (%s) lie within a pixel, and beside lines and texts it is the image',
    async (encoding) => {
      const { texts, ...paths } = await files('sc', changes, encoding);
      const [image, drawn] = [shown(paths.image), shown(paths.drawn)];
      const isInText = (pixel: number) => texts.some((box) => holds(box, pixel, encoding === 'jpeg' ? 8 : 0));
      expectOnLines((pixel) => (drawn[pixel] ?? 0) > (encoding === 'jpeg' ? 200 : 254), 1.5, isInText);
      // JPEG blocks of 8 × 8 pixels ring beside edges.
      const [margin, tolerance] = encoding === 'jpeg' ? [12, 12] : [3, 1];
      const changed = Array.from(image.keys()).filter(
        (pixel) =>
          Math.abs((drawn[pixel] ?? 0) - (image[pixel] ?? 0)) > tolerance &&
          !isInText(pixel) &&
          distanceFromLines(pixel % COLUMNS, Math.floor(pixel / COLUMNS)) > margin,
      );
      expect(changed).toEqual([]);
    },
  );
});

/** True where a pixel lies in a box or so many pixels beside it. */
function holds({ left, top, right, bottom }: BoundingBox, pixel: number, margin: number): boolean {
  const [column, row] = [pixel % COLUMNS, Math.floor(pixel / COLUMNS)];
  return column >= left - margin && column < right + margin && row >= top - margin && row < bottom + margin;
}
