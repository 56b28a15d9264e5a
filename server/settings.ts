/**
 * Every setting as people read it: the one table that the configuration is read by, and that `--help` and
 * `docs/configuration.md` show.
 */
import {
  CAPTURE_ENCODINGS,
  DEFAULT_CAPTURE_ENCODING,
  DEFAULT_RESULT_OBJECTS,
  RESULT_OBJECT_KINDS,
  type ReportClass,
} from '../dicom/results/index.ts';
import { EXECUTION_PROVIDERS } from '../models/runtime/execution-provider.ts';
import { ACCESS_SETTINGS } from './access-settings.ts';
import { DIMSE_SETTINGS } from './dimse-settings.ts';
import { LOG_LEVELS } from './operations/log.ts';

/** One setting as people read it. */
export interface Setting {
  readonly name: string;
  /** The default as text; the reader applies the same one. */
  readonly default: string;
  readonly meaning: string;
  /** What a valid value is, for the message about one that is not. */
  readonly expected: string;
}

const ON_OFF = 'on or off';

/** SOP classes of the report by the names that settings use. */
export const REPORT_CLASS_NAMES = {
  'comprehensive-3d-sr': 'comprehensive3dSr',
  'comprehensive-sr': 'comprehensiveSr',
} as const satisfies Record<string, ReportClass>;

/** Every setting, in the order they are shown. */
export const SETTINGS = {
  OSTEON_HOST: {
    default: '127.0.0.1',
    meaning: 'Address to listen on. Any but a loopback address demands authentication, and TLS or a proxy.',
    expected: 'an IP address or localhost',
  },
  OSTEON_PORT: {
    default: '8600',
    meaning: 'TCP port of the reading room and of DICOMweb; 0 takes any free one.',
    expected: 'a whole number from 0 to 65535',
  },
  OSTEON_OHIF_PORT: {
    default: '8601',
    meaning:
      'TCP port of the OHIF viewer, which the first start fetches (50 MB); 0 takes any free one, off serves none.',
    expected: 'a whole number from 0 to 65535, or off',
  },
  ...DIMSE_SETTINGS,
  OSTEON_DATA: {
    default: './data',
    meaning: 'Folder for stored objects and the embedded database.',
    expected: 'a path',
  },
  DATABASE_URL: {
    default: '',
    meaning: 'PostgreSQL to use, as postgresql://user:password@host:port/database. Unset: the embedded one.',
    expected: 'a URL that begins with postgresql:// or postgres://',
  },
  DATABASE_URL_FILE: {
    default: '',
    meaning: 'File that holds this URL, instead of the variable.',
    expected: 'a path',
  },
  OSTEON_DATABASE_TIMEOUT_SECONDS: {
    default: '60',
    meaning:
      'Seconds that a statement may take in the database before a request is answered 503; 0 sets no limit. Migrations have none.',
    expected: 'a whole number from 0 to 3600',
  },
  OSTEON_WORKERS: {
    default: 'cores − 1',
    meaning: 'Number of inference workers; at least 1.',
    expected: 'a whole number from 1 to 256',
  },
  OSTEON_EXECUTION_PROVIDER: {
    default: 'cpu',
    meaning:
      'Where the networks are computed. Without CUDA, cuda falls back to the CPU with a line in the log.',
    expected: `one of ${EXECUTION_PROVIDERS.join(', ')}`,
  },
  OSTEON_MODALITIES: {
    default: 'DX,CR',
    meaning: 'Modalities whose images are analysed.',
    expected: 'modality codes (PS3.3 C.7.3.1.1.1) separated by commas',
  },
  OSTEON_MODELS: {
    default: '',
    meaning:
      'Ids of the models that run, separated by commas. Unset: all but those that run only when named (bone-age-regions).',
    expected: 'model ids (lower-case letters, digits, hyphens) separated by commas',
  },
  OSTEON_RESEARCH_MODELS: {
    default: 'off',
    meaning: 'Whether models with non-commercial weights run on every study, or on demo studies alone (off).',
    expected: ON_OFF,
  },
  OSTEON_STUDY_QUIET_SECONDS: {
    default: '5',
    meaning: 'Seconds without a new image after which a study is complete and its results are written.',
    expected: 'a number from 0 to 3600',
  },
  OSTEON_RESULT_OBJECTS: {
    default: DEFAULT_RESULT_OBJECTS.join(','),
    meaning:
      'What is written for an analysed study: the report (sr), presentation states (gsps), segmentations of outlines (seg), summary images (sc), key objects where something is definite (kos).',
    expected: `sr and any of ${RESULT_OBJECT_KINDS.filter((kind) => kind !== 'sr').join(', ')}, separated by commas`,
  },
  OSTEON_REPORT_CLASS: {
    default: 'comprehensive-3d-sr',
    meaning: 'SOP class of the report, whose content is the same in each.',
    expected: `one of ${Object.keys(REPORT_CLASS_NAMES).join(', ')}`,
  },
  OSTEON_SUMMARY_ENCODING: {
    default: DEFAULT_CAPTURE_ENCODING,
    meaning: 'How summary images are encoded: native is Explicit VR Little Endian, jpeg is JPEG Baseline.',
    expected: `one of ${CAPTURE_ENCODINGS.join(', ')}`,
  },
  OSTEON_ROUTING: {
    default: '',
    meaning:
      'YAML file that says which studies are analysed, how, and where results go (docs/routing.md). Unset: every study, nowhere.',
    expected: 'a path',
  },
  OSTEON_DELIVERY_DAYS: {
    default: '90',
    meaning:
      'Days that what was delivered stays in the list of deliveries; 0 keeps it for ever. Dead letters stay, and so does the audit trail.',
    expected: 'a whole number from 0 to 3650',
  },
  OSTEON_ORGANIZATION: {
    default: '',
    meaning: 'Organization that readers sign reviews for. Unset: the institution that the study names.',
    expected: 'at most 64 characters',
  },
  OSTEON_DEMO: {
    default: 'on',
    meaning: 'Whether the first start loads the synthetic demo studies.',
    expected: ON_OFF,
  },
  OSTEON_ALLOW_DELETE: {
    default: 'off',
    meaning: 'Whether studies, series and instances may be deleted by DELETE on their DICOMweb address.',
    expected: ON_OFF,
  },
  OSTEON_LOG_LEVEL: {
    default: 'info',
    meaning: 'How much is logged.',
    expected: `one of ${LOG_LEVELS.join(', ')}`,
  },
  OSTEON_CORS_ORIGINS: {
    default: '',
    meaning: 'Origins whose pages may use DICOMweb, separated by commas. Unset: none but our own.',
    expected: 'origins such as https://viewer.example:8443 separated by commas',
  },
  ...ACCESS_SETTINGS,
  OSTEON_MAX_OBJECT_MB: {
    default: '512',
    meaning: 'The largest object taken, in megabytes (1 MB = 1,000,000 bytes).',
    expected: 'a whole number from 1 to 16384',
  },
  OSTEON_MAX_BODY_MB: {
    default: '65536',
    meaning: 'The largest body of one store request, all its parts together, in megabytes.',
    expected: 'a whole number from 1 to 1048576',
  },
  OSTEON_MAX_PARTS: {
    default: '100000',
    meaning: 'Most parts in the body of one store request.',
    expected: 'a whole number from 1 to 1000000',
  },
  OSTEON_MAX_PART_HEADER_KB: {
    default: '16',
    meaning: 'Most kilobytes (1 kB = 1,000 bytes) of headers of one part.',
    expected: 'a whole number from 1 to 1000',
  },
  OSTEON_MAX_SEQUENCE_DEPTH: {
    default: '48',
    meaning: 'Deepest nesting of sequences in an object that is taken.',
    expected: 'a whole number from 1 to 500',
  },
  OSTEON_MAX_ELEMENTS: {
    default: '500000',
    meaning: 'Most elements in the header of an object that is taken, those of sequence items included.',
    expected: 'a whole number from 100 to 10000000',
  },
  OSTEON_MAX_INFLATED_MB: {
    default: '1000',
    meaning:
      'The largest data set that an object in the deflated transfer syntax may inflate to, in megabytes.',
    expected: 'a whole number from 1 to 1000',
  },
  OSTEON_MAX_FRAME_MEGASAMPLES: {
    default: '400',
    meaning:
      'The largest frame that is decoded for viewers, in millions of Rows × Columns × SamplesPerPixel; larger ones are kept and sent as stored.',
    expected: 'a whole number from 1 to 400',
  },
  OSTEON_REQUESTS_PER_MINUTE: {
    default: '0',
    meaning: 'Most requests of one address in a minute, health and metrics aside; 0 sets no limit.',
    expected: 'a whole number from 0 to 1000000',
  },
} as const satisfies Record<string, Omit<Setting, 'name'>>;

/** A variable that is read. */
export type SettingName = keyof typeof SETTINGS;

/** The settings as rows, for the help page and the documentation. */
export function settingRows(): readonly Setting[] {
  return Object.entries(SETTINGS).map(([name, setting]) => ({ name, ...setting }));
}

/** The settings as a Markdown table: `docs/configuration.md` holds exactly this. */
export function settingsAsMarkdown(): string {
  const rows = settingRows().map(
    (setting) =>
      `| \`${setting.name}\` | ${setting.default === '' ? '(unset)' : `\`${setting.default}\``} | ${setting.meaning} Takes ${setting.expected}. |`,
  );
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}
