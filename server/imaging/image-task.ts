/**
 * A rendered image as it is ordered: which frames, through which window, which part, what burnt in, as what. PS3.18 8.3.5.
 */
import type { OverlayPlane } from '../../dicom/read/overlay-planes.ts';
import type { VoiTransform } from '../../dicom/read/pixel-module.ts';
import type { Presentation } from '../../dicom/read/presentation-state.ts';
import type { FrameInput } from './imaging-task.ts';

/** What rendered images are encoded as. */
export type ImageMediaType = 'image/jpeg' | 'image/png' | 'image/gif';

/** A region of the source image, in pixels from its top left corner; it may be shown mirrored. PS3.18 8.3.5.1.3. */
export interface SourceRegion {
  readonly x: number;
  readonly y: number;
  /** Absent: up to the edge of the image. */
  readonly columns?: number;
  readonly rows?: number;
  readonly isMirrored: boolean;
  readonly isUpsideDown: boolean;
}

export interface RenderOptions {
  /** Replaces the window of the file. Modality units. */
  readonly window?: VoiTransform;
  /** The image is scaled to fit this, its aspect ratio kept. Pixels. */
  readonly viewport?: { readonly columns: number; readonly rows: number };
  readonly region?: SourceRegion;
  /** JPEG quality, 1–100. */
  readonly quality?: number;
}

/** An image to render; more than one frame only as an animated GIF. */
export interface ImageTask {
  readonly kind: 'image';
  readonly frames: readonly FrameInput[];
  readonly mediaType: ImageMediaType;
  readonly options: RenderOptions;
  /** A presentation state to apply in the place of the image's own transforms. */
  readonly presentation?: Presentation;
  readonly overlays: readonly OverlayPlane[];
  /** Lines of text to burn into the top left corner. */
  readonly labels: readonly string[];
  /** Milliseconds a frame of an animation is shown. */
  readonly frameMs: number;
}
