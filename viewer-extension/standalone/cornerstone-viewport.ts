/**
 * One radiograph on cornerstone-core: the only file that imports it.
 *
 * Cornerstone lays one canvas pixel on one CSS pixel; here its element is laid out at device resolution and scaled
 * back, so that a dense screen gets its pixels. Surface pixels below are therefore device pixels.
 * Trap: cornerstone's translation is applied before its scale, so a pan of the surface is divided by it.
 */
import * as cornerstone from 'cornerstone-core';
import type { Image, Viewport } from 'cornerstone-core';
import { apply, invert, type Affine, type ImagePoint } from '../../dicom/vocabulary/geometry.ts';
import { hullOf, type SurfacePoint } from '../core/overlay-shape.ts';
import type { DisplayImage } from './display-image.ts';

/** What the reader has set, for display and for tests. Angles in degrees clockwise. */
export interface ViewState {
  readonly windowCenter: number;
  readonly windowWidth: number;
  /** Surface pixels per image pixel (of the narrower spacing). */
  readonly scale: number;
  readonly rotation: number;
  readonly isInverted: boolean;
}

const ZOOM_RANGE = { least: 0.02, most: 40 } as const;

/** A viewport bound to an element; {@link CornerstoneViewport.dispose} ends it. */
export class CornerstoneViewport {
  readonly #element: HTMLElement;
  readonly #onRender: () => void;
  #image: DisplayImage | undefined;
  #isFitted = true;
  /** Does what this one does: moves, zooms, turns and changes its window alike. */
  follower: CornerstoneViewport | undefined;

  /** `element` must be laid out; `onRender` follows every drawing of the image. */
  constructor(element: HTMLElement, onRender: () => void) {
    this.#element = element;
    this.#onRender = onRender;
    cornerstone.enable(element);
    element.addEventListener(cornerstone.EVENTS.PRE_RENDER, this.#smooth);
    element.addEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.#onRender);
  }

  dispose(): void {
    this.#element.removeEventListener(cornerstone.EVENTS.PRE_RENDER, this.#smooth);
    this.#element.removeEventListener(cornerstone.EVENTS.IMAGE_RENDERED, this.#onRender);
    cornerstone.disable(this.#element);
  }

  /** Shows an image, fitted, with the window of its header. */
  show(image: DisplayImage, imageId: string): void {
    const shown = cornerstoneImage(image, imageId);
    this.#image = image;
    this.#isFitted = true;
    cornerstone.displayImage(
      this.#element,
      shown,
      cornerstone.getDefaultViewportForImage(this.#element, shown),
    );
    cornerstone.fitToWindow(this.#element);
  }

  /** Takes up a new size of the element: a fitted image stays fitted. */
  resize(): void {
    cornerstone.resize(this.#element, this.#isFitted && this.#image !== undefined);
  }

  get state(): ViewState | undefined {
    const viewport = this.#viewport();
    if (!viewport) return undefined;
    const { voi, scale, rotation, invert } = viewport;
    const shift = this.#image ? linearShift(this.#image) : 0;
    const window = { windowCenter: voi.windowCenter + shift / 2, windowWidth: voi.windowWidth + shift };
    return { ...window, scale, rotation, isInverted: invert !== (this.#image?.isInverted ?? false) };
  }

  /** Where image points lie on the surface, as cornerstone's pixelToCanvas says (corner convention as in SCOORD). */
  projection(): ((point: ImagePoint) => SurfacePoint) | undefined {
    const placement = this.placement();
    return placement && (({ x, y }) => apply(placement.toSurface, x, y));
  }

  /** The size of the image in pixels, and where its points lie on the surface. */
  placement(): { readonly toSurface: Affine; readonly columns: number; readonly rows: number } | undefined {
    const image = this.#image;
    if (!image || !this.#viewport()) return undefined;
    const origin = cornerstone.pixelToCanvas(this.#element, { x: 0, y: 0 });
    const right = cornerstone.pixelToCanvas(this.#element, { x: image.columns, y: 0 });
    const down = cornerstone.pixelToCanvas(this.#element, { x: 0, y: image.rows });
    const toSurface: Affine = {
      a: (right.x - origin.x) / image.columns,
      b: (right.y - origin.y) / image.columns,
      c: (down.x - origin.x) / image.rows,
      d: (down.y - origin.y) / image.rows,
      e: origin.x,
      f: origin.y,
    };
    return { toSurface, columns: image.columns, rows: image.rows };
  }

  fit(): void {
    this.#together((viewport) => {
      viewport.#fit();
    });
  }

  /** Turns by quarter turns clockwise, and fits again if it was fitted. */
  rotateBy(degrees: number): void {
    this.#together((one) => {
      one.#change((viewport) => {
        viewport.rotation = (viewport.rotation + degrees + 360) % 360;
      });
      if (one.#isFitted) one.#fit();
    });
  }

  invert(): void {
    this.#together((one) => {
      one.#change((viewport) => {
        viewport.invert = !viewport.invert;
      });
    });
  }

  /** Changes width and centre by shares of the current width; leaves a VOI LUT for a linear window. */
  windowBy(widthShare: number, centerShare: number): void {
    this.#together((one) => {
      one.#change((viewport) => {
        const { windowWidth } = viewport.voi;
        viewport.voiLUT = undefined;
        viewport.voi.windowWidth = Math.max(1, windowWidth * Math.exp(widthShare));
        viewport.voi.windowCenter += windowWidth * centerShare;
      });
    });
  }

  /** Sets centre and width, in the units of the image's header. */
  setWindow(windowCenter: number, windowWidth: number): void {
    const shift = this.#image ? linearShift({ ...this.#image, windowWidth }) : 0;
    this.#change((viewport) => {
      viewport.voiLUT = undefined;
      viewport.voi.windowWidth = Math.max(1e-3, windowWidth - shift);
      viewport.voi.windowCenter = windowCenter - shift / 2;
    });
  }

  /** Shows one image pixel on one device pixel (of the narrower spacing), about the middle. */
  showActualSize(): void {
    const scale = this.#viewport()?.scale;
    if (scale) this.zoomAtCentre(1 / scale);
  }

  /** Where a surface point lies on the image. */
  imagePointAt({ x, y }: SurfacePoint): ImagePoint | undefined {
    const placement = this.placement();
    return placement && apply(invert(placement.toSurface), x, y);
  }

  /** Moves the image by surface pixels. */
  panBy(x: number, y: number): void {
    this.#together((one) => {
      one.#pan(x, y);
    });
  }

  /** Scales about a surface point, which keeps its place. */
  zoomAt(factor: number, at: SurfacePoint): void {
    const fromCentre = this.#fromCentre(at);
    this.#together((one) => {
      one.#zoom(factor, fromCentre);
    });
  }

  #fit(): void {
    if (!this.#image) return;
    this.#isFitted = true;
    cornerstone.fitToWindow(this.#element);
  }

  #pan(x: number, y: number): void {
    this.#change((viewport) => {
      this.#isFitted = false;
      const moved = this.#toTranslation(viewport, x, y);
      viewport.translation.x += moved.x;
      viewport.translation.y += moved.y;
    });
  }

  #zoom(factor: number, fromCentre: SurfacePoint): void {
    this.#change((viewport) => {
      this.#isFitted = false;
      const before = this.#toTranslation(viewport, fromCentre.x, fromCentre.y);
      viewport.scale = Math.min(ZOOM_RANGE.most, Math.max(ZOOM_RANGE.least, viewport.scale * factor));
      const after = this.#toTranslation(viewport, fromCentre.x, fromCentre.y);
      viewport.translation.x += after.x - before.x;
      viewport.translation.y += after.y - before.y;
    });
  }

  zoomAtCentre(factor: number): void {
    const { canvas } = cornerstone.getEnabledElement(this.#element);
    this.zoomAt(factor, { x: canvas.width / 2, y: canvas.height / 2 });
  }

  /** Pans so that what the points span lies in the middle, unless all of it is on the screen already. */
  reveal(points: readonly ImagePoint[]): void {
    const project = this.projection();
    const hull = project && hullOf(points.map(project));
    if (!hull) return;
    const { canvas } = cornerstone.getEnabledElement(this.#element);
    const isWhole =
      hull.x >= 0 &&
      hull.y >= 0 &&
      hull.x + hull.width <= canvas.width &&
      hull.y + hull.height <= canvas.height;
    if (isWhole) return;
    const fromCentre = this.#fromCentre({ x: hull.x + hull.width / 2, y: hull.y + hull.height / 2 });
    this.#pan(-fromCentre.x, -fromCentre.y);
  }

  /** Does the same to this viewport and to its follower. */
  #together(work: (viewport: CornerstoneViewport) => void): void {
    work(this);
    if (this.follower) work(this.follower);
  }

  #viewport(): Viewport | undefined {
    return this.#image ? cornerstone.getViewport(this.#element) : undefined;
  }

  #change(edit: (viewport: Viewport) => void): void {
    const viewport = this.#viewport();
    if (!viewport) return;
    edit(viewport);
    cornerstone.setViewport(this.#element, viewport);
  }

  #fromCentre({ x, y }: SurfacePoint): SurfacePoint {
    const { canvas } = cornerstone.getEnabledElement(this.#element);
    return { x: x - canvas.width / 2, y: y - canvas.height / 2 };
  }

  /** A move of the surface in cornerstone's translation units: rotation · scale · rotation⁻¹, undone. */
  #toTranslation(viewport: Viewport, x: number, y: number): SurfacePoint {
    const { rowSpacing = 1, columnSpacing = 1 } = this.#image ?? {};
    const least = Math.min(rowSpacing, columnSpacing);
    const angle = (viewport.rotation * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const along = (x * cos + y * sin) / (viewport.scale * (columnSpacing / least));
    const across = (-x * sin + y * cos) / (viewport.scale * (rowSpacing / least));
    return { x: along * cos - across * sin, y: along * sin + across * cos };
  }

  /** Trabecular bone shrunk with a two-tap filter turns to noise. */
  readonly #smooth = (): void => {
    const context = cornerstone.getEnabledElement(this.#element).canvas.getContext('2d');
    if (context) context.imageSmoothingQuality = 'high';
  };
}

/** Cornerstone's ramp is LINEAR_EXACT; LINEAR is half a unit lower and one narrower (PS3.3 C.11.2.1.2.1), a step for width 1. */
function linearShift({ windowFunction, windowWidth }: DisplayImage): number {
  return windowFunction === 'LINEAR' ? Math.min(1, windowWidth - 1e-3) : 0;
}

function cornerstoneImage(image: DisplayImage, imageId: string): Image {
  const { columns, rows, samples, voiLut } = image;
  return {
    imageId,
    columns,
    rows,
    width: columns,
    height: rows,
    minPixelValue: image.minimum,
    maxPixelValue: image.maximum,
    slope: image.slope,
    intercept: image.intercept,
    windowCenter: image.windowCenter - linearShift(image) / 2,
    windowWidth: image.windowWidth - linearShift(image),
    invert: image.isInverted,
    color: image.isColour,
    rgba: image.isColour,
    rowPixelSpacing: image.rowSpacing,
    columnPixelSpacing: image.columnSpacing,
    sizeInBytes: samples.byteLength,
    getPixelData: () => samples,
    ...(voiLut ? { voiLUT: voiLut } : {}),
  };
}
