/**
 * Findings by the hundred, on a canvas beneath the host's SVG layer: a browser draws ten thousand boxes there in a tenth of a
 * second, and as SVG in many.
 *
 * While the view moves, the painted canvas is moved with it, which costs nothing; once it rests it is painted anew.
 */
import { compose, invert, type Affine } from '../../dicom/vocabulary/geometry.ts';
import type { DisplayList, OverlayShape } from '../core/overlay-shape.ts';
import { paintDisplayList } from '../painters/canvas.ts';
import type { HostViewport } from './host.ts';

/** Class of the canvases. */
export const CROWD_CLASS = 'osteon-crowd';

/** More shapes than this on an image are a crowd. */
const MOST_IN_SVG = 400;

/** How long a view that has moved must rest before it is painted anew. */
const REST_MS = 120;

/** What is to be drawn, and where. */
export interface CrowdView {
  /** The same object as long as nothing but the view has changed. */
  readonly shapes: readonly OverlayShape[];
  /** Image points → CSS pixels of the viewport. */
  readonly toSurface: Affine;
  /** Lays the shapes out in CSS pixels of the viewport as it then is. */
  readonly layOut: () => DisplayList;
}

interface Painted {
  readonly canvas: HTMLCanvasElement;
  readonly view: CrowdView;
  readonly size: string;
  timer?: ReturnType<typeof setTimeout>;
}

export function isCrowd(shapes: readonly OverlayShape[]): boolean {
  return shapes.length > MOST_IN_SVG;
}

/** The canvases of all viewports, by the viewport's id. */
export class CrowdCanvases {
  readonly #painted = new Map<string, Painted>();

  /** Shows the view: moved at once, painted at once where something else has changed. */
  show(viewport: HostViewport, view: CrowdView): void {
    const last = this.#painted.get(viewport.id);
    const isSame =
      last?.view.shapes === view.shapes && last.size === sizeOf(viewport) && last.canvas.isConnected;
    if (!isSame || !isInvertible(last.view.toSurface)) {
      this.#paint(viewport, view);
      return;
    }
    clearTimeout(last.timer);
    if (isEqual(last.view.toSurface, view.toSurface)) {
      last.canvas.style.transform = '';
      return;
    }
    const { a, b, c, d, e, f } = compose(invert(last.view.toSurface), view.toSurface);
    last.canvas.style.transform = `matrix(${[a, b, c, d, e, f].join()})`;
    last.timer = setTimeout(() => {
      this.#paint(viewport, view);
    }, REST_MS);
  }

  /** Takes the canvas of a viewport away. */
  hide(viewportId: string): void {
    const last = this.#painted.get(viewportId);
    clearTimeout(last?.timer);
    last?.canvas.remove();
    this.#painted.delete(viewportId);
  }

  /** Takes all away. */
  clear(): void {
    for (const id of [...this.#painted.keys()]) this.hide(id);
  }

  #paint(viewport: HostViewport, view: CrowdView): void {
    const last = this.#painted.get(viewport.id);
    clearTimeout(last?.timer);
    const canvas = last?.canvas ?? newCanvas();
    if (!canvas.isConnected) viewport.element.querySelector('svg.svg-layer')?.before(canvas);
    const { clientWidth: width, clientHeight: height } = viewport.element;
    const density = window.devicePixelRatio;
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.style.transform = '';
    // As in the reading room: thousands of thin lines are what a processor draws well and a graphics card badly.
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context) paintDisplayList(context, view.layOut(), canvas, density);
    this.#painted.set(viewport.id, { canvas, view, size: sizeOf(viewport) });
  }
}

function newCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.className = CROWD_CLASS;
  canvas.setAttribute('aria-hidden', 'true');
  canvas.style.cssText = 'position: absolute; top: 0; left: 0; pointer-events: none; transform-origin: 0 0';
  return canvas;
}

function sizeOf({ element }: HostViewport): string {
  return `${element.clientWidth}×${element.clientHeight}×${window.devicePixelRatio}`;
}

/** False for a viewport that is not laid out. */
function isInvertible({ a, b, c, d }: Affine): boolean {
  const determinant = a * d - b * c;
  return Number.isFinite(determinant) && determinant !== 0;
}

function isEqual(one: Affine, other: Affine): boolean {
  return (['a', 'b', 'c', 'd', 'e', 'f'] as const).every((key) => Math.abs(one[key] - other[key]) < 1e-9);
}
