/**
 * The program's log: one JSON line per event on standard error (only importer of pino).
 *
 * Trap: no patient attribute, query string, or raw path may enter a log. An error's message is logged as it is
 * because a `PacsError` never holds such a value; any other error is logged by its class name and stack alone.
 */
import { pino } from 'pino';

/** Levels from loudest to quietest, as `OSTEON_LOG_LEVEL` takes them. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How much is logged. `silent` logs nothing. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What one log line may carry beside its message: plain values without patient data, and an error under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A place to log to. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Opens the log on standard error at `level`. */
export function createLog(level: LogLevel): Log {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: describeError } },
    pino.destination({ dest: 2, sync: true }),
  );
  return wrap(logger);
}

/** A log that keeps nothing. For tests and for the help page. */
export const SILENT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What may be said of an error in a log: kind, message and cause of ours; class name and stack frames of a foreign one. */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: Object.prototype.toString.call(error) };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error.name === 'PacsError' && 'kind' in error) {
    return { name: error.name, kind: error.kind, message: error.message, ...cause };
  }
  // A driver's code (a PostgreSQL SQLSTATE, an errno) says what went wrong without saying with whose data.
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name: error.name, ...code, frames: frames.slice(0, 8).map((line) => line.trim()), ...cause };
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (fields, message) => {
      logger.debug(fields, message);
    },
    info: (fields, message) => {
      logger.info(fields, message);
    },
    warn: (fields, message) => {
      logger.warn(fields, message);
    },
    error: (fields, message) => {
      logger.error(fields, message);
    },
  };
}
