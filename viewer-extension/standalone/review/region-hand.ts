/**
 * The hand that changes a region on one radiograph, or draws one: between press and release it keeps what is drawn, after it
 * the region is told.
 */
import type { DrawnRegion } from '../../../dicom/sr/review-steps.ts';
import type { ImagePoint } from '../../../dicom/vocabulary/geometry.ts';
import type { DisplayItem, Surface, SurfacePoint } from '../../core/overlay-shape.ts';
import {
  boxed,
  draggedRegion,
  editItems,
  handleAt,
  outlineOf,
  type EditedImage,
  type Handle,
} from '../../core/review-edit.ts';

/** What a drag does: changes the region, or draws a box or an outline in its place. */
export type HandMode = 'adjust' | 'box' | 'outline';

export type GrabPhase = 'press' | 'move' | 'drop' | 'cancel';

/** The part of a viewport that is used. */
export interface HandSurface {
  projection(): Surface['project'] | undefined;
  imagePointAt(at: SurfacePoint): ImagePoint | undefined;
}

/** An outline's points need not be closer than this, in CSS pixels. */
const COARSENESS = 1.5;

/** A press that moves less, in CSS pixels, changes nothing. */
const CLICK = 2;

interface Held {
  readonly from: ImagePoint;
  /** Absent while something is drawn. */
  readonly handle: Handle | undefined;
}

export class RegionHand {
  readonly mode: HandMode;
  readonly #region: DrawnRegion | undefined;
  readonly #image: EditedImage;
  readonly #onDrawn: (region: DrawnRegion) => void;
  #drawn: DrawnRegion | undefined;
  #held: Held | undefined;
  #trail: ImagePoint[] = [];

  /** `region` is what is there; absent where one is to be drawn. */
  constructor(
    mode: HandMode,
    region: DrawnRegion | undefined,
    image: EditedImage,
    onDrawn: (region: DrawnRegion) => void,
  ) {
    this.mode = mode;
    this.#region = region;
    this.#image = image;
    this.#onDrawn = onDrawn;
  }

  /** Takes a pointer's press, and then what it does until it is released; false for a press that is not meant for it. `at` in surface pixels. */
  grab(phase: GrabPhase, at: SurfacePoint, surface: HandSurface): boolean {
    const [point, project] = [surface.imagePointAt(at), surface.projection()];
    if (!point || !project) return false;
    const pixelRatio = window.devicePixelRatio;
    if (phase === 'press') {
      const handle =
        this.mode === 'adjust' && this.#region
          ? handleAt(this.#region, at, { project, pixelRatio })
          : undefined;
      if (this.mode === 'adjust' && !handle) return false;
      this.#held = { from: point, handle };
      this.#trail = [point];
      return true;
    }
    if (!this.#held) return false;
    if (phase === 'cancel') {
      this.#held = undefined;
      this.#drawn = undefined;
      return true;
    }
    this.#trail.push(point);
    const start = project(this.#held.from);
    const travelled = Math.hypot(at.x - start.x, at.y - start.y);
    this.#drawn = this.#regionFrom(this.#held, point, surface);
    if (phase === 'drop') {
      const region = travelled > CLICK * pixelRatio || this.mode === 'outline' ? this.#drawn : undefined;
      this.#held = undefined;
      this.#drawn = undefined;
      if (region) this.#onDrawn(region);
    }
    return true;
  }

  /** What is drawn over the image. */
  items(surface: Surface): readonly DisplayItem[] {
    const shown = this.#drawn ?? (this.mode === 'adjust' ? this.#region : undefined);
    return shown ? editItems(shown, surface) : [];
  }

  #regionFrom({ from, handle }: Held, to: ImagePoint, surface: HandSurface): DrawnRegion | undefined {
    if (handle && this.#region) return draggedRegion(this.#region, handle, from, to, this.#image);
    if (this.mode === 'box') return boxed(from, to, this.#image);
    return outlineOf(this.#trail, this.#image, COARSENESS * imagePixelsPerCssPixel(surface));
  }
}

function imagePixelsPerCssPixel(surface: HandSurface): number {
  const [one, other] = [
    surface.imagePointAt({ x: 0, y: 0 }),
    surface.imagePointAt({ x: window.devicePixelRatio, y: 0 }),
  ];
  return one && other ? Math.hypot(other.x - one.x, other.y - one.y) : 1;
}
