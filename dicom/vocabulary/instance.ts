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
  /** All attributes outside group 0002 but Pixel Data. Other bulk values are a `BulkDataURI` relative to the address of the instance. Text decoded to Unicode. */
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
  /**
   * Positions of the frames of encapsulated data in the file: entry `i` is where the first item of frame `i` begins,
   * the last entry where the last frame ends. Absent where nobody looked, or where frames cannot be told apart.
   */
  readonly frameOffsets?: readonly number[];
}
