/**
 * Lengths and angles that the reader measures on an image. They live on the page and are never stored.
 *
 * Trap: a radiograph has up to two spacings. Imager Pixel Spacing is that of the detector, where everything looks larger
 * than it is; Pixel Spacing is the same number unless somebody calibrated it (PS3.3 10.7.1.3). A length in mm says which.
 */
import { numbersOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { ImagePoint } from '../../dicom/vocabulary/geometry.ts';

export type MeasurementKind = 'length' | 'angle';

/** How many points a measurement has; the second of an angle is its vertex. */
export const POINTS_OF: Readonly<Record<MeasurementKind, number>> = { length: 2, angle: 3 };

export interface Measurement {
  /** Unique on the page. */
  readonly id: number;
  readonly kind: MeasurementKind;
  /** In image points; an angle that is being drawn may still lack its third. */
  readonly points: readonly ImagePoint[];
}

/** Where the millimetres of an image come from. `object`: calibrated to the patient. `detector`: magnified. */
export type LengthPlane = 'object' | 'detector' | 'unstated';

/** Size of a pixel: in mm where `plane` is given, else only the ratio of its sides. */
export interface Calibration {
  readonly rowSpacing: number;
  readonly columnSpacing: number;
  readonly plane?: LengthPlane;
}

/** What the header says of the size of a pixel. PS3.3 10.7.1.3, C.8.11.2, C.7.6.3.1.7. */
export function calibrationOf(metadata: DataSet): Calibration {
  const object = spacingIn(metadata, TAG.PixelSpacing);
  const detector = spacingIn(metadata, TAG.ImagerPixelSpacing);
  if (object) return { ...object, plane: planeOf(metadata, object, detector) };
  if (detector) return { ...detector, plane: 'detector' };
  return spacingIn(metadata, TAG.PixelAspectRatio) ?? { rowSpacing: 1, columnSpacing: 1 };
}

/** A length in mm, or in pixels of the narrower side where no spacing is known. */
export function lengthOf([from, to]: readonly ImagePoint[], calibration: Calibration): number {
  if (!from || !to) return 0;
  const vector = vectorOf(from, to, calibration);
  const unit = calibration.plane ? 1 : Math.min(calibration.rowSpacing, calibration.columnSpacing);
  return Math.hypot(vector.x, vector.y) / unit;
}

/** The angle at the second point, 0–180 degrees; `undefined` where it has no legs. */
export function angleOf(
  [from, vertex, to]: readonly ImagePoint[],
  calibration: Calibration,
): number | undefined {
  if (!from || !vertex || !to) return undefined;
  const [one, other] = [vectorOf(vertex, from, calibration), vectorOf(vertex, to, calibration)];
  const product = Math.hypot(one.x, one.y) * Math.hypot(other.x, other.y);
  if (product === 0) return undefined;
  const cosine = (one.x * other.x + one.y * other.y) / product;
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
}

/** "42.1 mm", "310 px", "14.5°": the value as it stands beside the line; empty while there is none. */
export function valueText({ kind, points }: Measurement, calibration: Calibration): string {
  if (kind === 'length') {
    const length = lengthOf(points, calibration);
    return calibration.plane ? `${length.toFixed(1)} mm` : `${length.toFixed(0)} px`;
  }
  const angle = angleOf(points, calibration);
  return angle === undefined ? '' : `${angle.toFixed(1)}°`;
}

function spacingIn(
  metadata: DataSet,
  tag: string,
): { readonly rowSpacing: number; readonly columnSpacing: number } | undefined {
  const [rowSpacing = 0, columnSpacing = 0] = numbersOf(metadata, tag);
  return rowSpacing > 0 && columnSpacing > 0 ? { rowSpacing, columnSpacing } : undefined;
}

function planeOf(
  metadata: DataSet,
  object: { readonly rowSpacing: number },
  detector: { readonly rowSpacing: number } | undefined,
): LengthPlane {
  if (textOf(metadata, TAG.PixelSpacingCalibrationType)) return 'object';
  if (!detector) return 'unstated';
  return object.rowSpacing === detector.rowSpacing ? 'detector' : 'object';
}

/** Spacing between rows counts down, between columns across. PS3.3 10.7.1.1. */
function vectorOf(from: ImagePoint, to: ImagePoint, { rowSpacing, columnSpacing }: Calibration) {
  return { x: (to.x - from.x) * columnSpacing, y: (to.y - from.y) * rowSpacing };
}
