/** The part of cornerstone-core 2.6 that is used; the package ships no types. */
declare module 'cornerstone-core' {
  export interface LookupTable {
    readonly firstValueMapped: number;
    readonly numBitsPerEntry: number;
    readonly lut: readonly number[];
  }

  export interface Image {
    readonly imageId: string;
    readonly minPixelValue: number;
    readonly maxPixelValue: number;
    readonly slope: number;
    readonly intercept: number;
    readonly windowCenter: number;
    readonly windowWidth: number;
    readonly invert: boolean;
    readonly color: boolean;
    readonly rows: number;
    readonly columns: number;
    readonly height: number;
    readonly width: number;
    readonly rowPixelSpacing: number;
    readonly columnPixelSpacing: number;
    readonly sizeInBytes: number;
    readonly rgba?: boolean;
    readonly voiLUT?: LookupTable | undefined;
    readonly modalityLUT?: LookupTable | undefined;
    readonly getPixelData: () => ArrayLike<number>;
  }

  export interface Viewport {
    scale: number;
    rotation: number;
    invert: boolean;
    pixelReplication: boolean;
    voiLUT?: LookupTable | undefined;
    readonly voi: { windowCenter: number; windowWidth: number };
    readonly translation: { x: number; y: number };
  }

  export interface EnabledElement {
    readonly canvas: HTMLCanvasElement;
  }

  export const EVENTS: { readonly IMAGE_RENDERED: string; readonly PRE_RENDER: string };
  export function enable(element: HTMLElement): void;
  export function disable(element: HTMLElement): void;
  export function displayImage(element: HTMLElement, image: Image, viewport?: Viewport): void;
  export function getEnabledElement(element: HTMLElement): EnabledElement;
  export function getViewport(element: HTMLElement): Viewport | undefined;
  export function setViewport(element: HTMLElement, viewport: Viewport): void;
  export function getDefaultViewportForImage(element: HTMLElement, image: Image): Viewport;
  export function fitToWindow(element: HTMLElement): void;
  export function resize(element: HTMLElement, forceFitToWindow?: boolean): void;
  export function pixelToCanvas(
    element: HTMLElement,
    point: { readonly x: number; readonly y: number },
  ): { x: number; y: number };
}
