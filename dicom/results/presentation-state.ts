/**
 * One Grayscale Softcopy Presentation State for each image with localised findings: boxes, outlines and labels over
 * the untouched image. PS3.3 A.33.1, C.11.9 to C.11.11, C.10.4, C.10.5, C.10.7.
 *
 * Trap: where the image is of a paired part the series must carry its Laterality (C.7.3.1), which the SR must not.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { numbersOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import {
  findingsOf,
  INTENDED_USE_NOTICE,
  type Finding,
  type FindingBase,
  type SourceImage,
} from '../vocabulary/finding.ts';
import { cornersOf } from '../vocabulary/geometry.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { referenceItem } from '../sr/content-items.ts';
import { writtenBox, writtenPolygon } from '../sr/rounding.ts';
import { fractureText } from './finding-text.ts';
import { boxedText, closedLine, textSize, type Tracking } from './graphic-objects.ts';
import { grayscalePipeline } from './grayscale-pipeline.ts';
import { trackingUidOf } from './identifiers.ts';
import type { ResultImage, ResultObject } from './input.ts';
import { placeInCorner, placeLabels } from './label-places.ts';
import { performedDateTime } from './provenance.ts';
import {
  contentIdentification,
  lateralityOf,
  resultObject,
  type ResultContext,
  type ResultSeries,
} from './result-writer.ts';

const SERIES: ResultSeries = {
  kind: 'gsps',
  modality: 'PR',
  seriesNumber: 9002,
  seriesDescription: 'AI findings: overlay',
  sopClassUid: SOP_CLASS.grayscaleSoftcopyPresentationState,
};

/** Layers by order of drawing. PS3.3 C.10.7: the names join them to their objects. */
const LAYERS = {
  AI_BOXES: 'Boxes of fractures',
  AI_OUTLINES: 'Outlines of fractures',
  AI_LABELS: 'Certainty of fractures',
  AI_NOTICE: 'Intended use and model',
} as const;
type Layer = keyof typeof LAYERS;

/**
 * The presentation states, in the order of the images. None for an image without fractures, in colour, or with a
 * lookup table whose bytes are not at hand: a state that could not repeat it would change the image.
 */
export function buildPresentationStates(context: ResultContext): readonly ResultObject[] {
  return context.input.images.flatMap((image, index) => {
    const fractures = findingsOf(image.outcome.findings, 'fracture');
    const pipeline = fractures.length > 0 ? grayscalePipeline(image.metadata) : undefined;
    if (!pipeline) return [];
    const { sopInstanceUid, frameNumber } = image.outcome.source;
    const role = `${sopInstanceUid} ${frameNumber}`;
    const own = { ...presentation(context, image, fractures), ...pipeline };
    const instance = { role, number: index + 1, sources: [image.outcome.source] };
    return [resultObject(context, SERIES, instance, own)];
  });
}

function presentation(
  context: ResultContext,
  { outcome, metadata }: ResultImage,
  fractures: readonly Finding<'fracture'>[],
): DataSet {
  const { source } = outcome;
  const { date, time } = performedDateTime(context.input.performedAt);
  const reference = referenceItem(context.referenceTo(source));
  const own = dataSetOf({
    Laterality: lateralityOf(context.input.images),
    PresentationCreationDate: date,
    PresentationCreationTime: time,
    ReferencedSeriesSequence: [
      dataSetOf({ SeriesInstanceUID: source.seriesInstanceUid, ReferencedImageSequence: [reference] }),
    ],
    DisplayedAreaSelectionSequence: [displayedArea(source, metadata, reference)],
    GraphicAnnotationSequence: annotations(source, fractures, reference),
    GraphicLayerSequence: layersFor(fractures),
  });
  return { ...contentIdentification(), ...own };
}

/** The whole image, counted in pixels from 1; non-square pixels keep their shape. PS3.3 C.10.4. */
function displayedArea({ rows, columns }: SourceImage, metadata: DataSet, reference: DataSet): DataSet {
  const spacing = [TAG.PixelSpacing, TAG.ImagerPixelSpacing]
    .map((tag) => numbersOf(metadata, tag))
    .find((values) => values.length === 2 && values.every((value) => value > 0));
  const isSquare = !spacing || spacing[0] === spacing[1];
  const ratio = numbersOf(metadata, TAG.PixelAspectRatio);
  return dataSetOf({
    ReferencedImageSequence: [reference],
    DisplayedAreaTopLeftHandCorner: [1, 1],
    DisplayedAreaBottomRightHandCorner: [columns, rows],
    PresentationSizeMode: 'SCALE TO FIT',
    PresentationPixelSpacing: isSquare ? undefined : spacing,
    PresentationPixelAspectRatio: isSquare ? (ratio.length === 2 ? ratio : [1, 1]) : undefined,
  });
}

function annotations(
  source: SourceImage,
  fractures: readonly Finding<'fracture'>[],
  reference: DataSet,
): readonly DataSet[] {
  const onLayer = (layer: Layer, objects: { graphics?: readonly DataSet[]; texts?: readonly DataSet[] }) =>
    dataSetOf({
      ReferencedImageSequence: [reference],
      GraphicLayer: layer,
      TextObjectSequence: objects.texts,
      GraphicObjectSequence: objects.graphics,
    });
  const boxes = fractures.map((fracture) =>
    closedLine(cornersOf(writtenBox(fracture.box, source)), fracture.certainty, trackingOf(fracture)),
  );
  const outlines = fractures.flatMap((fracture) =>
    fracture.polygon
      ? [closedLine(writtenPolygon(fracture.polygon, source), fracture.certainty, trackingOf(fracture))]
      : [],
  );
  return [
    onLayer('AI_BOXES', { graphics: boxes }),
    ...(outlines.length > 0 ? [onLayer('AI_OUTLINES', { graphics: outlines })] : []),
    onLayer('AI_LABELS', { texts: labels(source, fractures) }),
    onLayer('AI_NOTICE', { texts: [notice(source, fractures)] }),
  ];
}

/** Certainty in words, outside the boxes. */
function labels(source: SourceImage, fractures: readonly Finding<'fracture'>[]): readonly DataSet[] {
  const texts = fractures.map(fractureText);
  const places = placeLabels(
    fractures.map(({ box }, index) => ({
      ...textSize(texts[index] ?? '', source),
      beside: writtenBox(box, source),
    })),
    source,
  );
  return fractures.flatMap((fracture, index) => {
    const [text, place] = [texts[index], places[index]];
    return text === undefined || !place ? [] : [boxedText(text, place, trackingOf(fracture))];
  });
}

function trackingOf(finding: FindingBase): Tracking {
  return { id: finding.trackingId, uid: trackingUidOf(finding) };
}

/** Intended use and the models that spoke, in a corner where no finding lies. */
function notice(source: SourceImage, fractures: readonly Finding<'fracture'>[]): DataSet {
  const models = new Set(fractures.map(({ model }) => `${model.name} ${model.version}`));
  const text = [INTENDED_USE_NOTICE, ...models].join('\r\n');
  const boxes = fractures.map(({ box }) => writtenBox(box, source));
  return boxedText(text, placeInCorner(textSize(text, source), boxes, source));
}

function layersFor(fractures: readonly Finding<'fracture'>[]): readonly DataSet[] {
  const hasOutlines = fractures.some(({ polygon }) => polygon !== undefined);
  return Object.entries(LAYERS)
    .filter(([layer]) => hasOutlines || layer !== 'AI_OUTLINES')
    .map(([layer, description], index) =>
      dataSetOf({ GraphicLayer: layer, GraphicLayerOrder: index + 1, GraphicLayerDescription: description }),
    );
}
