/**
 * What a result set is made of. Clock and randomness are not here: times are given, UIDs are derived.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import type { ImageOutcome } from '../vocabulary/finding.ts';
import type { InstanceIdentity } from '../vocabulary/instance.ts';

/** An instance by all that a reference to it needs. */
export type ReferencedInstance = InstanceIdentity;

/** One image: what became of it and the attributes of its header. */
export interface ResultImage {
  readonly outcome: ImageOutcome;
  readonly metadata: DataSet;
}

export interface ResultSetInput {
  /** Attributes of one source image: patient, study and accession attributes are carried over exactly. */
  readonly studyAttributes: DataSet;
  /** At least one, all of one study. */
  readonly images: readonly ResultImage[];
  /** DICOM DT `YYYYMMDDHHMMSS`, local time of the first run of this analysis. */
  readonly performedAt: string;
  /** The SR this one follows, (0040,A360). */
  readonly predecessor?: ReferencedInstance;
  readonly softwareVersion: string;
  /** The system as TID 1004 names it. */
  readonly observer: { readonly uid: string; readonly name: string };
}

/** An object to be stored: valid when built, without group 0002. */
export interface ResultObject extends InstanceIdentity {
  readonly dataSet: DataSet;
}
