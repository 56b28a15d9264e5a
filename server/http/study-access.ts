/**
 * Who sees which studies: a file of rules by match keys of QIDO-RS at study level (PS3.18 Table 10.6.3-3), e.g.
 * `{"restrictions": [{"who": ["group:north"], "studies": [{"AccessionNumber": "N*"}]}]}`.
 *
 * Whoever a rule names sees the studies that its rules together describe, and no others; whoever none names sees all.
 * What one may not see does not exist: 404, never 403.
 */
import { readFileSync } from 'node:fs';
import type { Request, RequestParamHandler } from 'express';
import { z } from 'zod';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import { principalOf } from '../security/authentication.ts';
import type { Principal } from '../security/principal.ts';
import type { StudyRestriction } from '../storage/search-sql.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { parseSearch } from './qido-parameters.ts';

const rulesFile = z.strictObject({
  restrictions: z.array(
    z.strictObject({
      who: z.array(z.string().regex(/^(role|group|key|subject|ae):.+$/)).min(1),
      studies: z.array(z.record(z.string(), z.string().min(1))),
    }),
  ),
});

/** One rule, read. */
interface Rule {
  readonly who: readonly string[];
  readonly studies: StudyRestriction;
}

type Search = Pick<StudyIndex, 'search'>;

/** The rules of a file, or none. */
export class StudyRules {
  readonly #rules: readonly Rule[];
  /** Principals are kept for as long as they are known; so is what was made of them. */
  readonly #applied = new WeakMap<Principal, Principal>();

  constructor(rules: readonly Rule[] = []) {
    this.#rules = rules;
  }

  /** Reads the file. Throws `invalid-configuration` that names what is wrong. */
  static open(path: string | undefined): StudyRules {
    return new StudyRules(path === undefined ? [] : readRules(path));
  }

  /** The principal with the studies that it sees, where a rule names it. */
  apply(principal: Principal): Principal {
    if (this.#rules.length === 0) return principal;
    const known = this.#applied.get(principal);
    if (known) return known;
    const named = this.#rules.filter(({ who }) => who.some((label) => principal.labels?.has(label)));
    const applied =
      named.length === 0 ? principal : { ...principal, studies: named.flatMap(({ studies }) => studies) };
    this.#applied.set(principal, applied);
    return applied;
  }

  /** The studies that a DICOM node of this AE title sees; absent: all of them. */
  ofNode(aeTitle: string): StudyRestriction | undefined {
    const named = this.#rules.filter(({ who }) => who.includes(`ae:${aeTitle}`));
    return named.length === 0 ? undefined : named.flatMap(({ studies }) => studies);
  }
}

/** Which of these studies the maker of a request sees. */
export async function visibleAmong(
  request: Request,
  index: Search,
  uids: readonly string[],
): Promise<ReadonlySet<string>> {
  const { studies: restriction } = principalOf(request);
  const sound = uids.filter(isUid);
  if (restriction === undefined || sound.length === 0) return new Set(sound);
  const matches = [{ key: TAG.StudyInstanceUID, anyOf: [{ form: 'uid', values: sound }] }] as const;
  const page = await index.search({ level: 'study', matches, restriction, limit: sound.length, offset: 0 });
  return new Set(page.matches.flatMap((match) => textOf(match, TAG.StudyInstanceUID) ?? []));
}

/**
 * For `router.param('study', …)`: a study that one does not see is not found. Storing into a study is not seeing it, and is
 * left to its permission.
 */
export function guardStudies(index: Search): RequestParamHandler {
  return (request, _response, next, study: unknown) => {
    const isStore = request.method === 'POST' && request.baseUrl === '/dicom-web';
    if (isStore || principalOf(request).studies === undefined) {
      next();
      return;
    }
    visibleAmong(request, index, [String(study)]).then((visible) => {
      next(visible.size > 0 ? undefined : new PacsError('not-found', 'No such study is stored'));
    }, next);
  };
}

/** Names the attribute that is wrong: the file is the administrator's, and holds no patient. */
function matchesOf(keys: Readonly<Record<string, string>>): StudyRestriction[number] {
  for (const [name, value] of Object.entries(keys)) {
    try {
      parseSearch({ [name]: value }, { level: 'study' });
    } catch (cause) {
      throw new PacsError('invalid-configuration', `${name}: ${asPacsError(cause).message}`, { cause });
    }
  }
  return parseSearch(keys, { level: 'study' }).matches;
}

function readRules(path: string): readonly Rule[] {
  let parsed: z.infer<typeof rulesFile>;
  try {
    parsed = rulesFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is no JSON file that can be read';
    throw new PacsError('invalid-configuration', `OSTEON_ACCESS_RULES: ${why}`, { cause });
  }
  return parsed.restrictions.map(({ who, studies }, position) => {
    try {
      return { who, studies: studies.map(matchesOf) };
    } catch (cause) {
      const why = cause instanceof PacsError ? cause.message : 'it cannot be read';
      throw new PacsError(
        'invalid-configuration',
        `OSTEON_ACCESS_RULES, restriction ${position + 1}: ${why}`,
        {
          cause,
        },
      );
    }
  });
}
