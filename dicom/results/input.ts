/**
 * What a result set is made of. Clock and randomness are not here: times are given, UIDs are derived.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import type { Drawing } from '../vocabulary/drawing.ts';
import type { ImageOutcome, SourceImage } from '../vocabulary/finding.ts';
import type { InstanceIdentity } from '../vocabulary/instance.ts';

/** An instance by all that a reference to it needs. */
export type ReferencedInstance = InstanceIdentity;

/** Every kind of result object by the short name that settings use, the root first. */
export const RESULT_OBJECT_KINDS = ['sr', 'gsps', 'seg', 'sc', 'kos'] as const;
export type ResultObjectKind = (typeof RESULT_OBJECT_KINDS)[number];

/** What is written where nothing else is asked for. */
export const DEFAULT_RESULT_OBJECTS: readonly ResultObjectKind[] = ['sr', 'gsps'];

/** SOP classes a report may have. IHE AIR asks for the first; the second is for archives that do not take it. */
export const REPORT_CLASSES = ['comprehensive3dSr', 'comprehensiveSr'] as const;
export type ReportClass = (typeof REPORT_CLASSES)[number];
export const DEFAULT_REPORT_CLASS: ReportClass = 'comprehensive3dSr';

/** How the pixels of secondary captures are encoded: `native` is Explicit VR Little Endian, `jpeg` JPEG Baseline. */
export const CAPTURE_ENCODINGS = ['native', 'jpeg'] as const;
export type CaptureEncoding = (typeof CAPTURE_ENCODINGS)[number];
export const DEFAULT_CAPTURE_ENCODING: CaptureEncoding = 'native';

/** One image: what became of it and the attributes of its header. */
export interface ResultImage {
  readonly outcome: ImageOutcome;
  readonly metadata: DataSet;
}

/** Which objects a set is made of, and how. */
export interface ResultSettings {
  /** Which kinds are written, `sr` among them; absent: {@link DEFAULT_RESULT_OBJECTS}. Their order does not count. */
  readonly objects?: readonly ResultObjectKind[];
  /** SOP class of the report; absent: {@link DEFAULT_REPORT_CLASS}. */
  readonly reportClass?: ReportClass;
  /** Encoding of secondary captures; absent: {@link DEFAULT_CAPTURE_ENCODING}. */
  readonly captureEncoding?: CaptureEncoding;
}

export interface ResultSetInput extends ResultSettings {
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
  readonly kind: ResultObjectKind;
  /** The images it speaks of. */
  readonly sources: readonly SourceImage[];
  readonly dataSet: DataSet;
  /** The pixels of an image; absent where the object has none. */
  readonly pixels?: ResultPixels;
}

/** Pixels at hand as they stand in the file, or what is to be drawn and how that is encoded. */
export type ResultPixels =
  | { readonly kind: 'native'; readonly bytes: Uint8Array }
  | { readonly kind: 'drawing'; readonly drawing: Drawing; readonly encoding: CaptureEncoding };
