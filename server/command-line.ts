/**
 * The arguments of `npm start -- …` and the page that explains them.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';

import { PacsError } from '../dicom/vocabulary/failure.ts';
import { settingRows } from './settings.ts';
import type { ImageDescription } from './ingest/import-image.ts';
import { textTable } from './operations/text-table.ts';

/** What the command line asks for. */
export interface Command {
  readonly help: boolean;
  /** Files and folders to import; empty: none. */
  readonly importPaths: readonly string[];
  /** What is said of imported JPEG and PNG images. */
  readonly description: ImageDescription;
  /** True when a bone age is asked for in every imported study. */
  readonly boneAge: boolean;
  /** True when the server stops once the import is analysed. */
  readonly exit: boolean;
  /** True when the reading room may be opened in a browser. */
  readonly opens: boolean;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  import: { type: 'boolean', default: false },
  modality: { type: 'string', default: 'DX' },
  'body-part': { type: 'string' },
  sex: { type: 'string' },
  age: { type: 'string' },
  'bone-age': { type: 'boolean', default: false },
  exit: { type: 'boolean', default: false },
  'no-open': { type: 'boolean', default: false },
} as const;

const HELP: readonly (readonly [string, string])[] = [
  ['--import PATH…', 'Import DICOM, JPEG and PNG files, and folders of them'],
  ['--bone-age', 'Ask for a bone age in every imported study'],
  ['--modality CODE', 'Modality of imported JPEG and PNG (DX)'],
  ['--body-part TERM', 'Body Part Examined of imported JPEG and PNG, e.g. HAND'],
  ['--sex M|F', 'Sex of the person in imported JPEG and PNG'],
  ['--age YEARS', 'Age of the person in imported JPEG and PNG'],
  ['--exit', 'Stop when the import is analysed, instead of serving on'],
  ['--no-open', 'Do not open the reading room in a browser'],
  ['--help', 'Print this page'],
];

/** Reads the arguments. Throws `invalid-configuration` that names the wrong one. */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.import !== positionals.length > 0) {
    throw invalid(values.import ? '--import needs a file or folder' : 'paths come after --import');
  }
  const sex = check('--sex', values.sex, z.enum(['M', 'F']), 'M or F');
  const age = check('--age', values.age, z.string().regex(/^\d{1,3}$/), 'a whole number of years');
  const term = z.string().regex(/^[A-Z0-9_ ]{1,16}$/);
  const bodyPart = check('--body-part', values['body-part'], term, 'up to 16 capital letters and digits');
  const modality = check('--modality', values.modality, term, 'a modality code such as DX') ?? 'DX';
  return {
    help: values.help,
    importPaths: positionals,
    description: {
      modality,
      ...(sex === undefined ? {} : { sex }),
      ...(age === undefined ? {} : { ageYears: Number(age) }),
      ...(bodyPart === undefined ? {} : { bodyPart }),
    },
    boneAge: values['bone-age'],
    exit: values.exit,
    opens: !values['no-open'] && !values.import,
  };
}

/** The help page: options, then the table of settings. */
export function helpPage(): string {
  const settings = settingRows().map(({ name, default: value, meaning }) => [
    name,
    value || '(unset)',
    meaning,
  ]);
  return [
    'Osteon: bone radiographs in, findings out as standard DICOM. Research use only. Not a medical device.',
    '',
    'npm start [-- OPTIONS]',
    '',
    textTable(['Option', 'Does'], HELP),
    '',
    textTable(['Variable', 'Default', 'Meaning'], settings),
    '',
  ].join('\n');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'the arguments cannot be read');
  }
}

function check<T>(
  name: string,
  value: string | undefined,
  schema: z.ZodType<T>,
  expected: string,
): T | undefined {
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(`${name} is not ${expected}`);
  return parsed.data;
}

function invalid(message: string): PacsError {
  return new PacsError('invalid-configuration', `${message} (see npm start -- --help)`);
}
