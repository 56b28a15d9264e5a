/**
 * What the DICOMweb routes need of the rest of the server, so that a test can give them less.
 */
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import type { Gate } from '../operations/gate.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { StudyIndex } from '../storage/study-index.ts';

/** Decodes one frame (`frameIndex` from 0) of a whole Part 10 file. The signature of `decodeFrame`; may run in a worker. */
export type DecodeFrame = (
  bytes: Uint8Array,
  header: InstanceHeader,
  frameIndex: number,
) => Promise<PixelFrame>;

export interface DicomWebServices {
  readonly index: StudyIndex;
  readonly objects: ObjectStore;
  readonly instances: InstanceStore;
  readonly decode: DecodeFrame;
  /** Passed before a whole file is read for decoding, so that few of them are in memory however many viewers ask. */
  readonly decodingPlaces: Gate;
}
