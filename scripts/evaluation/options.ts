/**
 * The command line of `npm run models:evaluate`.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SPLITS, type Split } from './data-sets.ts';

export const USAGE = `usage: npm run models:evaluate -- --fracatlas DIR --bone-age DIR --json FILE
  --fracatlas DIR      annotations.json and images/
  --bone-age DIR       hand.csv and hand/
  --dicom DIR          DICOM files that show no limb; without it crops and compositions stand in for them
  --split WHICH        train, val or all (default: all images found)
  --limit N            at most N images of each set, evenly spaced
  --robustness         also measure other encodings, on 100 images of each set (or --limit)
  --json FILE          every figure
  --markdown FILE      the tables; without it they go to standard output
  --models IDS         models to run, by id, separated by commas (default: all in the folder)
  --models-folder DIR  where the model folders are (default: models/)
  --workers N          threads (default: one a processor)
`;

export interface Options {
  readonly fracAtlas: string;
  readonly boneAge: string;
  readonly dicom?: string;
  readonly split: Split;
  readonly limit: number;
  readonly hasRobustness: boolean;
  readonly json: string;
  readonly markdown?: string;
  readonly modelIds?: readonly string[];
  readonly modelsFolder: string;
  readonly workers?: number;
}

const ROOT = join(import.meta.dirname, '..', '..');

/** Reads the command line; `undefined` when something is missing or makes no sense. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fracatlas: { type: 'string' },
      'bone-age': { type: 'string' },
      dicom: { type: 'string' },
      split: { type: 'string', default: 'all' },
      limit: { type: 'string' },
      robustness: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      models: { type: 'string' },
      'models-folder': { type: 'string', default: join(ROOT, 'models') },
      workers: { type: 'string' },
    },
  });
  const { fracatlas, 'bone-age': boneAge, json, dicom, markdown, models } = values;
  const split = SPLITS.find((name) => name === values.split);
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  const workers = values.workers === undefined ? undefined : Number(values.workers);
  const areNumbersRight =
    limit >= 1 && (workers === undefined || (Number.isInteger(workers) && workers >= 1));
  if (fracatlas === undefined || boneAge === undefined || json === undefined || !split || !areNumbersRight)
    return undefined;
  return {
    fracAtlas: fracatlas,
    boneAge,
    split,
    limit,
    hasRobustness: values.robustness,
    json,
    modelsFolder: values['models-folder'],
    ...(dicom !== undefined && { dicom }),
    ...(markdown !== undefined && { markdown }),
    ...(models !== undefined && { modelIds: models.split(',') }),
    ...(workers !== undefined && { workers }),
  };
}
