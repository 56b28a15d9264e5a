/**
 * The rules as they are at present: read at the start, and again whenever the file changes. A file that is not valid
 * changes nothing: the last valid rules hold on, and what is wrong can be seen.
 */
import { stat, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { NO_RULES, readRules, type RoutingRules } from './read-rules.ts';

const EVERY_MS = 2_000;

/** What is known of the file. */
export interface RulesState {
  readonly rules: RoutingRules;
  /** Absent: no file is configured. */
  readonly file?: string;
  /** When the rules that hold were read. */
  readonly readAt?: Date;
  /** Why the file as it is now does not hold. */
  readonly problem?: string;
}

export interface CurrentRules {
  /** The rules that hold. */
  readonly state: () => RulesState;
  /** Looks at the file now. Resolves whatever is in it; see `state().problem`. */
  reload(): Promise<void>;
  stop(): void;
}

export interface CurrentRulesOptions {
  /** Absent: no rules, ever. */
  readonly file: string | undefined;
  /** Models that rules may name. */
  readonly modelIds: readonly string[];
  /** Told when rules were taken over, and when a changed file was not. */
  readonly onChange?: (state: RulesState) => void;
}

/** Opens the rules. Throws `invalid-configuration` when the file cannot be read or is not valid at the start. */
export async function openRules({ file, modelIds, onChange }: CurrentRulesOptions): Promise<CurrentRules> {
  if (file === undefined) {
    return { state: () => ({ rules: NO_RULES }), reload: () => Promise.resolve(), stop: () => undefined };
  }
  let version = await versionOf(file);
  let state: RulesState = { rules: await read(file, modelIds), file, readAt: new Date() };
  const load = async (): Promise<void> => {
    const found = await versionOf(file);
    try {
      state = { rules: await read(file, modelIds), file, readAt: new Date() };
    } catch (error) {
      state = { ...state, problem: asPacsError(error, 'invalid-configuration').message };
    }
    version = found;
    onChange?.(state);
  };
  let loading = Promise.resolve();
  const reload = (): Promise<void> => (loading = loading.then(load));
  const timer = setInterval(() => {
    void versionOf(file).then((found) => (found === version ? undefined : reload()));
  }, EVERY_MS);
  timer.unref();
  return {
    state: () => state,
    reload,
    stop: () => {
      clearInterval(timer);
    },
  };
}

async function read(file: string, modelIds: readonly string[]): Promise<RoutingRules> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new PacsError('invalid-configuration', `OSTEON_ROUTING: ${basename(file)} cannot be read`, {
      cause,
    });
  }
  return readRules(text, basename(file), modelIds);
}

/** Changes when the file does. Editors that replace a file change its number; others its time. */
async function versionOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'absent';
  }
}
