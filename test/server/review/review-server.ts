/**
 * Reviews served over a real socket on a storage with an analysed study, to whichever reader the request names: what the
 * tests of reviews share.
 */
import express from 'express';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { buildResultSet } from '../../../dicom/results/index.ts';
import { readReport, type Report } from '../../../dicom/sr/report-reader.ts';
import type { ReviewStep } from '../../../dicom/sr/review-steps.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { reviewsRouter } from '../../../server/http/reviews.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { StudyReview, type StudyReviewServices } from '../../../server/review/study-review.ts';
import { authenticateBy } from '../../../server/security/authentication.ts';
import { LOCAL_PRINCIPAL, type Principal } from '../../../server/security/principal.ts';
import { permissionsOf } from '../../../server/security/role.ts';
import { rampFile } from '../../support/result-files.ts';
import { metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';
import { storeBytes, type TestStorage } from '../../support/storage.ts';
import { serveOnLoopback } from '../../support/loopback.ts';

export const STUDY = SOURCE.studyInstanceUid;

const permissions = permissionsOf(['radiologist']);
/** Who may be named in the header `x-reader`; whoever is not named sits at this machine. */
export const READERS: Readonly<Record<string, Principal>> = {
  kim: { id: 'person kim', kind: 'person', name: 'Kim, Min', permissions },
  lee: { id: 'person lee', kind: 'person', name: '이 판독', permissions },
  nameless: { id: 'person 3', kind: 'person', permissions },
  gateway: { id: 'key gateway', kind: 'service', name: 'Gateway', permissions },
};

export interface ReviewAnswer {
  readonly revision: number;
  readonly seen: string;
  readonly sopInstanceUid?: string;
  readonly draft: { readonly revision: number; readonly steps: readonly ReviewStep[] };
  readonly others: readonly { readonly reader: string; readonly steps: readonly ReviewStep[] }[];
  readonly reader: { readonly id: string; readonly maySign: boolean };
  readonly report?: { readonly sopInstanceUid: string; readonly isVerified: boolean };
  readonly state?: ReviewAnswer;
  readonly message?: string;
}

export interface ReviewServer {
  /** Asks as a reader; the answer's status and body. */
  ask(
    reader: string,
    method: 'GET' | 'PUT' | 'POST',
    body?: object,
    path?: string,
  ): Promise<{ readonly status: number; readonly body: ReviewAnswer }>;
  /** The stored report of a UID, with its bytes. */
  stored(sopInstanceUid: string): Promise<{ readonly report: Report; readonly bytes: Uint8Array }>;
  close(): Promise<void>;
}

/** Stores the wrist of `result-inputs.ts` and its report. */
export async function storeAnalysedStudy(storage: TestStorage): Promise<Report> {
  const input = resultInput();
  const [report] = buildResultSet(input);
  if (!report) throw new Error('a result set begins with its report');
  for (const bytes of [rampFile(metadataOf(), SOURCE), writePart10(report.dataSet)]) {
    const outcome = await storeBytes(storage.instances(), bytes);
    if (outcome.status !== 'stored') throw new Error('the study could not be stored');
  }
  return readReport(report.dataSet);
}

/** Serves the reviews of a storage; `services` replace those of it. */
export async function serveReviews(
  storage: TestStorage,
  services: Partial<StudyReviewServices> = {},
): Promise<ReviewServer> {
  const reviews = new StudyReview({
    database: storage.pool,
    index: storage.index,
    objects: storage.objects,
    instances: storage.instances(),
    observer: { uid: '2.25.1234567890', name: 'Osteon at the test bench' },
    softwareVersion: '0.1.0',
    now: () => new Date('2026-01-03T09:15:00Z'),
    ...services,
  });
  const app = express();
  app.use(authenticateBy((request) => READERS[request.get('x-reader') ?? ''] ?? LOCAL_PRINCIPAL));
  app.use('/api/reviews', reviewsRouter(reviews));
  app.use(errorHandler(SILENT_LOG));
  const server = await serveOnLoopback(app);
  const root = `${server.origin}/api/reviews`;
  return {
    async ask(reader, method, body, path = STUDY) {
      const response = await fetch(`${root}/${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-reader': reader },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as ReviewAnswer };
    },
    async stored(sopInstanceUid) {
      const instance = await storage.index.findInstance(sopInstanceUid);
      if (!instance) throw new Error('the report is not stored');
      const bytes = await storage.objects.read(instance.objectKey);
      return { report: readReport(readPart10(bytes).dataSet), bytes };
    },
    close: server.close,
  };
}
