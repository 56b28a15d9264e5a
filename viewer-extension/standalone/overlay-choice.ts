/**
 * What the reader chose to see over the image.
 */
export interface OverlayChoice {
  /** False hides everything: the image as it was acquired. */
  readonly isOn: boolean;
  readonly showBoxes: boolean;
  readonly showPolygons: boolean;
  /** Lowest certainty shown, 0–1. */
  readonly threshold: number;
}

export const DEFAULT_OVERLAY: OverlayChoice = {
  isOn: true,
  showBoxes: true,
  showPolygons: true,
  threshold: 0,
};
