/**
 * The data sets of an evaluation as lists of files with their truth: FracAtlas, hands, files that show no limb.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Polygon, imagePoint } from '../../dicom/vocabulary/geometry.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { HandTruth, LimbTruth } from '../../models/evaluation/image-reading.ts';

export const SPLITS = ['train', 'val', 'all'] as const;
export type Split = (typeof SPLITS)[number];

/** A file and what is true of it. */
export interface Labelled<Truth> {
  readonly path: string;
  readonly truth: Truth;
}

/** A data set as far as its files are there. */
export interface DataSet<Truth> {
  readonly images: readonly Labelled<Truth>[];
  /** Listed, but without a file. */
  readonly missing: readonly string[];
}

const annotations = z.object({
  images: z.array(
    z.object({
      file: z.string(),
      width: z.number(),
      height: z.number(),
      original_size: z.tuple([z.number(), z.number()]).optional(),
      split: z.string().optional(),
      fractured: z.boolean(),
      regions: z.array(z.string()),
      views: z.array(z.string()).default([]),
      hardware: z.boolean().default(false),
      fractures: z.array(
        z.object({
          bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
          /** Rings of x, y, x, y, … in pixels of the file. */
          polygon: z.array(z.array(z.number())),
        }),
      ),
    }),
  ),
});
type Annotation = z.infer<typeof annotations>['images'][number];

/** FracAtlas: `annotations.json` and `images/`. Throws `bad-request` naming what is wrong with the table. */
export function readFracAtlas(folder: string, split: Split): DataSet<LimbTruth> {
  const parsed = annotations.safeParse(JSON.parse(readTable(folder, 'annotations.json')));
  if (!parsed.success)
    throw new PacsError('bad-request', `annotations.json: ${z.prettifyError(parsed.error)}`);
  const chosen = parsed.data.images.filter((entry) => split === 'all' || entry.split === split);
  return present(
    chosen.map((entry) => ({ path: join(folder, 'images', entry.file), truth: limbTruthOf(entry) })),
  );
}

function limbTruthOf(entry: Annotation): LimbTruth {
  return {
    file: entry.file,
    isFractured: entry.fractured,
    regions: entry.regions,
    views: entry.views,
    hasHardware: entry.hardware,
    longSide: Math.max(...(entry.original_size ?? [entry.width, entry.height])),
    fractures: entry.fractures.map(({ bbox: [x, y, width, height], polygon }) => ({
      box: { left: x, top: y, right: x + width, bottom: y + height },
      polygon: pointsOf(polygon.flat()),
    })),
  };
}

function pointsOf(numbers: readonly number[]): Polygon {
  return Array.from({ length: Math.floor(numbers.length / 2) }, (_, index) =>
    imagePoint(numbers[2 * index] ?? 0, numbers[2 * index + 1] ?? 0),
  );
}

/** Hands: `hand.csv` (file, bone_age_months, sex) and `hand/`. `validation` holds the ids that training left out. */
export function readHands(folder: string, split: Split, validation: ReadonlySet<string>): DataSet<HandTruth> {
  const [head = '', ...lines] = readTable(folder, 'hand.csv').trim().split(/\r?\n/);
  const columns = head.split(',');
  const chosen = lines.flatMap((line): Labelled<HandTruth>[] => {
    const cells = line.split(',');
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    const file = cell('file');
    const isHeldOut = validation.has(file.replace(/\.\w+$/, ''));
    if (split !== 'all' && isHeldOut !== (split === 'val')) return [];
    const months = Number(cell('bone_age_months'));
    if (file === '' || !Number.isFinite(months))
      throw new PacsError('bad-request', 'hand.csv has a row without a file or a bone age; expected both');
    const sex = (['F', 'M'] as const).find((known) => known === cell('sex'));
    const truth = { file, months, ...(sex && { sex }) };
    return [{ path: join(folder, 'hand', file), truth }];
  });
  return present(chosen);
}

/** The ids that the training says it left out (`osteon_training/splits.py`). */
export function readHeldOut(file: string): ReadonlySet<string> {
  const { ids } = z.object({ ids: z.array(z.string()) }).parse(JSON.parse(readFileSync(file, 'utf8')));
  return new Set(ids);
}

/** At most `limit` of a list, evenly spaced, in order. */
export function evenly<T>(items: readonly T[], limit: number): readonly T[] {
  if (items.length <= limit) return items;
  return Array.from(
    { length: limit },
    (_, index) => items[Math.floor((index * items.length) / limit)],
  ).filter((item): item is T => item !== undefined);
}

function present<Truth extends { readonly file: string }>(
  listed: readonly Labelled<Truth>[],
): DataSet<Truth> {
  return {
    images: listed.filter(({ path }) => existsSync(path)),
    missing: listed.filter(({ path }) => !existsSync(path)).map(({ truth }) => truth.file),
  };
}

function readTable(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (cause) {
    throw new PacsError('bad-request', `${name} cannot be read in the folder given`, { cause });
  }
}
