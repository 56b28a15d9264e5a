/**
 * What the main thread and the decoding threads say to each other. An error's class does not cross threads, so a failure is
 * a value.
 */
import type { FailureKind } from '../../dicom/vocabulary/failure.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';

/** One frame to decode. */
export interface DecodeTask {
  /** The whole Part 10 file. */
  readonly bytes: Uint8Array;
  readonly header: InstanceHeader;
  /** 0-based. */
  readonly frameIndex: number;
}

export type DecodeResult =
  | { readonly status: 'decoded'; readonly frame: PixelFrame }
  | { readonly status: 'refused'; readonly kind: FailureKind; readonly message: string };
