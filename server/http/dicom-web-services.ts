/**
 * What the DICOMweb routes need of the rest of the server, so that a test can give them less.
 */
import type { RunImaging } from '../imaging/imaging-task.ts';
import type { InstanceDeletion } from '../ingest/delete-instances.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import type { Gate } from '../operations/gate.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import type { MultipartLimits } from './multipart.ts';

export interface DicomWebServices {
  readonly index: StudyIndex;
  readonly objects: ObjectStore;
  readonly instances: InstanceStore;
  /** Absent: nothing can be deleted. */
  readonly deletion?: InstanceDeletion;
  /** What the body of a store may hold; the defaults of `multipart.ts` when absent. */
  readonly multipartLimits?: MultipartLimits;
  /** Decodes, encodes and renders, in threads. */
  readonly imaging: RunImaging;
  /** Passed before pixels are read for decoding, so that few of them are in memory however many viewers ask. */
  readonly decodingPlaces: Gate;
}
