/**
 * Reviews put together from the parts of the server, with signed reports sent where the results of their study go.
 */
import type { Router } from 'express';
import packageDescription from '../package.json' with { type: 'json' };
import { MANUFACTURER } from '../dicom/vocabulary/uids.ts';
import type { Configuration } from './config.ts';
import { reviewsRouter } from './http/reviews.ts';
import type { InstanceStore } from './ingest/store-instances.ts';
import { StudyReview } from './review/study-review.ts';
import type { StudyRouting } from './routing/study-routing.ts';
import type { Pool } from './storage/database.ts';
import type { ObjectStore } from './storage/object-store.ts';
import type { StudyIndex } from './storage/study-index.ts';

/** What reviews need of the rest. */
export interface ReviewParts {
  readonly pool: Pool;
  readonly index: StudyIndex;
  readonly objects: ObjectStore;
  readonly instances: InstanceStore;
  readonly routing: { readonly studies: Pick<StudyRouting, 'routeOfStudy' | 'deliver'> };
  readonly observerUid: string;
}

/** Makes them, and their router. */
export function openReviews(
  { results, organization }: Pick<Configuration, 'results' | 'organization'>,
  parts: ReviewParts,
): Router {
  const { pool, index, objects, instances, routing, observerUid } = parts;
  const reviews = new StudyReview({
    database: pool,
    index,
    objects,
    instances,
    observer: { uid: observerUid, name: MANUFACTURER },
    softwareVersion: packageDescription.version,
    reportClass: results.reportClass,
    ...(organization !== undefined && { organization }),
    async deliver({ studyInstanceUid, instances: stored, current }, report) {
      const sources = new Set(current?.report.images.map(({ source }) => source.sopInstanceUid));
      const images = stored.filter(({ sopInstanceUid }) => sources.has(sopInstanceUid));
      const route = await routing.studies.routeOfStudy(studyInstanceUid, images);
      await routing.studies.deliver(route, studyInstanceUid, [report]);
    },
    now: () => new Date(),
  });
  return reviewsRouter(reviews);
}
