/**
 * What a Grayscale Softcopy Presentation State says about an image. PS3.3 A.33.1, PS3.4 Annex N.
 *
 * Its transforms stand in the place of the image's own: a Modality LUT that it does not hold is the identity (PS3.4 N.2.1).
 * Trap: rotation comes before the horizontal flip (PS3.3 C.10.6), and PIXEL graphics lie in the image before both.
 */
import { itemsOf, numberOf, numbersOf, textOf, textsOf, type DataSet } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { modalityOf, voiTransformsOf, type ModalityTransform, type VoiTransform } from './pixel-module.ts';
import { readShutter, type Shutter } from './shutter.ts';

/** An image that a presentation state is for. */
export interface PresentedImage {
  readonly seriesInstanceUid: string | undefined;
  readonly sopInstanceUid: string;
  /** 1-based; empty means all frames. */
  readonly frameNumbers: readonly number[];
}

/** Points of one graphic object, x and y in turn. */
export interface Graphic {
  readonly type: 'POINT' | 'POLYLINE' | 'INTERPOLATED' | 'CIRCLE' | 'ELLIPSE';
  readonly points: readonly number[];
  /** PIXEL: image points, the corner of the first pixel 0\0; DISPLAY: 0–1 of the displayed area. PS3.3 C.10.5.1.2. */
  readonly units: 'PIXEL' | 'DISPLAY';
  /** 0–1; from the layer, white where it recommends nothing. */
  readonly grey: number;
}

/** A text and where it begins. */
export interface GraphicText {
  readonly text: string;
  readonly at: readonly [x: number, y: number];
  readonly units: 'PIXEL' | 'DISPLAY';
  readonly grey: number;
}

/** Everything that a presentation state does to one image. */
export interface Presentation {
  readonly modality: ModalityTransform;
  readonly voi: readonly VoiTransform[];
  readonly presentationLutShape?: 'IDENTITY' | 'INVERSE';
  readonly shutter?: Shutter;
  /** Corners in pixels from 1, both included; absent: the whole image. PS3.3 C.10.4. */
  readonly displayedArea?: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }; // prettier-ignore
  /** Clockwise. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** After the rotation. */
  readonly isFlipped: boolean;
  readonly graphics: readonly Graphic[];
  readonly texts: readonly GraphicText[];
}

/** The images that a presentation state is for, in its order. */
export function presentedImages(state: DataSet): readonly PresentedImage[] {
  return itemsOf(state, TAG.ReferencedSeriesSequence).flatMap((series) =>
    itemsOf(series, TAG.ReferencedImageSequence).flatMap((image) => {
      const sopInstanceUid = textOf(image, TAG.ReferencedSOPInstanceUID);
      if (sopInstanceUid === undefined) return [];
      const frameNumbers = numbersOf(image, TAG.ReferencedFrameNumber);
      return [{ seriesInstanceUid: textOf(series, TAG.SeriesInstanceUID), sopInstanceUid, frameNumbers }];
    }),
  );
}

/** What a presentation state does to one image. `isSigned` is the image's Pixel Representation. Throws `invalid-value` for a table that cannot be read. */
export function presentationFor(state: DataSet, sopInstanceUid: string, isSigned: boolean): Presentation {
  const applies = (item: DataSet): boolean => {
    const images = itemsOf(item, TAG.ReferencedImageSequence);
    return (
      images.length === 0 ||
      images.some((image) => textOf(image, TAG.ReferencedSOPInstanceUID) === sopInstanceUid)
    );
  };
  const shape = textOf(state, TAG.PresentationLUTShape);
  const [area] = itemsOf(state, TAG.DisplayedAreaSelectionSequence).filter(applies);
  const displayedArea = area && displayedAreaOf(area);
  const shutter = readShutter(state);
  const annotations = itemsOf(state, TAG.GraphicAnnotationSequence).filter(applies);
  const greyOf = layerGreys(state);
  return {
    modality: modalityOf(state, isSigned),
    voi: itemsOf(state, TAG.SoftcopyVOILUTSequence)
      .filter(applies)
      .flatMap((item) => voiTransformsOf(item, isSigned)),
    ...((shape === 'IDENTITY' || shape === 'INVERSE') && { presentationLutShape: shape }),
    ...(shutter && { shutter }),
    ...(displayedArea && { displayedArea }),
    rotation: rotationOf(state),
    isFlipped: textOf(state, TAG.ImageHorizontalFlip) === 'Y',
    graphics: annotations.flatMap((annotation) => graphicsOf(annotation, greyOf(annotation))),
    texts: annotations.flatMap((annotation) => graphicTextsOf(annotation, greyOf(annotation))),
  };
}

function rotationOf(state: DataSet): Presentation['rotation'] {
  const rotation = numberOf(state, TAG.ImageRotation);
  return rotation === 90 || rotation === 180 || rotation === 270 ? rotation : 0;
}

function displayedAreaOf(item: DataSet): Presentation['displayedArea'] {
  const [left, top] = numbersOf(item, TAG.DisplayedAreaTopLeftHandCorner);
  const [right, bottom] = numbersOf(item, TAG.DisplayedAreaBottomRightHandCorner);
  if (left === undefined || top === undefined || right === undefined || bottom === undefined)
    return undefined;
  return { left, top, right, bottom };
}

/** Grey of the layer that an annotation lies on. PS3.3 C.10.7. */
function layerGreys(state: DataSet): (annotation: DataSet) => number {
  const greys = new Map(
    itemsOf(state, TAG.GraphicLayerSequence).map((layer) => [
      textOf(layer, TAG.GraphicLayer),
      (numberOf(layer, TAG.GraphicLayerRecommendedDisplayGrayscaleValue) ?? 0xffff) / 0xffff,
    ]),
  );
  return (annotation) => greys.get(textOf(annotation, TAG.GraphicLayer)) ?? 1;
}

const GRAPHIC_TYPES: ReadonlySet<string> = new Set([
  'POINT',
  'POLYLINE',
  'INTERPOLATED',
  'CIRCLE',
  'ELLIPSE',
]);

function graphicsOf(annotation: DataSet, grey: number): readonly Graphic[] {
  return itemsOf(annotation, TAG.GraphicObjectSequence).flatMap((item): Graphic[] => {
    const type = textOf(item, TAG.GraphicType);
    if (!isGraphicType(type)) return [];
    return [
      {
        type,
        points: numbersOf(item, TAG.GraphicData),
        units: unitsOf(textsOf(item, TAG.GraphicAnnotationUnits)),
        grey,
      },
    ];
  });
}

function isGraphicType(type: string | undefined): type is Graphic['type'] {
  return type !== undefined && GRAPHIC_TYPES.has(type);
}

/** A text begins at the corner of its bounding box, else at its anchor point. PS3.3 C.10.5.1.1. */
function graphicTextsOf(annotation: DataSet, grey: number): readonly GraphicText[] {
  return itemsOf(annotation, TAG.TextObjectSequence).flatMap((item): GraphicText[] => {
    const text = textOf(item, TAG.UnformattedTextValue);
    const box = numbersOf(item, TAG.BoundingBoxTopLeftHandCorner);
    const [x, y] = box.length >= 2 ? box : numbersOf(item, TAG.AnchorPoint);
    if (text === undefined || x === undefined || y === undefined) return [];
    const tag = box.length >= 2 ? TAG.BoundingBoxAnnotationUnits : TAG.AnchorPointAnnotationUnits;
    return [{ text, at: [x, y], units: unitsOf(textsOf(item, tag)), grey }];
  });
}

function unitsOf([units]: readonly string[]): 'PIXEL' | 'DISPLAY' {
  return units === 'DISPLAY' ? 'DISPLAY' : 'PIXEL';
}
