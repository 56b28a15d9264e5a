/**
 * `/api/analyses`: how far the analysis of a study is, the request for one, and the heat map of one image.
 */
import { json, Router } from 'express';
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { INTENDED_USE_NOTICE } from '../../dicom/vocabulary/finding.ts';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import { listAnalyses, type AnalysisRecord } from '../analysis/analysis-records.ts';
import type { Analysis } from '../analysis/index.ts';
import { encodeOpacityPng } from '../imaging/image-codec.ts';
import { requirePermission } from '../security/authentication.ts';
import type { Pool } from '../storage/database.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { noteStudies } from './request-audit.ts';
import { visibleAmong } from './study-access.ts';
import { requireValue } from './request-values.ts';

const LIST_LIMIT = 500;

const requestBody = z.strictObject({ studyInstanceUid: z.string(), boneAge: z.boolean().optional() });

export interface AnalysesServices {
  readonly database: Pool;
  readonly index: StudyIndex;
  readonly analysis: Analysis;
}

/** `GET ?study=UID[,UID…]` lists, newest first; `POST {studyInstanceUid, boneAge?}` asks for an analysis now and answers 202. */
export function analysesRouter({ database, index, analysis }: AnalysesServices): Router {
  const router = Router();
  router.get('/', requirePermission('read-studies'), async (request, response) => {
    const { study } = request.query;
    const studyUids = study === undefined ? undefined : uidsOf(study);
    const found = await listAnalyses(database, studyUids, LIST_LIMIT);
    const uids = found.map(({ studyInstanceUid }) => studyInstanceUid);
    const visible = await visibleAmong(request, index, uids);
    const records = found.filter(({ studyInstanceUid }) => visible.has(studyInstanceUid));
    response.set('Cache-Control', 'no-store').json(answerOf(records, analysis));
  });
  router.post(
    '/',
    requirePermission('request-analysis'),
    json({ limit: '16kb' }),
    async (request, response) => {
      const asked = requireValue(requestBody, request.body, 'The body is not an analysis request');
      const studyUid = parseUid(asked.studyInstanceUid, 'studyInstanceUid');
      const instances = await index.listInstances({ studyUid });
      const visible = await visibleAmong(request, index, [studyUid]);
      if (instances.length === 0 || visible.size === 0)
        throw new PacsError('not-found', 'No instance of this study is stored');
      noteStudies(request, [studyUid]);
      await analysis.request(studyUid, { boneAge: asked.boneAge ?? false });
      response.status(202).json(answerOf(await listAnalyses(database, [studyUid], 1), analysis));
    },
  );
  router.get(
    '/:study/instances/:instance/activation',
    requirePermission('read-studies'),
    async (request, response) => {
      const { study, instance } = request.params;
      const [studyUid, instanceUid] = [parseUid(study, 'study'), parseUid(instance, 'instance')];
      const stored = await index.findInstance(instanceUid);
      if (stored?.studyInstanceUid !== studyUid)
        throw new PacsError('not-found', 'The study holds no such instance');
      const map = await analysis.activation(stored);
      response
        .set('Cache-Control', 'no-store')
        .type('image/png')
        .send(Buffer.from(await encodeOpacityPng(map)));
    },
  );
  return router;
}

function uidsOf(parameter: unknown): readonly string[] {
  if (typeof parameter !== 'string')
    throw new PacsError('bad-request', 'Parameter study is given more than once; expected a list by comma');
  return parameter.split(',').map((uid) => parseUid(uid, 'Parameter study'));
}

/** Every answer says what it is good for and which models speak. */
function answerOf(records: readonly AnalysisRecord[], { models }: Analysis) {
  return {
    intendedUse: INTENDED_USE_NOTICE,
    models: models.map(({ id, version, isResearchOnly }) => ({ id, version, researchOnly: isResearchOnly })),
    analyses: records.map(resourceOf),
  };
}

/** The resource as clients see it; times in ISO 8601. */
function resourceOf(record: AnalysisRecord) {
  return {
    studyInstanceUid: record.studyInstanceUid,
    state: record.state,
    reason: record.reason,
    queuedAt: record.queuedAt.toISOString(),
    startedAt: record.startedAt?.toISOString(),
    finishedAt: record.finishedAt?.toISOString(),
    images: record.images,
    report: record.report,
  };
}
