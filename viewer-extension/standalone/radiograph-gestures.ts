/**
 * What pointers and keys do to one radiograph: view, measurement, choice of a finding.
 */
import type { ImagePoint } from '../../dicom/vocabulary/geometry.ts';
import { findingAt } from '../core/finding-at.ts';
import type { DisplayList, SurfacePoint } from '../core/overlay-shape.ts';
import type { CornerstoneViewport } from './cornerstone-viewport.ts';
import type { GestureIntents, MeasurePhase, PointerTool } from './gestures.ts';
import { measured, type Draft } from './measuring.ts';
import type { RegionHand } from './review/region-hand.ts';

/** What the page tells and is told while pointers move. */
export interface GestureHost {
  readonly tool: () => PointerTool;
  readonly displayed: () => DisplayList;
  /** What changes or draws a region; absent while nothing is edited. */
  readonly hand: () => RegionHand | undefined;
  readonly onPick: (findingId: string) => void;
  readonly onDone: (draft: Draft) => void;
  /** The draft or the cross has changed. */
  readonly onChange: () => void;
}

/** Steps of the keyboard's cross in CSS pixels: fine with shift. */
const STEP = { coarse: 12, fine: 1 } as const;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The hand on one radiograph. Positions that come in are CSS pixels, positions kept are device pixels. */
export class RadiographGestures {
  readonly #viewport: CornerstoneViewport;
  readonly #host: GestureHost;
  draft: Draft | undefined;
  /** Where the keyboard points while a measuring tool is chosen. */
  cross: SurfacePoint | undefined;

  constructor(viewport: CornerstoneViewport, host: GestureHost) {
    this.#viewport = viewport;
    this.#host = host;
  }

  get intents(): GestureIntents {
    const viewport = this.#viewport;
    return {
      tool: this.#host.tool,
      window: (x, y) => {
        viewport.windowBy(x / 250, y / 400);
      },
      pan: (x, y) => {
        viewport.panBy(device(x), device(y));
      },
      zoom: (factor, x, y) => {
        viewport.zoomAt(factor, { x: device(x), y: device(y) });
      },
      pick: (x, y) => {
        const findingId = findingAt(this.#host.displayed(), { x: device(x), y: device(y) });
        if (findingId) this.#host.onPick(findingId);
      },
      grab: (phase, x, y) => {
        const isTaken = this.#host.hand()?.grab(phase, { x: device(x), y: device(y) }, viewport) ?? false;
        if (isTaken) this.#host.onChange();
        return isTaken;
      },
      measure: (phase, x, y) => {
        this.#measure(phase, { x: device(x), y: device(y) });
      },
    };
  }

  /** Drops what is being drawn. */
  reset(): void {
    if (!this.draft && !this.cross) return;
    this.draft = undefined;
    this.cross = undefined;
    this.#host.onChange();
  }

  /** Drops what another tool was drawing; what the new one has begun since it was chosen stays. */
  changeTool(): void {
    if (this.draft ? this.draft.kind !== this.#host.tool() : this.cross) this.reset();
  }

  /** Moves the cross, or sets a point with Enter; true when the key was one of these. */
  key(event: KeyboardEvent, size: { readonly width: number; readonly height: number }): boolean {
    const tool = this.#host.tool();
    if (tool !== 'length' && tool !== 'angle') return false;
    if (event.key === 'Escape' && this.draft) {
      this.reset();
      return true;
    }
    const at = this.cross ?? { x: size.width / 2, y: size.height / 2 };
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = device(event.shiftKey ? STEP.fine : STEP.coarse);
      this.cross = { x: at.x + arrow[0] * step, y: at.y + arrow[1] * step };
      this.#measure('move', this.cross);
      this.#host.onChange();
      return true;
    }
    if (event.key !== 'Enter') return false;
    this.cross = at;
    this.#measure('press', at);
    this.#measure('click', at);
    return true;
  }

  #measure(phase: MeasurePhase, at: SurfacePoint): void {
    const tool = this.#host.tool();
    const point: ImagePoint | undefined = this.#viewport.imagePointAt(at);
    if (phase === 'cancel' || !point || (tool !== 'length' && tool !== 'angle')) {
      this.reset();
      return;
    }
    if (phase === 'move' && !this.draft) return;
    const event =
      phase === 'press' || phase === 'move'
        ? ({ type: phase, at: point } as const)
        : ({ type: 'release', at: point, wasDragged: phase === 'drop' } as const);
    const { draft, done } = measured(this.draft, tool, event);
    this.draft = draft;
    if (done) this.#host.onDone({ kind: tool, points: done });
    this.#host.onChange();
  }
}

function device(length: number): number {
  return length * window.devicePixelRatio;
}
