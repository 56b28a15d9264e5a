/**
 * Secondary captures for systems that show images alone: a page with everything that was found, and each radiograph with its
 * findings burned in. PS3.3 A.8.1, C.8.6; a fallback beside the report, never in its place.
 *
 * Trap: the pixels are not here. A drawing says what they are to be; whoever stores the object draws and encodes it.
 */
import { codeItem, referenceItem } from '../sr/content-items.ts';
import { DCM } from '../vocabulary/codes.ts';
import { numbersOf, textOf, textsOf, type DataSet } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import type { Drawing } from '../vocabulary/drawing.ts';
import { findingsOf, INTENDED_USE_NOTICE, type Finding, type SourceImage } from '../vocabulary/finding.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { burnedInFindings } from './burned-in-findings.ts';
import { dateText } from './finding-text.ts';
import type { ResultImage, ResultObject, ResultPixels } from './input.ts';
import { inheritedCompression } from './lossy-compression.ts';
import { modelsOf, performedDateTime } from './provenance.ts';
import {
  captureEncodingOf,
  lateralityOf,
  resultObject,
  type ResultContext,
  type ResultSeries,
} from './result-writer.ts';
import { summaryPage } from './summary-page.ts';

const SERIES: ResultSeries = {
  kind: 'sc',
  modality: 'OT',
  seriesNumber: 9003,
  seriesDescription: 'AI findings: summary images',
  sopClassUid: SOP_CLASS.secondaryCapture,
};

/** The page first, then the images with fractures in their order. */
export function buildSecondaryCaptures(context: ResultContext): readonly ResultObject[] {
  const { images } = context.input;
  return [
    page(context),
    ...images.flatMap((image, index) => {
      const fractures = findingsOf(image.outcome.findings, 'fracture');
      if (fractures.length === 0) return [];
      const { source } = image.outcome;
      const drawing = burnedInFindings(source, fractures, footerOf(image, fractures));
      const instance = {
        role: `${source.sopInstanceUid} ${source.frameNumber}`,
        number: index + 2,
        sources: [source],
        pixels: pixelsOf(context, drawing),
      };
      return [resultObject(context, SERIES, instance, burnedInAttributes(context, image, drawing))];
    }),
  ];
}

function page(context: ResultContext): ResultObject {
  const { images } = context.input;
  const drawing = summaryPage(context.input);
  const own = {
    ...capture(context, images, drawing, 'Page with the AI findings of the study.'),
    ...dataSetOf({ PatientOrientation: [], LossyImageCompression: '00' }),
  };
  return resultObject(context, SERIES, { role: 'page', number: 1, pixels: pixelsOf(context, drawing) }, own);
}

function pixelsOf({ input }: ResultContext, drawing: Drawing): ResultPixels {
  return { kind: 'drawing', drawing, encoding: captureEncodingOf(input) };
}

function burnedInAttributes(context: ResultContext, image: ResultImage, drawing: Drawing): DataSet {
  return {
    ...capture(context, [image], drawing, 'First window of the source image with AI findings burned in.'),
    ...inheritedCompression(image.metadata),
    ...dataSetOf({
      PatientOrientation: textsOf(image.metadata, TAG.PatientOrientation),
      PixelAspectRatio: aspectRatioOf(image.metadata),
    }),
  };
}

/** What a burned-in image names: the intended use, the models that drew on it, and what tells whose image it is. PS3.3 C.7.6.1 (Burned In Annotation). */
function footerOf(
  { outcome, metadata }: ResultImage,
  fractures: readonly Finding<'fracture'>[],
): readonly string[] {
  const patientId = textOf(metadata, TAG.PatientID)?.trim();
  const date = dateText(textOf(metadata, TAG.StudyDate));
  return [
    INTENDED_USE_NOTICE,
    ...modelsOf([{ ...outcome, runs: [], findings: fractures }]).map(
      ({ name, version }) => `${name} ${version}`,
    ),
    [patientId && `ID ${patientId}`, date].filter(Boolean).join(', '),
  ].filter((line) => line !== '');
}

/** SC Equipment, General Image, Image Pixel, VOI LUT: 8 bits, the whole range shown. */
function capture(
  context: ResultContext,
  images: readonly ResultImage[],
  { rows, columns }: Drawing,
  derivation: string,
): DataSet {
  const { date, time } = performedDateTime(context.input.performedAt);
  return dataSetOf({
    ConversionType: 'WSD',
    Laterality: lateralityOf(context.input.images),
    ContentDate: date,
    ContentTime: time,
    ImageType: ['DERIVED', 'SECONDARY'],
    DerivationDescription: `${derivation} ${INTENDED_USE_NOTICE}`,
    SourceImageSequence: images.map(({ outcome }) => sourceItem(context, outcome.source)),
    ImageComments: INTENDED_USE_NOTICE,
    BurnedInAnnotation: 'YES',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    WindowCenter: 128,
    WindowWidth: 256,
  });
}

function sourceItem(context: ResultContext, source: SourceImage): DataSet {
  return {
    ...referenceItem(context.referenceTo(source)),
    ...dataSetOf({ PurposeOfReferenceCodeSequence: [codeItem(DCM.sourceImageForProcessing)] }),
  };
}

/** Pixels that are not square keep their shape; a capture carries no millimetres, so that nobody measures on it. PS3.3 C.7.6.3.1.7. */
function aspectRatioOf(metadata: DataSet): readonly number[] | undefined {
  const ratio = numbersOf(metadata, TAG.PixelAspectRatio);
  if (ratio.length === 2) return ratio;
  const [vertical, horizontal] = [TAG.PixelSpacing, TAG.ImagerPixelSpacing]
    .map((tag) => numbersOf(metadata, tag))
    .find((spacing) => spacing.length === 2 && spacing.every((value) => value > 0)) ?? [1, 1];
  return vertical === horizontal || vertical === undefined || horizontal === undefined
    ? undefined
    : [Math.round(vertical * 10_000), Math.round(horizontal * 10_000)];
}
