/**
 * `POST /api/predict`: what the models say of an uploaded file, for programs that know no DICOM. What is told is read from
 * the report that was stored, so it is what a PACS would show.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { json, type Router } from 'express';
import { z } from 'zod';
import { readReport, type Report } from '../../dicom/sr/report-reader.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { findingsOf, INTENDED_USE_NOTICE, type Finding } from '../../dicom/vocabulary/finding.ts';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import { listAnalyses, type AnalysisRecord } from '../analysis/analysis-records.ts';
import type { Analysis } from '../analysis/index.ts';
import { requirePermission } from '../security/authentication.ts';
import type { Pool } from '../storage/database.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { originOf } from './node-description.ts';

const body = z.strictObject({ filename: z.string().regex(/^[0-9.]{1,64}\.dcm$/) });
const EVERY_MS = 100;
const PATIENCE_MS = 120_000;
const RESULTS = { present: 'fractured', absent: 'normal', undetermined: 'uncertain' } as const;

export interface PredictServices {
  readonly database: Pool;
  readonly index: Pick<StudyIndex, 'findInstance'>;
  readonly analysis: Pick<Analysis, 'request'>;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

/** `{filename}` in; answers when the analysis has ended, 503 when it takes longer than two minutes. */
export function addPredictRoute(router: Router, services: PredictServices): void {
  router.post(
    '/predict',
    requirePermission('request-analysis'),
    json({ limit: '16kb' }),
    async (request, response) => {
      const parsed = body.safeParse(request.body);
      if (!parsed.success) {
        throw new PacsError('bad-request', 'The body must be {"filename": …} with a name that /api/upload gave');
      }
      const { filename } = parsed.data;
      const uid = parseUid(filename.replace(/\.dcm$/, ''), 'filename');
      const instance = await services.index.findInstance(uid);
      if (!instance) throw new PacsError('not-found', 'No file with this name was uploaded');
      // Nobody waits for an answer that has been given up.
      const gone = new AbortController();
      response.once('close', () => {
        gone.abort();
      });
      const record = await endOf(instance.studyInstanceUid, services, AbortSignal.any([gone.signal, services.stopping]));
      const report = await reportOf(record, services);
      response.set('Cache-Control', 'no-store').json({
        filename,
        ...predictionOf(uid, record, report),
        ...linksOf(originOf(request), instance, record),
        intendedUse: INTENDED_USE_NOTICE,
      });
    },
  );
} // prettier-ignore

/** The analysis of the study, once it has ended; one that waits for quiet is asked for now. */
async function endOf(
  studyUid: string,
  { database, analysis }: PredictServices,
  signal: AbortSignal,
): Promise<AnalysisRecord> {
  let isAsked = false;
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end && !signal.aborted) {
    const [record] = await listAnalyses(database, [studyUid], 1);
    if (record && record.state !== 'waiting' && record.state !== 'running') return record;
    if (!isAsked) await analysis.request(studyUid);
    isAsked = true;
    await pause(EVERY_MS);
  }
  throw new PacsError('busy', 'The analysis has not ended yet; ask again');
}

async function reportOf(record: AnalysisRecord, { index }: PredictServices): Promise<Report | undefined> {
  const stored = record.report && (await index.findInstance(record.report.sopInstanceUid));
  return stored && readReport(stored.metadata);
}

/** What is said of one image. */
function predictionOf(sopInstanceUid: string, record: AnalysisRecord, report: Report | undefined) {
  const findings = (report?.findings ?? []).filter(({ source }) => source.sopInstanceUid === sopInstanceUid);
  const image = record.images.find((one) => one.sopInstanceUid === sopInstanceUid);
  const [region] = findingsOf(findings, 'body-region').toSorted((one, other) => other.probability - one.probability);
  const [presence] = findingsOf(findings, 'fracture-presence');
  const [boneAge] = findingsOf(findings, 'bone-age');
  const reason = image?.reason ?? record.reason;
  return {
    bone_type: region?.region ?? null,
    result: presence ? RESULTS[presence.verdict] : 'unusable',
    probability: presence?.probability ?? null,
    boxes: findingsOf(findings, 'fracture').map(boxOf),
    ...(boneAge && { bone_age_months: boneAge.months }),
    ...(presence === undefined && { reason: reason ?? 'No fracture model ran on this image' }),
    models: [...new Set((report?.models ?? []).map(({ id, version }) => `${id} ${version}`))],
  };
} // prettier-ignore

/** Pixels from the outer corner of the first one. */
function boxOf({ box, probability, certainty }: Finding<'fracture'>) {
  const { left, top, right, bottom } = box;
  return { x: left, y: top, width: right - left, height: bottom - top, probability, certainty };
}

function linksOf(origin: string, { studyInstanceUid }: StoredInstance, { report }: AnalysisRecord) {
  const study = `${origin}/dicom-web/studies/${studyInstanceUid}`;
  return {
    study: { studyInstanceUid, url: study },
    viewer: `${origin}/#/studies/${studyInstanceUid}`,
    ...(report && {
      report: `${study}/series/${report.seriesInstanceUid}/instances/${report.sopInstanceUid}/rendered`,
    }),
  };
}
