/**
 * `/api/routing`: the rules that hold, whether the file as it is now is valid, and what rules make of a stored study.
 */
import { json, type Router } from 'express';
import { z } from 'zod';
import type { ResultObjectKind } from '../../dicom/results/index.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import { judgeStudy } from '../analysis/eligibility.ts';
import type { CurrentRules, RulesState } from '../routing/current-rules.ts';
import { explainRoute } from '../routing/explain-route.ts';
import { readRules, type RoutingRules } from '../routing/read-rules.ts';
import { sendersOf } from '../routing/study-routing.ts';
import { requirePermission } from '../security/authentication.ts';
import type { Pool } from '../storage/database.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { requireValue } from './request-values.ts';

const explanationBody = z.strictObject({
  studyInstanceUid: z.string(),
  /** Text of a routing file to try; absent: the rules that hold. */
  rules: z.string().max(1_000_000).optional(),
});

export interface RoutingServices {
  readonly database: Pool;
  readonly index: Pick<StudyIndex, 'listInstances'>;
  readonly rules: CurrentRules;
  /** Models that rules may name. */
  readonly modelIds: readonly string[];
  /** What holds where no rule says otherwise. */
  readonly defaults: {
    readonly modalities: readonly string[];
    readonly quietSeconds: number;
    readonly results: readonly ResultObjectKind[];
  };
}

/** `GET /routing`, `POST /routing/reload` and `POST /routing/explanations {studyInstanceUid, rules?}`. */
export function addRoutingRoutes(router: Router, services: RoutingServices): void {
  router.get('/routing', requirePermission('administer'), (_request, response) => {
    response.set('Cache-Control', 'no-store').json(resourceOf(services.rules.state()));
  });
  router.post('/routing/reload', requirePermission('administer'), async (_request, response) => {
    await services.rules.reload();
    response.set('Cache-Control', 'no-store').json(resourceOf(services.rules.state()));
  });
  router.post(
    '/routing/explanations',
    requirePermission('administer'),
    json({ limit: '2mb' }),
    async (request, response) => {
      const question = requireValue(explanationBody, request.body, 'The body is no question');
      const studyUid = parseUid(question.studyInstanceUid, 'studyInstanceUid');
      response.json(await explanationOf(studyUid, rulesOf(question.rules, services), services));
    },
  );
}

/** A draft that is not valid is a fault of the request, not of the configuration. */
function rulesOf(draft: string | undefined, { rules, modelIds }: RoutingServices): RoutingRules {
  if (draft === undefined) return rules.state().rules;
  try {
    return readRules(draft, 'rules', modelIds);
  } catch (error) {
    throw new PacsError('bad-request', asPacsError(error).message, { cause: error });
  }
}

async function explanationOf(
  studyUid: string,
  rules: RoutingRules,
  { index, database, defaults }: RoutingServices,
): Promise<{ readonly images: number; readonly explanation: string }> {
  const instances = await index.listInstances({ studyUid });
  if (instances.length === 0) throw new PacsError('not-found', 'No instance of this study is stored');
  const images = judgeStudy(instances, defaults.modalities).map(({ instance }) => instance);
  const senders = await sendersOf(database, studyUid);
  return { images: images.length, explanation: explainRoute(rules, images, senders, defaults) };
}

/** Faults are told one by one, so that a page can show each with its line. */
function resourceOf({ rules, file, readAt, problem }: RulesState) {
  return {
    file,
    readAt: readAt?.toISOString(),
    faults: (problem?.split('\n') ?? []).map(faultOf),
    rules: rules.rules.map(({ name, line, when, ...settings }) => ({ name, line, when, ...settings })),
  };
}

function faultOf(line: string): { readonly line?: number; readonly message: string } {
  const [, number, message = line] = /^[^:]*:(\d+): (.*)$/.exec(line) ?? [];
  return { ...(number !== undefined && { line: Number(number) }), message };
}
