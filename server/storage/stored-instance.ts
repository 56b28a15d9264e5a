/**
 * What the index knows of a stored instance, and the words others use to speak of it.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { InstanceHeader, InstanceIdentity, PixelDataLocation } from '../../dicom/vocabulary/instance.ts';

/** How an instance came in. Instances of origin `analysis` are our own results. */
export type Origin = 'stow' | 'import' | 'demo' | 'analysis' | 'dimse';

/** The association that an instance came by: AE titles as they stand in A-ASSOCIATE-RQ, without padding. PS3.8 9.3.2. */
export interface Sender {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
}

/** One durable instance: its row and the place of its bytes. */
export interface StoredInstance extends InstanceIdentity {
  readonly transferSyntaxUid: string;
  /** Key of the Part 10 bytes in the object store, exactly as they arrived. */
  readonly objectKey: string;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** The header as a DICOM JSON data set; text is Unicode, so Specific Character Set says ISO_IR 192. */
  readonly metadata: DataSet;
  readonly storedAt: Date;
  readonly origin: Origin;
  /** Known while the instance is being stored, to the hooks of the store; `study_sender` remembers it by study. */
  readonly sender?: Sender;
  /** Absent when the instance has no Pixel Data. */
  readonly pixelData?: PixelDataLocation;
}

/** A stored instance without its header: what it takes to send its bytes. */
export type StoredPlace = Omit<StoredInstance, 'metadata'>;

/** Which instances are meant: a study, a series of it, or one instance of that. */
export interface InstanceSelection {
  readonly studyUid: string;
  readonly seriesUid?: string;
  readonly sopInstanceUid?: string;
}

/** The header of a stored instance, as the pixel rooms want it. */
export function headerOf(instance: StoredInstance): InstanceHeader {
  return {
    studyInstanceUid: instance.studyInstanceUid,
    seriesInstanceUid: instance.seriesInstanceUid,
    sopInstanceUid: instance.sopInstanceUid,
    sopClassUid: instance.sopClassUid,
    transferSyntaxUid: instance.transferSyntaxUid,
    attributes: instance.metadata,
    ...(instance.pixelData ? { pixelData: instance.pixelData } : {}),
  };
}
