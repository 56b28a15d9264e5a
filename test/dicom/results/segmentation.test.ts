/** Segmentations: which there are, what they say, and that their pixels are those of the outlines. PS3.3 A.51, C.8.20. */
import { describe, expect, it } from 'vitest';
import { trackingUidOf } from '../../../dicom/results/identifiers.ts';
import { buildResultSet, type ResultObject } from '../../../dicom/results/index.ts';
import { spansOf } from '../../../dicom/results/segmentation-mask.ts';
import { itemsOf, numberOf, numbersOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG, type ElementInput, type Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import {
  findingsOf,
  type Finding,
  type ImageOutcome,
  type SourceImage,
} from '../../../dicom/vocabulary/finding.ts';
import { boundsOf, imagePoint, type Polygon } from '../../../dicom/vocabulary/geometry.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { pydicom, withFiles } from '../../support/independent-readers.ts';
import { ANALYSED, FINDINGS, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';

const [fracture] = findingsOf(FINDINGS, 'fracture').flatMap(({ polygon, ...rest }) =>
  polygon ? [{ ...rest, polygon }] : [],
) as [Finding<'fracture'> & { readonly polygon: Polygon }];

/** An outcome with a fracture for each outline on an image. */
function outlined(source: SourceImage, polygons: readonly Polygon[]): ImageOutcome {
  const findings = polygons.map((polygon, index) => ({
    ...fracture,
    source,
    trackingId: `fracture-${index + 1}`,
    box: boundsOf(polygon),
    polygon,
  }));
  return { status: 'analysed', source, findings, runs: ANALYSED.runs };
}

function segmentationsOf(
  outcome: ImageOutcome = ANALYSED,
  changes: { readonly [K in Keyword]?: ElementInput } = {},
): readonly ResultObject[] {
  const input = { ...resultInput(outcome, metadataOf(changes)), objects: ['sr', 'seg'] as const };
  return buildResultSet(input).filter(({ kind }) => kind === 'seg');
}

function onlySegmentation(...parameters: Parameters<typeof segmentationsOf>) {
  const [segmentation] = segmentationsOf(...parameters);
  if (!segmentation) throw new Error('an image with an outline has a segmentation');
  return segmentation;
}

const square = (left: number, top: number, side: number): Polygon => [
  imagePoint(left, top),
  imagePoint(left + side, top),
  imagePoint(left + side, top + side),
  imagePoint(left, top + side),
];

describe('a segmentation', () => {
  it('has one segment for each outline, with the identity that the report gives the finding', () => {
    const { dataSet } = onlySegmentation();
    const [segment, ...others] = itemsOf(dataSet, TAG.SegmentSequence);
    expect(others).toEqual([]);
    expect(textOf(segment ?? {}, TAG.TrackingUID)).toBe(trackingUidOf(fracture));
    expect(textOf(segment ?? {}, TAG.TrackingID)).toBe('fracture-1');
    expect(textOf(segment ?? {}, TAG.SegmentAlgorithmType)).toBe('AUTOMATIC');
    expect(textOf(segment ?? {}, TAG.SegmentLabel)).toBe('fracture 87 % (definite)');
  });

  it('has a series of its own for each image, which says which it is of how many', () => {
    const sources = [1, 2].map((number) => ({
      ...SOURCE,
      sopInstanceUid: `${SOURCE.sopInstanceUid}.${number}`,
    }));
    const images = sources.map((source) => ({
      outcome: outlined(source, [fracture.polygon]),
      metadata: metadataOf({ SOPInstanceUID: source.sopInstanceUid }),
    }));
    const set = buildResultSet({ ...resultInput(), images, objects: ['sr', 'seg'] }).slice(1);
    expect(new Set(set.map(({ seriesInstanceUid }) => seriesInstanceUid)).size).toBe(2);
    expect(set.map(({ dataSet }) => numberOf(dataSet, TAG.SeriesNumber))).toEqual([9101, 9102]);
    expect(set.map(({ dataSet }) => textOf(dataSet, TAG.SeriesDescription))).toEqual([
      'AI findings: outlines 1 of 2',
      'AI findings: outlines 2 of 2',
    ]);
  });

  it('is not made for boxes alone: a box is no mask', () => {
    const boxes = FINDINGS.filter((finding) => finding.trackingId === 'fracture-2');
    expect(segmentationsOf({ ...ANALYSED, findings: boxes })).toEqual([]);
  });

  it.each([
    ['has none', {}],
    ['has one', { FrameOfReferenceUID: '1.2.9', ImagePositionPatient: [1, 2, 3] }],
  ])('has no frame of reference where the image %s: a projection has no plane (A.51.3)', (_what, changes) => {
    const { dataSet } = onlySegmentation(ANALYSED, changes);
    const [groups = {}] = itemsOf(dataSet, TAG.SharedFunctionalGroupsSequence);
    expect(dataSet[TAG.FrameOfReferenceUID]).toBeUndefined();
    expect(itemsOf(groups, TAG.PixelMeasuresSequence)).toEqual([{}]);
  });

  it('has the spacing of a calibrated image, and takes that of the imager for none', () => {
    const { dataSet } = onlySegmentation(ANALYSED, { PixelSpacing: [0.2, 0.3] });
    const [groups = {}] = itemsOf(dataSet, TAG.SharedFunctionalGroupsSequence);
    const [measures = {}] = itemsOf(groups, TAG.PixelMeasuresSequence);
    expect(numbersOf(measures, TAG.PixelSpacing)).toEqual([0.2, 0.3]);
  });

  it('stays lossy where its image was (C.7.6.1.1.5)', () => {
    const { dataSet } = onlySegmentation(ANALYSED, {
      LossyImageCompression: '01',
      LossyImageCompressionRatio: 12.5,
      LossyImageCompressionMethod: 'ISO_10918_1',
    });
    expect(textOf(dataSet, TAG.LossyImageCompression)).toBe('01');
    expect(numberOf(dataSet, TAG.LossyImageCompressionRatio)).toBe(12.5);
    expect(textOf(onlySegmentation().dataSet, TAG.LossyImageCompression)).toBe('00');
  });

  it('derives each frame from the image, and from its frame where it has several (C.7.6.16.2.6)', () => {
    const outcome = outlined({ ...SOURCE, frameNumber: 2 }, [fracture.polygon]);
    const { dataSet } = onlySegmentation(outcome, { NumberOfFrames: 3 });
    for (const group of itemsOf(dataSet, TAG.PerFrameFunctionalGroupsSequence)) {
      const [derivation = {}] = itemsOf(group, TAG.DerivationImageSequence);
      const [image = {}] = itemsOf(derivation, TAG.SourceImageSequence);
      expect(textOf(image, TAG.ReferencedSOPInstanceUID)).toBe(SOURCE.sopInstanceUid);
      expect(numberOf(image, TAG.ReferencedFrameNumber)).toBe(2);
    }
  });
});

describe('the pixels of a segmentation, as pydicom reads them,', () => {
  it('are our masks: one pixel at each corner, the border of the image, frames that begin within a byte', () => {
    const size = { rows: 13, columns: 11 };
    const source = { ...SOURCE, ...size };
    const polygons = [
      square(0, 0, 1),
      square(10, 0, 1),
      square(0, 12, 1),
      square(10, 12, 1),
      [imagePoint(0, 0), imagePoint(11, 0), imagePoint(11, 13), imagePoint(0, 13)],
      [imagePoint(0.3, 2.2), imagePoint(10.7, 5), imagePoint(4.4, 12.9)],
      square(4.6, 4.6, 0.5),
    ];
    const outcome = outlined(source, polygons);
    const { dataSet, pixels } = onlySegmentation(outcome);
    const pixelData = pixels?.kind === 'native' ? pixels.bytes : new Uint8Array();
    withFiles([writePart10(dataSet, { pixelData })], ([path = '']) => {
      const read = pydicom(path, '[[p.tolist() for p in f.nonzero()] for f in ds.pixel_array]');
      expect(JSON.parse(read)).toEqual(
        polygons.map((polygon) => {
          const pixels = spansOf(polygon, size).flatMap(({ row, start, end }) =>
            Array.from({ length: end - start }, (_, index) => [row, start + index] as const),
          );
          return [pixels.map(([row]) => row), pixels.map(([, column]) => column)];
        }),
      );
      expect(pydicom(path, '[s.TrackingUID for s in ds.SegmentSequence]')).toBe(
        JSON.stringify(outcome.findings.map(trackingUidOf)).replaceAll(',', ', '),
      );
    });
  });
});
