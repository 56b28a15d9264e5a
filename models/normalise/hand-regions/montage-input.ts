/**
 * The regions that were found → the network's tensor, and where they lie on the image.
 */
import {
  type Affine,
  apply,
  compose,
  invert,
  rotationAbout,
  scaleAndShift,
} from '../../../dicom/vocabulary/geometry.ts';
import { HAND_REGIONS, type HandRegionOutline } from '../../../dicom/vocabulary/finding.ts';
import type { GreyImage } from '../../../dicom/vocabulary/image.ts';
import { inputShapeOf, type InputSpec } from '../../input-contract.ts';
import { channelsOf, type Tensor } from '../to-tensor.ts';
import { CANVAS, type FoundRegions } from './find-regions.ts';
import { montageOf } from './montage.ts';

/** The montage by the steps of a manifest whose `fit` is `hand-regions`. */
export function montageTensor({ canvas, boxes }: FoundRegions, spec: InputSpec): Tensor {
  const { samples } = montageOf(canvas, boxes);
  const grey = Float32Array.from(samples, (level) => level / 255);
  return { data: channelsOf(grey, spec), dims: inputShapeOf(spec) };
}

/** The four boxes on the image that they were found on, as turned rectangles in image points. */
export function outlinesOf(
  { boxes, degrees }: FoundRegions,
  image: Pick<GreyImage, 'columns' | 'rows'>,
): readonly HandRegionOutline[] {
  const toImage = canvasToImage(degrees, image);
  return HAND_REGIONS.map((region) => {
    const { x0, y0, x1, y1 } = boxes[region];
    const corners = [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ] as const;
    return { region, outline: corners.map(([x, y]) => apply(toImage, x, y)) };
  });
}

/**
 * Upright canvas → image, both from the outer corner of the first pixel. OpenCV turns about pixel **index** (400, 500), so
 * the centre of rotation lies half a pixel further as an image point.
 */
function canvasToImage(degrees: number, { columns, rows }: Pick<GreyImage, 'columns' | 'rows'>): Affine {
  const upright = rotationAbout(CANVAS.columns / 2 + 0.5, CANVAS.rows / 2 + 0.5, degrees);
  return compose(invert(upright), scaleAndShift(columns / CANVAS.columns, rows / CANVAS.rows, 0, 0));
}
