/**
 * The configuration: environment in, one validated value out. Adding a setting is one row of {@link SETTINGS} and one line
 * of {@link readConfiguration}.
 *
 * Trap: an empty variable counts as unset, as `docker run -e NAME=` and env files leave them.
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

import { CAPTURE_ENCODINGS, RESULT_OBJECT_KINDS, type ResultSettings } from '../dicom/results/index.ts';
import { EXECUTION_PROVIDERS, type ExecutionProvider } from '../models/runtime/execution-provider.ts';
import { type AccessConfiguration, readAccess } from './access-config.ts';
import { type DimseConfiguration, readDimse } from './dimse-config.ts';
import { LOG_LEVELS, type LogLevel } from './operations/log.ts';
import { type Environment, SettingReader } from './setting-reader.ts';
import { REPORT_CLASS_NAMES } from './settings.ts';
import { decimal, listAmong, listOf, oneOf, portOrOff, SWITCH, wholeNumber } from './setting-values.ts';

/** Everything the server is told from outside. */
export interface Configuration {
  readonly host: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** TCP port of OHIF; 0 lets the system choose one. */
  readonly ohifPort: number | 'off';
  readonly dimse: DimseConfiguration;
  /** Absolute path of the folder for objects and the embedded database. */
  readonly dataFolder: string;
  /** Absent: the embedded PostgreSQL. Holds a password; never log it. */
  readonly databaseUrl: string | undefined;
  /** Seconds that a statement may take in the database; 0: no limit. */
  readonly databaseTimeoutSeconds: number;
  /** Inference workers, at least 1. */
  readonly workers: number;
  /** Where the networks are computed, if it can be had. */
  readonly executionProvider: ExecutionProvider;
  /** Values of Modality (0008,0060) whose images are analysed. */
  readonly modalities: readonly string[];
  /** Ids of the models that run; absent: all. */
  readonly modelIds: readonly string[] | undefined;
  /** True when models whose weights are for non-commercial research may run on every study. */
  readonly researchModels: boolean;
  /** Seconds without a new image after which a study counts as complete. */
  readonly studyQuietSeconds: number;
  /** Which objects are written for each analysed study. */
  readonly results: Required<ResultSettings>;
  /** Absolute path of the routing file; absent: nothing is routed. */
  readonly routingFile: string | undefined;
  /** Days that what was delivered stays on record; 0: for ever. */
  readonly deliveryDays: number;
  /** Organization that readers sign for, (0040,A027); absent: the institution of the study. */
  readonly organization: string | undefined;
  /** True when the demo studies are loaded at the first start. */
  readonly demo: boolean;
  /** True when studies, series and instances may be deleted. */
  readonly allowDelete: boolean;
  readonly logLevel: LogLevel;
  /** Origins whose pages may use DICOMweb. */
  readonly corsOrigins: readonly string[];
  readonly access: AccessConfiguration;
  readonly limits: Limits;
}

/** How much one request, one object or one client may ask of the server. */
export interface Limits {
  /** The largest object taken, in bytes. */
  readonly maxObjectBytes: number;
  /** The largest body of one store, in bytes. */
  readonly maxBodyBytes: number;
  /** Parts of one body. */
  readonly maxParts: number;
  /** Bytes of the headers of one part. */
  readonly maxPartHeaderBytes: number;
  /** Sequences within sequences. */
  readonly maxSequenceDepth: number;
  /** Elements of one data set, those of items included. */
  readonly maxElements: number;
  /** Bytes that a deflated object may inflate to. */
  readonly maxInflatedBytes: number;
  /** Samples of the largest frame that is decoded for viewers, by its declared size. */
  readonly maxFrameSamples: number;
  /** Requests of one address in a minute; 0: no limit. */
  readonly requestsPerMinute: number;
}

/** Scheme, host and perhaps a port, as browsers send them: without a path. */
const ORIGIN = /^https?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/;
/** An address, or a name of this machine. */
const HOST = /^(localhost|[0-9.]+|[0-9a-f:.]+)$/i;

/**
 * Reads and checks the environment. Throws `invalid-configuration` that names every wrong variable and what it expects;
 * values are not repeated, since a URL holds a password.
 */
export function readConfiguration(environment: Environment): Configuration {
  const read = new SettingReader(environment);
  const host = read.one('OSTEON_HOST', z.string().regex(HOST));
  const configuration: Configuration = {
    host,
    port: read.one('OSTEON_PORT', wholeNumber(0, 65_535)),
    ohifPort: read.one('OSTEON_OHIF_PORT', portOrOff),
    dimse: readDimse(read),
    dataFolder: resolve(read.one('OSTEON_DATA', z.string())),
    databaseUrl: read.secret('DATABASE_URL', 'DATABASE_URL_FILE', z.url({ protocol: /^postgres(ql)?$/ })),
    databaseTimeoutSeconds: read.one('OSTEON_DATABASE_TIMEOUT_SECONDS', wholeNumber(0, 3600)),
    workers: read.optional('OSTEON_WORKERS', wholeNumber(1, 256)) ?? Math.max(1, availableParallelism() - 1),
    executionProvider: read.one('OSTEON_EXECUTION_PROVIDER', z.enum(EXECUTION_PROVIDERS)),
    modalities: read.one('OSTEON_MODALITIES', listOf(/^[A-Z0-9_ ]{1,16}$/)),
    modelIds: read.optional('OSTEON_MODELS', listOf(/^[a-z0-9][a-z0-9-]*$/)),
    researchModels: read.one('OSTEON_RESEARCH_MODELS', SWITCH),
    studyQuietSeconds: read.one('OSTEON_STUDY_QUIET_SECONDS', decimal().pipe(z.number().min(0).max(3600))),
    results: {
      objects: read.one('OSTEON_RESULT_OBJECTS', listAmong(RESULT_OBJECT_KINDS, 'sr')),
      reportClass: read.one('OSTEON_REPORT_CLASS', oneOf(REPORT_CLASS_NAMES)),
      captureEncoding: read.one('OSTEON_SUMMARY_ENCODING', z.enum(CAPTURE_ENCODINGS)),
    },
    routingFile: read.optional(
      'OSTEON_ROUTING',
      z.string().transform((path) => resolve(path)),
    ),
    deliveryDays: read.one('OSTEON_DELIVERY_DAYS', wholeNumber(0, 3650)),
    organization: read.optional('OSTEON_ORGANIZATION', z.string().max(64)),
    demo: read.one('OSTEON_DEMO', SWITCH),
    allowDelete: read.one('OSTEON_ALLOW_DELETE', SWITCH),
    logLevel: read.one('OSTEON_LOG_LEVEL', z.enum(LOG_LEVELS)),
    corsOrigins: read.optional('OSTEON_CORS_ORIGINS', listOf(ORIGIN)) ?? [],
    access: readAccess(read, host),
    limits: readLimits(read),
  };
  read.finish();
  return configuration;
}

function readLimits(read: SettingReader): Limits {
  return {
    maxObjectBytes: read.one('OSTEON_MAX_OBJECT_MB', wholeNumber(1, 16_384)) * 1_000_000,
    maxBodyBytes: read.one('OSTEON_MAX_BODY_MB', wholeNumber(1, 1_048_576)) * 1_000_000,
    maxParts: read.one('OSTEON_MAX_PARTS', wholeNumber(1, 1_000_000)),
    maxPartHeaderBytes: read.one('OSTEON_MAX_PART_HEADER_KB', wholeNumber(1, 1_000)) * 1_000,
    maxSequenceDepth: read.one('OSTEON_MAX_SEQUENCE_DEPTH', wholeNumber(1, 500)),
    maxElements: read.one('OSTEON_MAX_ELEMENTS', wholeNumber(100, 10_000_000)),
    maxInflatedBytes: read.one('OSTEON_MAX_INFLATED_MB', wholeNumber(1, 1_000)) * 1_000_000,
    maxFrameSamples: read.one('OSTEON_MAX_FRAME_MEGASAMPLES', wholeNumber(1, 400)) * 1_000_000,
    requestsPerMinute: read.one('OSTEON_REQUESTS_PER_MINUTE', wholeNumber(0, 1_000_000)),
  };
}
