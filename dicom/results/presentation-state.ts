/**
 * One Grayscale Softcopy Presentation State for each image with localised findings: boxes, outlines and labels over
 * the untouched image. PS3.3 A.33.1, C.11.9 to C.11.11, C.10.4, C.10.5, C.10.7.
 *
 * Trap: where the image is of a paired part the series must carry its Laterality (C.7.3.1), which the SR must not.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { numbersOf, textOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { findingsOf, INTENDED_USE_NOTICE, type Finding, type SourceImage } from '../vocabulary/finding.ts';
import { cornersOf } from '../vocabulary/geometry.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { referenceItem } from '../sr/content-items.ts';
import { percentOf, writtenBox, writtenPolygon } from '../sr/rounding.ts';
import { boxedText, closedLine, labelPlace, textSize } from './graphic-objects.ts';
import { grayscalePipeline } from './grayscale-pipeline.ts';
import type { ResultImage, ResultObject } from './input.ts';
import { performedDateTime } from './provenance.ts';
import { resultObject, type ResultContext, type ResultSeries } from './result-writer.ts';

const SERIES: ResultSeries = {
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
    return [resultObject(context, SERIES, { role, number: index + 1 }, own)];
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
  return dataSetOf({
    Laterality: lateralityOf(metadata),
    PresentationCreationDate: date,
    PresentationCreationTime: time,
    ContentLabel: 'AI_FINDINGS',
    ContentDescription: 'AI findings. Research use only.',
    ContentCreatorName: { Alphabetic: 'Osteon^AI' },
    ReferencedSeriesSequence: [
      dataSetOf({ SeriesInstanceUID: source.seriesInstanceUid, ReferencedImageSequence: [reference] }),
    ],
    DisplayedAreaSelectionSequence: [displayedArea(source, metadata, reference)],
    GraphicAnnotationSequence: annotations(source, fractures, reference),
    GraphicLayerSequence: layersFor(fractures),
  });
}

/**
 * Laterality (0020,0060) of the series, else of the image. Type 2C for paired parts (PS3.3 C.7.3.1): where the source
 * names no side it is empty, unknown, since whether the part is paired is not known either.
 */
function lateralityOf(metadata: DataSet): string | readonly [] {
  const found = textOf(metadata, TAG.Laterality) ?? textOf(metadata, TAG.ImageLaterality);
  return found === 'L' || found === 'R' ? found : [];
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
  const boxes = fractures.map(({ box, certainty }) =>
    closedLine(cornersOf(writtenBox(box, source)), certainty),
  );
  const outlines = fractures.flatMap(({ polygon, certainty }) =>
    polygon ? [closedLine(writtenPolygon(polygon, source), certainty)] : [],
  );
  return [
    onLayer('AI_BOXES', { graphics: boxes }),
    ...(outlines.length > 0 ? [onLayer('AI_OUTLINES', { graphics: outlines })] : []),
    onLayer('AI_LABELS', { texts: fractures.map((fracture) => label(fracture, source)) }),
    onLayer('AI_NOTICE', { texts: [notice(source, fractures)] }),
  ];
}

function label({ box, probability, certainty }: Finding<'fracture'>, source: SourceImage): DataSet {
  const text = `fracture ${percentOf(probability)} % (${certainty})`;
  return boxedText(text, labelPlace(text, writtenBox(box, source), source));
}

/** Intended use and the models that spoke, in the bottom left corner. */
function notice(source: SourceImage, fractures: readonly Finding<'fracture'>[]): DataSet {
  const models = new Set(fractures.map(({ model }) => `${model.name} ${model.version}`));
  const text = [INTENDED_USE_NOTICE, ...models].join('\r\n');
  const { width, height } = textSize(text, source);
  return boxedText(text, { left: 0, top: source.rows - height, right: width, bottom: source.rows });
}

function layersFor(fractures: readonly Finding<'fracture'>[]): readonly DataSet[] {
  const hasOutlines = fractures.some(({ polygon }) => polygon !== undefined);
  return Object.entries(LAYERS)
    .filter(([layer]) => hasOutlines || layer !== 'AI_OUTLINES')
    .map(([layer, description], index) =>
      dataSetOf({ GraphicLayer: layer, GraphicLayerOrder: index + 1, GraphicLayerDescription: description }),
    );
}
