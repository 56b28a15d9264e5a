/**
 * What is known of an instance from its header, without its pixels. Absent is `undefined`, never a default.
 */
import type { DataSet } from './data-set.ts';

/** The four UIDs that place an instance. */
export interface InstanceIdentity {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
}

/** Identity, encoding and every attribute but the bulk data. */
export interface InstanceHeader extends InstanceIdentity {
  readonly transferSyntaxUid: string;
  /** All attributes outside group 0002, Pixel Data and other bulk values left out (`BulkDataURI` absent: the store adds it). Text decoded to Unicode. */
  readonly attributes: DataSet;
  /** Where Pixel Data lies in the file; absent when the instance has none. */
  readonly pixelData?: PixelDataLocation;
}

/** Where pixel bytes lie, in bytes from the start of the Part 10 file. */
export interface PixelDataLocation {
  /** Offset of the value (native) or of the Basic Offset Table item (encapsulated). */
  readonly offset: number;
  /** Length of the value; for encapsulated data the length up to the sequence delimiter. */
  readonly length: number;
  readonly isEncapsulated: boolean;
}
