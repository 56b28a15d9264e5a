/**
 * `/api/reviews`: what readers decide about the findings of a study, as drafts, and the signature that makes an SR of one.
 * The signed review itself is read by DICOMweb, as everything else that was found.
 */
import { json, Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import { readerOf, type Reader } from '../review/reader.ts';
import type { ReviewState } from '../review/review-state.ts';
import { readDraftRequest } from '../review/steps-schema.ts';
import type { StudyReview } from '../review/study-review.ts';
import { principalOf, requirePermission } from '../security/authentication.ts';
import { requireValue } from './request-values.ts';

const signatureBody = z.strictObject({ revision: z.int().min(0), seen: z.string().max(100) });

/**
 * `GET /:study` tells how far the review is; `PUT /:study {revision, steps}` keeps a draft; `POST /:study/signature
 * {revision, seen}` signs it and answers 201 with the address of the SR. Both answer 409 with the state where that has changed.
 */
export function reviewsRouter(reviews: StudyReview): Router {
  const router = Router();
  router.get('/:study', requirePermission('read-studies'), async (request, response) => {
    const reader = readerOf(principalOf(request));
    const state = await reviews.state(studyOf(request), reader);
    response.set('Cache-Control', 'no-store').json(resourceOf(state, reader));
  });
  router.put(
    '/:study',
    requirePermission('review-findings'),
    json({ limit: '2mb' }),
    async (request, response) => {
      const reader = readerOf(principalOf(request));
      const outcome = await reviews.save(studyOf(request), reader, readDraftRequest(request.body));
      if (outcome.status === 'changed') sendChanged(response, outcome.state, reader);
      else response.set('Cache-Control', 'no-store').json(resourceOf(outcome.state, reader));
    },
  );
  router.post(
    '/:study/signature',
    requirePermission('review-findings'),
    json({ limit: '16kb' }),
    async (request, response) => {
      const signature = requireValue(signatureBody, request.body, 'The body is no signature');
      const reader = readerOf(principalOf(request));
      const studyUid = studyOf(request);
      const { remoteAddress } = request.socket;
      const outcome = await reviews.sign(studyUid, reader, signature, {
        ...(remoteAddress !== undefined && { networkAddress: remoteAddress }),
      });
      if (outcome.status === 'changed') sendChanged(response, outcome.state, reader);
      else {
        const { seriesInstanceUid, sopInstanceUid } = outcome.instance;
        response.status(201).json({ studyInstanceUid: studyUid, seriesInstanceUid, sopInstanceUid });
      }
    },
  );
  return router;
}

function studyOf(request: Request): string {
  const { study } = request.params;
  return parseUid(typeof study === 'string' ? study : '', 'study');
}

/** The state as it is now, so that the reader can see what changed and decide again. */
function sendChanged(response: Response, state: ReviewState, reader: Reader): void {
  response.status(409).json({
    error: 'not-applicable',
    message: 'The review of this study has changed meanwhile; look at it again',
    state: resourceOf(state, reader),
  });
}

/** The state as clients see it; times in ISO 8601. */
function resourceOf({ studyInstanceUid, current, draft, others, seen }: ReviewState, reader: Reader) {
  return {
    studyInstanceUid,
    reader,
    report: current && {
      seriesInstanceUid: current.instance.seriesInstanceUid,
      sopInstanceUid: current.instance.sopInstanceUid,
      isVerified: current.report.isVerified,
    },
    draft: {
      revision: draft?.revision ?? 0,
      steps: (draft?.steps ?? []).map(({ step }) => step),
    },
    others: others.map(({ readerId, readerName, changedAt, steps }) => ({
      reader: readerName ?? readerId,
      changedAt: changedAt.toISOString(),
      steps: steps.map(({ step }) => step),
    })),
    seen,
  };
}
