/** Result sets of every kind of object, of every odd study, in the eyes of readers we did not write. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  RESULT_OBJECT_KINDS,
  type CaptureEncoding,
  type ResultImage,
  type ResultSetInput,
} from '../../../dicom/results/index.ts';
import type { ElementInput, Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import type { Finding, ImageOutcome, SourceImage } from '../../../dicom/vocabulary/finding.ts';
import { imagePoint } from '../../../dicom/vocabulary/geometry.ts';
import {
  dcentvfyErrors,
  dciodvfyErrors,
  dcmpschkErrors,
  dsrdump,
  pydicom,
  withFiles,
} from '../../support/independent-readers.ts';
import { filesOfSet, type ResultFile } from '../../support/result-files.ts';
import { ANALYSED, FINDINGS, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';

type Changes = { readonly [K in Keyword]?: ElementInput };

/** dcmpschk knows one component group of a name. */
const ROMAN: Changes = { PatientName: { Alphabetic: 'Hong^Gildong' } };
const LONGEST_UID = `1.2.${'9'.repeat(60)}`;

function image(changes: Changes = {}, source: SourceImage = SOURCE, findings = FINDINGS): ResultImage {
  const outcome: ImageOutcome = {
    ...ANALYSED,
    source,
    findings: findings.map((finding) => ({ ...finding, source })),
  };
  return { outcome, metadata: metadataOf({ ...ROMAN, ...changes }) };
}

const of = (...images: readonly ResultImage[]): ResultSetInput => ({
  ...resultInput(images[0]?.outcome, images[0]?.metadata),
  images,
});

const another = (number: number): SourceImage => ({
  ...SOURCE,
  sopInstanceUid: `${SOURCE.sopInstanceUid}.${number}`,
});

/** A fracture of one pixel in the last corner of the image, and one over all of it. */
const AT_THE_EDGES: readonly Finding[] = FINDINGS.flatMap((finding) => {
  if (finding.trackingId !== 'fracture-1' || finding.kind !== 'fracture') return [];
  const { rows, columns } = SOURCE;
  const ring = (left: number, top: number) => [
    imagePoint(left, top),
    imagePoint(columns, top),
    imagePoint(columns, rows),
    imagePoint(left, rows),
  ];
  const reaching = (trackingId: string, left: number, top: number) => ({
    ...finding,
    trackingId,
    box: { left, top, right: columns, bottom: rows },
    polygon: ring(left, top),
  });
  return [reaching('fracture-1', columns - 1, rows - 1), reaching('fracture-2', 0, 0)];
});

const CASES: Readonly<Record<string, ResultSetInput>> = {
  'a wrist': of(image()),
  'a wrist, summaries as JPEG': { ...of(image()), captureEncoding: 'jpeg' },
  'no spacing': of(image({ ImagerPixelSpacing: undefined })),
  'oblong pixels': of(image({ ImagerPixelSpacing: [0.1, 0.2], PatientOrientation: ['L', 'F'] })),
  MONOCHROME1: of(image({ PhotometricInterpretation: 'MONOCHROME1' })),
  'several images': of(image(), image({ ImageLaterality: 'L' }, another(2)), image({}, another(3), [])),
  'both sides': of(image(), image({ ImageLaterality: 'R' }, another(2))),
  'missing patient data': of(
    image({
      PatientName: undefined,
      PatientID: undefined,
      PatientBirthDate: undefined,
      PatientSex: undefined,
      PatientAge: undefined,
      AccessionNumber: undefined,
      StudyDate: undefined,
      StudyTime: undefined,
      StudyID: undefined,
      ImageLaterality: undefined,
    }),
  ),
  'findings at the edges': of(image({}, SOURCE, AT_THE_EDGES)),
  'the longest UIDs': {
    ...of(
      image(
        {},
        { ...SOURCE, sopInstanceUid: LONGEST_UID, seriesInstanceUid: `${LONGEST_UID.slice(0, -1)}8` },
      ),
    ),
    observer: { uid: LONGEST_UID, name: 'Osteon' },
  },
  'a source that lost information': of(
    image({
      LossyImageCompression: '01',
      LossyImageCompressionRatio: [10],
      LossyImageCompressionMethod: ['ISO_10918_1'],
    }),
  ),
  'a frame of reference': of(
    image({
      FrameOfReferenceUID: '1.2.3.9',
      ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
      ImagePositionPatient: [0, 0, 0],
    }),
  ),
};

describe.each(Object.entries(CASES))('the objects of %s', (_name, given) => {
  let results: readonly ResultFile[];
  let images: readonly Uint8Array[];
  beforeAll(async () => {
    ({ images, results } = await filesOfSet({ ...given, objects: RESULT_OBJECT_KINDS }));
  });
  const pathsOf = (paths: readonly string[], ...kinds: readonly string[]) =>
    paths.filter((_path, index) => kinds.includes(results[index]?.object.kind ?? ''));

  it('are there in every kind, have no error in dciodvfy, and agree with their images in dcentvfy', () => {
    expect(new Set(results.map(({ object }) => object.kind))).toEqual(new Set(RESULT_OBJECT_KINDS));
    withFiles([...results.map(({ bytes }) => bytes), ...images], (paths) => {
      const files = paths.slice(0, results.length);
      expect(files.flatMap((path) => dciodvfyErrors(path))).toEqual([]);
      expect(dcentvfyErrors(paths)).toEqual([]);
    });
  });

  it('are read by dcmpschk, dsrdump', () => {
    withFiles(
      results.map(({ bytes }) => bytes),
      (paths) => {
        expect(pathsOf(paths, 'gsps').flatMap((path) => dcmpschkErrors(path))).toEqual([]);
        for (const path of pathsOf(paths, 'sr', 'kos')) {
          expect(dsrdump(path)).toContain('Research use only. Not a medical device.');
        }
      },
    );
  });
});

describe('pydicom', () => {
  it.each<CaptureEncoding>(['native', 'jpeg'])(
    'reads the pixels of every image object, summaries %s',
    async (encoding) => {
      const input = { ...of(image()), objects: RESULT_OBJECT_KINDS, captureEncoding: encoding };
      const { results } = await filesOfSet(input);
      withFiles(
        results.map(({ bytes }) => bytes),
        (paths) => {
          for (const [index, { object }] of results.entries()) {
            if (!object.pixels) continue;
            const [shape, most] = JSON.parse(
              pydicom(paths[index] ?? '', '[list(ds.pixel_array.shape), int(ds.pixel_array.max())]'),
            ) as [number[], number];
            expect(shape.slice(-2)).toEqual([
              Number(object.dataSet['00280010']?.Value?.[0]),
              Number(object.dataSet['00280011']?.Value?.[0]),
            ]);
            expect(most).toBeGreaterThan(0);
          }
        },
      );
    },
  );
});

describe('dsrdump', () => {
  it('finds in the key object selection its title, why, and the image with its presentation state (TID 2010)', async () => {
    const { results } = await filesOfSet({ ...of(image()), objects: RESULT_OBJECT_KINDS });
    const selection = results.find(({ object }) => object.kind === 'kos');
    withFiles([selection?.bytes ?? new Uint8Array()], ([path = '']) => {
      const text = dsrdump(path);
      expect(text).toContain('Key Object Selection Document');
      expect(text).toContain('CONTAINER:(,,"Of Interest")');
      expect(text).toContain('fracture 87 % (definite)');
      expect(text).toContain('contains IMAGE:=(DX image,),(GSPS,)');
    });
  });
});
