/**
 * One binary Segmentation for each image with outlined fractures, a segment each: what the outline of the report holds,
 * pixel by pixel. PS3.3 A.51, C.8.20, C.7.6.16, C.7.6.17.
 *
 * Trap: a projection radiograph has no plane in the patient and no thickness. Its segmentation has no frame of reference
 * (A.51.3 asks for none where images are referenced): a frame lies on the image that it is derived from, pixel on pixel
 * (Derivation Image macro, C.7.6.16.2.6).
 */
import { codeItem, referenceItem } from '../sr/content-items.ts';
import { writtenPolygon } from '../sr/rounding.ts';
import { DCM, SCT, type Code } from '../vocabulary/codes.ts';
import { numbersOf, textsOf, type DataSet } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import {
  findingsOf,
  INTENDED_USE_NOTICE,
  type Finding,
  type Laterality,
  type ModelIdentity,
} from '../vocabulary/finding.ts';
import type { Polygon } from '../vocabulary/geometry.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { fractureText } from './finding-text.ts';
import { FINDING_COLOUR } from './graphic-objects.ts';
import { trackingUidOf } from './identifiers.ts';
import type { ResultImage, ResultObject } from './input.ts';
import { inheritedCompression } from './lossy-compression.ts';
import { performedDateTime } from './provenance.ts';
import {
  contentIdentification,
  resultObject,
  type ResultContext,
  type ResultInstance,
  type ResultSeries,
} from './result-writer.ts';
import { packMasks, spansOf } from './segmentation-mask.ts';

const SERIES: ResultSeries = {
  kind: 'seg',
  modality: 'SEG',
  seriesNumber: 9101,
  seriesDescription: 'AI findings: outlines',
  sopClassUid: SOP_CLASS.segmentation,
};

/** CID 244, for the modifier of an anatomic region. */
const SIDES: Readonly<Record<Laterality, Code>> = {
  L: SCT.left,
  R: SCT.right,
  B: SCT.bilateral,
  U: SCT.unilateral,
};

/** A fracture with the outline that its segment holds, as it is written. */
type Outlined = Finding<'fracture'> & { readonly polygon: Polygon };

/**
 * The segmentations, in the order of the images; none for an image without outlines. Each has a series and a series number
 * of its own, since readers (OHIF 3.13) show the last segmentation of a series and no other.
 */
export function buildSegmentations(context: ResultContext): readonly ResultObject[] {
  const outlined = context.input.images.flatMap((image) => {
    const fractures = outlinedIn(image);
    return fractures.length > 0 ? [{ image, fractures }] : [];
  });
  return outlined.map(({ image, fractures }, index) => {
    const { source } = image.outcome;
    const masks = fractures.map(({ polygon }) => spansOf(polygon, source));
    const role = `${source.sopInstanceUid} ${source.frameNumber}`;
    const place = outlined.length > 1 ? ` ${index + 1} of ${outlined.length}` : '';
    const series = {
      ...SERIES,
      role,
      seriesNumber: SERIES.seriesNumber + index,
      seriesDescription: `${SERIES.seriesDescription}${place}`,
    };
    const instance: ResultInstance = {
      role,
      number: index + 1,
      sources: [source],
      pixels: { kind: 'native', bytes: packMasks(masks, source) },
    };
    const own = {
      ...contentIdentification(),
      ...imageAttributes(context, image, fractures.length),
      ...frames(context, image, role, fractures.length),
      ...dataSetOf({ SegmentSequence: fractures.map(segment) }),
    };
    return resultObject(context, series, instance, own);
  });
}

function outlinedIn({ outcome: { source, findings } }: ResultImage): readonly Outlined[] {
  return findingsOf(findings, 'fracture').flatMap((fracture) =>
    fracture.polygon ? [{ ...fracture, polygon: writtenPolygon(fracture.polygon, source) }] : [],
  );
}

/** General Image, Image Pixel, Segmentation Image. */
function imageAttributes(context: ResultContext, { outcome, metadata }: ResultImage, count: number): DataSet {
  const { date, time } = performedDateTime(context.input.performedAt);
  const { source } = outcome;
  const own = dataSetOf({
    ContentDate: date,
    ContentTime: time,
    PatientOrientation: textsOf(metadata, TAG.PatientOrientation),
    // Type 1 for segmentations (C.7.5.2): there is no serial number but the installation's identity.
    DeviceSerialNumber: context.input.observer.uid,
    ImageType: ['DERIVED', 'PRIMARY'],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    NumberOfFrames: count,
    Rows: source.rows,
    Columns: source.columns,
    BitsAllocated: 1,
    BitsStored: 1,
    HighBit: 0,
    PixelRepresentation: 0,
    SegmentationType: 'BINARY',
  });
  return { ...inheritedCompression(metadata), ...own };
}

/** Multi-frame Functional Groups, Multi-frame Dimension and Common Instance Reference: frame n shows segment n. */
function frames(
  context: ResultContext,
  { outcome, metadata }: ResultImage,
  role: string,
  count: number,
): DataSet {
  const { source } = outcome;
  const reference = referenceItem(context.referenceTo(source));
  const dimensionUid = context.uidOf('dimension', SERIES.modality, role);
  const derivation = dataSetOf({
    DerivationCodeSequence: [codeItem(DCM.segmentation)],
    SourceImageSequence: [
      {
        ...reference,
        ...dataSetOf({
          SpatialLocationsPreserved: 'YES',
          PurposeOfReferenceCodeSequence: [codeItem(DCM.sourceImageForProcessing)],
        }),
      },
    ],
  });
  const frameOf = (segmentNumber: number) =>
    dataSetOf({
      DerivationImageSequence: [derivation],
      FrameContentSequence: [dataSetOf({ DimensionIndexValues: segmentNumber })],
      SegmentIdentificationSequence: [dataSetOf({ ReferencedSegmentNumber: segmentNumber })],
    });
  return dataSetOf({
    ReferencedSeriesSequence: [
      dataSetOf({ SeriesInstanceUID: source.seriesInstanceUid, ReferencedInstanceSequence: [reference] }),
    ],
    DimensionOrganizationSequence: [dataSetOf({ DimensionOrganizationUID: dimensionUid })],
    DimensionIndexSequence: [
      dataSetOf({
        DimensionOrganizationUID: dimensionUid,
        DimensionIndexPointer: TAG.ReferencedSegmentNumber,
        FunctionalGroupPointer: TAG.SegmentIdentificationSequence,
        DimensionDescriptionLabel: 'Segment',
      }),
    ],
    SharedFunctionalGroupsSequence: [sharedGroups(metadata)],
    PerFrameFunctionalGroupsSequence: Array.from({ length: count }, (_, index) => frameOf(index + 1)),
  });
}

/**
 * The functional groups of all frames: spacing only where the source is calibrated, rows and columns along the axes. Both
 * may be present without a frame of reference (A.51.5.1), and readers (OHIF 3.13) refuse a segmentation without them.
 */
function sharedGroups(metadata: DataSet): DataSet {
  const spacing = numbersOf(metadata, TAG.PixelSpacing);
  const measures = dataSetOf({ PixelSpacing: spacing.length === 2 ? spacing : undefined });
  const orientation = dataSetOf({ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] });
  return dataSetOf({ PixelMeasuresSequence: [measures], PlaneOrientationSequence: [orientation] });
}

/** A fracture as a segment. PS3.3 C.8.20.4 (Segment Description macro). */
function segment(fracture: Outlined, index: number): DataSet {
  const { model, site, laterality } = fracture;
  return dataSetOf({
    SegmentNumber: index + 1,
    SegmentLabel: fractureText(fracture),
    SegmentDescription: INTENDED_USE_NOTICE,
    SegmentAlgorithmType: 'AUTOMATIC',
    SegmentAlgorithmName: model.name,
    SegmentationAlgorithmIdentificationSequence: [algorithmItem(model)],
    SegmentedPropertyCategoryCodeSequence: [codeItem(SCT.morphologicallyAbnormalStructure)],
    SegmentedPropertyTypeCodeSequence: [codeItem(SCT.fracture)],
    AnatomicRegionSequence: site && [regionItem(site, laterality)],
    RecommendedDisplayCIELabValue: FINDING_COLOUR,
    TrackingID: fracture.trackingId,
    TrackingUID: trackingUidOf(fracture),
  });
}

/** Algorithm Identification macro, PS3.3 Table 10-19; equal to what TID 4019 says in the report. */
function algorithmItem({ name, version, manufacturer, parameters }: ModelIdentity): DataSet {
  return dataSetOf({
    AlgorithmSource: manufacturer,
    AlgorithmFamilyCodeSequence: [codeItem(DCM.artificialIntelligence)],
    AlgorithmName: name,
    AlgorithmVersion: version,
    AlgorithmParameters: parameters.length > 0 ? parameters.join('; ') : undefined,
  });
}

function regionItem(site: Code, laterality: Laterality | undefined): DataSet {
  const modifier = laterality && dataSetOf({ AnatomicRegionModifierSequence: [codeItem(SIDES[laterality])] });
  return { ...codeItem(site), ...modifier };
}
