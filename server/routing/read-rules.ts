/**
 * Text of the routing file → rules, or every fault of it with its line. The only importer of `yaml`.
 */
import { isMap, isPair, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { rulesFile, type DestinationSettings, type RuleSettings, type RulesFile } from './rules-schema.ts';

/** A rule, and where it stands. */
export interface Rule extends RuleSettings {
  /** 1-based line of the file. */
  readonly line: number;
}

/** A file that is valid. */
export interface RoutingRules {
  readonly destinations: ReadonlyMap<string, DestinationSettings>;
  readonly rules: readonly Rule[];
}

/** What holds where there is no file: everything is done as the configuration says, nothing is sent. */
export const NO_RULES: RoutingRules = { destinations: new Map(), rules: [] };

/** Far more than rules need: a file that says more is a mistake, or an attack by aliases. */
const MOST_ALIASES = 100;

interface Fault {
  readonly line: number;
  readonly message: string;
}

/**
 * Reads a routing file. `modelIds` are the models that rules may name. Throws `invalid-configuration` with one line a fault:
 * `name:line: place: what was expected`. Values are not repeated.
 */
export function readRules(text: string, fileName: string, modelIds: readonly string[]): RoutingRules {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const faults: Fault[] = document.errors.map(({ message, pos: [offset] }) => ({
    line: lineAt(offset),
    message,
  }));
  const file = faults.length === 0 ? checked(document, lineAt, faults) : undefined;
  if (file) faults.push(...danglingNames(file, modelIds, (path) => lineOf(document, path, lineAt)));
  if (!file || faults.length > 0) throw refusal(fileName, faults);
  return {
    destinations: new Map(Object.entries(file.destinations)),
    rules: file.rules.map((rule, index) => ({ ...rule, line: lineOf(document, ['rules', index], lineAt) })),
  };
}

function checked(
  document: Document,
  lineAt: (offset: number) => number,
  faults: Fault[],
): RulesFile | undefined {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    faults.push({ line: 1, message: 'the file repeats itself by too many aliases' });
    return undefined;
  }
  const parsed = rulesFile.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  faults.push(
    ...parsed.error.issues.flatMap(leavesOf).map((issue) => {
      const path = pathOf(issue);
      return { line: lineOf(document, path, lineAt), message: `${placeOf(path)}: ${issue.message}` };
    }),
  );
  return undefined;
}

/** Of a union, the branch that came furthest speaks for it where the union itself says nothing of use. */
function leavesOf(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return [issue];
  const [branch = []] = issue.errors.toSorted((one, other) => depthOf(other) - depthOf(one));
  return branch.flatMap((inner) => leavesOf({ ...inner, path: [...issue.path, ...inner.path] }));
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)));
}

/** A key that is not known is itself the place. */
function pathOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return place.replace(/^\./, '') || 'the file';
}

/** The line of the key at a path, or of the nearest thing above it that is there. */
function lineOf(
  document: Document,
  path: readonly PropertyKey[],
  lineAt: (offset: number) => number,
): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap(parent) ? parent.items.find(({ key }) => textOfKey(key) === String(last)) : undefined;
    const node: unknown = isPair(pair) ? pair.key : document.getIn(path.slice(0, length), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    if (Array.isArray(range)) return lineAt(Number(range[0]));
  }
  return 1;
}

function textOfKey(key: unknown): string {
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);
}

/** Names that lead nowhere, and rules of one name. */
function danglingNames(
  { destinations, rules }: RulesFile,
  modelIds: readonly string[],
  lineOfPath: (path: readonly PropertyKey[]) => number,
): readonly Fault[] {
  const fault = (path: readonly PropertyKey[], message: string): Fault => ({
    line: lineOfPath(path),
    message: `${placeOf(path)}: ${message}`,
  });
  return rules.flatMap((rule, index) => [
    ...(rules.findIndex(({ name }) => name === rule.name) === index
      ? []
      : [fault(['rules', index, 'name'], 'another rule has this name')]),
    ...(rule.send ?? []).flatMap(({ to }, at) =>
      to in destinations ? [] : [fault(['rules', index, 'send', at], `there is no destination ${to}`)],
    ),
    ...(rule.priors && !isDicomNode(destinations[rule.priors.from])
      ? [fault(['rules', index, 'priors', 'from'], `there is no dicom destination ${rule.priors.from}`)]
      : []),
    ...(rule.models ?? []).flatMap((id, at) =>
      modelIds.includes(id)
        ? []
        : [
            fault(
              ['rules', index, 'models', at],
              `no model ${id} is loaded; expected some of ${modelIds.join(', ')}`,
            ),
          ],
    ),
  ]);
}

function isDicomNode(settings: DestinationSettings | undefined): boolean {
  return settings !== undefined && 'dicom' in settings;
}

function refusal(fileName: string, faults: readonly Fault[]): PacsError {
  const lines = faults
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, message }) => `${fileName}:${line}: ${message}`);
  return new PacsError('invalid-configuration', lines.join('\n'));
}
