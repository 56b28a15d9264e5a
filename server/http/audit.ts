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
import type { StudyComparison } from '../qa/statistics/study-comparison.ts';
import { principalOf, requirePermission } from '../security/authentication.ts';
import type { Pool } from '../storage/database.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { exportStudies, type ExportRouteServices } from './audit-export.ts';
import { visibleAmong } from './study-access.ts';
import { requireValue } from './request-values.ts';

const date = z.string().regex(/^\d{8}$/);
const filterParameters = z.strictObject({
  from: date.optional(),
  to: date.optional(),
  model: z.string().max(200).optional(),
  region: z.enum(BODY_REGIONS).optional(),
  state: z.enum(['unread', 'agree', 'disagree']).optional(),
});
const studyInstanceUid = z.string().refine(isUid, 'is not a UID');
const exportParameters = filterParameters.extend({
  study: z
    .string()
    .transform((uids) => uids.split(','))
    .pipe(z.array(studyInstanceUid))
    .optional(),
});
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
  readonly studies: Pick<AuditedStudies, 'all'>;
  readonly index: Pick<StudyIndex, 'search'>;
  readonly exports: ExportRouteServices;
}

/** The routes; `docs/qa.md` says what each takes and gives. To whom studies are restricted, the others do not exist. */
export function auditRouter({ database, studies, index, exports }: AuditServices): Router {
  const router = Router();
  const mayAudit = requirePermission('audit-quality');
  const body = json({ limit: '64kb' });
  const seenAmong = (request: Request, uids: readonly string[]) => visibleAmong(request, index, uids);
  const seenBy = async (request: Request): Promise<readonly StudyComparison[]> => {
    const all = await studies.all();
    const seen = await seenAmong(request, uidsOf(all));
    return all.filter(({ studyInstanceUid: uid }) => seen.has(uid));
  };
  const requireSeen = async (request: Request, uid: string): Promise<void> => {
    if (!(await seenAmong(request, [uid])).has(uid)) {
      throw new PacsError('not-found', 'No such study is stored');
    }
  };

  router.get('/', mayAudit, async (request, response) => {
    const all = await seenBy(request);
    const chosen = filtered(all, filterOf(request));
    const labels = await labelsOf(database);
    response.set('Cache-Control', 'no-store').json({
      choices: choicesIn(all),
      studies: chosen.map((study) => ({ ...study, label: labels.get(study.studyInstanceUid) })),
      summary: auditSummary(chosen, labels),
    });
  });
  router.get('/studies.csv', mayAudit, async (request, response) => {
    const chosen = filtered(await seenBy(request), filterOf(request));
    response
      .set({ 'Cache-Control': 'no-store', 'Content-Disposition': 'attachment; filename="studies.csv"' })
      .type('text/csv')
      .send(studiesAsCsv(chosen));
  });
  router.put('/labels', mayAudit, text({ type: () => true, limit: '10mb' }), async (request, response) => {
    const labels = readLabels(typeof request.body === 'string' ? request.body : '');
    const uids = [...labels.keys()];
    // A label of a study that is still to come is kept; of one that the importer may not see it is not.
    const seen = await seenAmong(request, uids);
    const taken = new Map([...labels].filter(([uid]) => seen.has(uid)));
    await saveLabels(database, taken, principalOf(request).id);
    const known = new Set(uidsOf(await seenBy(request)));
    response.json({ imported: taken.size, unknown: uids.filter((uid) => !known.has(uid)).length });
  });
  router.get('/samples', mayAudit, async (request, response) => {
    const all = await samplesOf(database);
    const byUid = new Map((await seenBy(request)).map((study) => [study.studyInstanceUid, study]));
    const seen = await seenAmong(request, [...new Set(all.flatMap(({ reads }) => uidsOf(reads)))]);
    const samples = all.flatMap(({ id, seed, drawnAt, reads }) => {
      const shown = reads.filter(({ studyInstanceUid: uid }) => seen.has(uid));
      const result = { id, seed, drawnAt: drawnAt.toISOString(), ...sampleResult(shown, byUid) };
      return shown.length > 0 ? [result] : [];
    });
    response.set('Cache-Control', 'no-store').json({ samples });
  });
  router.post('/samples', mayAudit, body, async (request, response) => {
    const { size, seed, filter } = requireValue(sampleBody, request.body, 'This is no sample');
    const read = filtered(await seenBy(request), given(filter ?? {})).filter(({ reader }) => reader);
    const uids = drawSample(uidsOf(read), size, seed);
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
    const unread = await unreadOf(database, sampleOf(request));
    const seen = await seenAmong(request, unread);
    const waiting = unread.filter((uid) => seen.has(uid));
    response
      .set('Cache-Control', 'no-store')
      .json({ studyInstanceUid: waiting[0], remaining: waiting.length });
  });
  router.post(
    '/samples/:sample/reads',
    requirePermission('review-findings'),
    body,
    async (request, response) => {
      const { hasFracture, boneAgeMonths, ...study } = requireValue(
        readBody,
        request.body,
        'This is no second reading',
      );
      await requireSeen(request, study.studyInstanceUid);
      const verdict = { hasFracture, ...(boneAgeMonths !== undefined && { boneAgeMonths }) };
      await saveRead(database, sampleOf(request), { ...study, verdict, readBy: principalOf(request).id });
      response.status(204).end();
    },
  );
  router.post('/samples/:sample/adjudications', mayAudit, body, async (request, response) => {
    const decision = requireValue(adjudicationBody, request.body, 'This is no adjudication');
    await requireSeen(request, decision.studyInstanceUid);
    const decidedBy = principalOf(request).id;
    await saveAdjudication(database, sampleOf(request), { ...decision, decidedBy });
    response.status(204).end();
  });
  const chosenForExport = async (request: Request) => {
    const { study, ...filter } = requireValue(
      exportParameters,
      request.query,
      'This is no choice of studies',
    );
    const labels = await labelsOf(database);
    const named = study && new Set(study);
    return filtered(await seenBy(request), given(filter))
      .filter(({ studyInstanceUid: uid }) => named === undefined || named.has(uid))
      .map((one) => ({ ...one, label: labels.get(one.studyInstanceUid) }));
  };
  router.get('/export', requirePermission('export-studies'), exportStudies(exports, chosenForExport));
  return router;
}

function uidsOf(studies: readonly { readonly studyInstanceUid: string }[]): readonly string[] {
  return studies.map(({ studyInstanceUid: uid }) => uid);
}

function filterOf(request: Request): AuditFilter {
  return given(requireValue(filterParameters, request.query, 'This is no filter'));
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
