/**
 * `/api/audit`: models against readers, read from the stored reports; reference labels; blinded samples for a second reader.
 *
 * Trap: what a second reader is given must not tell what models or the first reader said.
 */
import { json, Router, text, type Request } from 'express';
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { BODY_REGIONS } from '../../dicom/vocabulary/finding.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import type { AuditedStudies } from '../qa/audited-studies.ts';
import { labelsOf, saveLabels } from '../qa/label-records.ts';
import { samplesOf, saveAdjudication, saveRead, saveSample, unreadOf } from '../qa/sample-records.ts';
import { auditSummary, choicesIn, filtered, type AuditFilter } from '../qa/statistics/audit-summary.ts';
import { readLabels, studiesAsCsv } from '../qa/statistics/csv.ts';
import { drawSample, sampleResult } from '../qa/statistics/sample.ts';
import { principalOf, requirePermission } from '../security/authentication.ts';
import type { Pool } from '../storage/database.ts';

const date = z.string().regex(/^\d{8}$/);
const filterParameters = z.strictObject({
  from: date.optional(),
  to: date.optional(),
  model: z.string().max(200).optional(),
  region: z.enum(BODY_REGIONS).optional(),
  state: z.enum(['unread', 'agree', 'disagree']).optional(),
});
const studyInstanceUid = z.string().refine(isUid, 'is not a UID');
const sampleBody = z.strictObject({
  size: z.int().min(1).max(5000),
  seed: z.string().min(1).max(100),
  filter: filterParameters.optional(),
});
const readBody = z.strictObject({
  studyInstanceUid,
  hasFracture: z.boolean(),
  boneAgeMonths: z.number().min(0).max(300).optional(),
});
const adjudicationBody = z.strictObject({ studyInstanceUid, hasFracture: z.boolean() });

export interface AuditServices {
  readonly database: Pool;
  readonly studies: AuditedStudies;
}

/** The routes; `docs/qa.md` says what each takes and gives. */
export function auditRouter({ database, studies }: AuditServices): Router {
  const router = Router();
  const mayAudit = requirePermission('audit-quality');
  const body = json({ limit: '64kb' });

  router.get('/', mayAudit, async (request, response) => {
    const all = await studies.all();
    const chosen = filtered(all, filterOf(request));
    const labels = await labelsOf(database);
    response.set('Cache-Control', 'no-store').json({
      choices: choicesIn(all),
      studies: chosen.map((study) => ({ ...study, label: labels.get(study.studyInstanceUid) })),
      summary: auditSummary(chosen, labels),
    });
  });
  router.get('/studies.csv', mayAudit, async (request, response) => {
    const chosen = filtered(await studies.all(), filterOf(request));
    response
      .set({ 'Cache-Control': 'no-store', 'Content-Disposition': 'attachment; filename="studies.csv"' })
      .type('text/csv')
      .send(studiesAsCsv(chosen));
  });
  router.put('/labels', mayAudit, text({ type: () => true, limit: '10mb' }), async (request, response) => {
    const labels = readLabels(typeof request.body === 'string' ? request.body : '');
    await saveLabels(database, labels, principalOf(request).id);
    const known = new Set((await studies.all()).map((study) => study.studyInstanceUid));
    const unknown = [...labels.keys()].filter((uid) => !known.has(uid)).length;
    response.json({ imported: labels.size, unknown });
  });
  router.get('/samples', mayAudit, async (_request, response) => {
    const byUid = new Map((await studies.all()).map((study) => [study.studyInstanceUid, study]));
    const samples = (await samplesOf(database)).map(({ id, seed, drawnAt, reads }) => ({
      id,
      seed,
      drawnAt: drawnAt.toISOString(),
      ...sampleResult(reads, byUid),
    }));
    response.set('Cache-Control', 'no-store').json({ samples });
  });
  router.post('/samples', mayAudit, body, async (request, response) => {
    const { size, seed, filter } = parsed(sampleBody, request.body, 'sample');
    const read = filtered(await studies.all(), given(filter ?? {})).filter(({ reader }) => reader);
    const uids = drawSample(
      read.map((study) => study.studyInstanceUid),
      size,
      seed,
    );
    if (uids.length === 0) throw new PacsError('not-applicable', 'No signed study is left to be drawn from');
    const id = await saveSample(database, {
      seed,
      drawnBy: principalOf(request).id,
      studyInstanceUids: uids,
    });
    response.status(201).json({ id, drawn: uids.length });
  });
  // Whoever reads blindly is a reader, and is told the study alone.
  router.get('/samples/:sample/next', requirePermission('review-findings'), async (request, response) => {
    const waiting = await unreadOf(database, sampleOf(request));
    response
      .set('Cache-Control', 'no-store')
      .json({ studyInstanceUid: waiting[0], remaining: waiting.length });
  });
  router.post(
    '/samples/:sample/reads',
    requirePermission('review-findings'),
    body,
    async (request, response) => {
      const { hasFracture, boneAgeMonths, ...study } = parsed(readBody, request.body, 'second reading');
      const verdict = { hasFracture, ...(boneAgeMonths !== undefined && { boneAgeMonths }) };
      await saveRead(database, sampleOf(request), { ...study, verdict, readBy: principalOf(request).id });
      response.status(204).end();
    },
  );
  router.post('/samples/:sample/adjudications', mayAudit, body, async (request, response) => {
    const decision = parsed(adjudicationBody, request.body, 'adjudication');
    const decidedBy = principalOf(request).id;
    await saveAdjudication(database, sampleOf(request), { ...decision, decidedBy });
    response.status(204).end();
  });
  return router;
}

function filterOf(request: Request): AuditFilter {
  return given(parsed(filterParameters, request.query, 'filter'));
}

/** Absent is absent, not undefined. */
function given(filter: z.output<typeof filterParameters>): AuditFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function sampleOf(request: Request): string {
  const { sample } = request.params;
  if (typeof sample !== 'string' || !/^\d{1,15}$/.test(sample)) {
    throw new PacsError('not-found', 'There is no such sample');
  }
  return sample;
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new PacsError('bad-request', `This is no ${what}: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}
