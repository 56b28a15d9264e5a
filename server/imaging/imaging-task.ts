/**
 * What the main thread asks of the imaging threads: everything that touches samples. An error's class does not cross
 * threads, so a failure is a value.
 */
import type { CaptureEncoding } from '../../dicom/results/index.ts';
import type { Drawing } from '../../dicom/vocabulary/drawing.ts';
import type { FailureKind } from '../../dicom/vocabulary/failure.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import type { ImageTask } from './image-task.ts';

/** The bytes of one frame, and what is needed to read them. */
export interface FrameInput {
  /** Those of the frame alone, or of the whole Part 10 file. */
  readonly bytes: Uint8Array;
  readonly isWholeFile: boolean;
  /** At least the attributes that describe pixels. */
  readonly header: InstanceHeader;
  /** 0-based. */
  readonly frameIndex: number;
}

/** One frame in another transfer syntax. */
export interface FrameTask {
  readonly kind: 'frame';
  readonly input: FrameInput;
  readonly transferSyntaxUid: string;
}

/** A whole file of a deflated transfer syntax in Explicit VR Little Endian. */
export interface InflateTask {
  readonly kind: 'inflate';
  readonly file: Uint8Array;
}

/** Shapes on black, or on a frame as its first window shows it. */
export interface DrawingTask {
  readonly kind: 'drawing';
  readonly drawing: Drawing;
  /** The frame to draw on, where the drawing names one. */
  readonly ground?: FrameInput;
  /** Grey samples of 8 bits, or a baseline JPEG of them. */
  readonly encoding: CaptureEncoding;
}

export type ImagingTask = FrameTask | InflateTask | ImageTask | DrawingTask;

/** The frames that a task is about. */
export function framesOf(task: ImagingTask): readonly FrameInput[] {
  switch (task.kind) {
    case 'frame':
      return [task.input];
    case 'inflate':
      return [];
    case 'image':
      return task.frames;
    case 'drawing':
      return task.ground ? [task.ground] : [];
  }
}

export type ImagingResult =
  | { readonly status: 'done'; readonly bytes: Uint8Array }
  | { readonly status: 'refused'; readonly kind: FailureKind; readonly message: string };

/** Runs a task; in a thread, or at once where a test wants it. Its buffers may be handed over and must not be used afterwards. */
export type RunImaging = (task: ImagingTask) => Promise<Uint8Array>;
