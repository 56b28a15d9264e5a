/**
 * A real radiograph of the shared data as a study with the report that a model might have given: the boxes of its annotation,
 * one definite and the others suspicious, and one where nothing is; or a bone age.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { buildResultSet } from '../../dicom/results/index.ts';
import { LN, OSTEON, SCT } from '../../dicom/vocabulary/codes.ts';
import { numberOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { Finding, SourceImage } from '../../dicom/vocabulary/finding.ts';
import type { BoundingBox } from '../../dicom/vocabulary/geometry.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { importImage } from '../../server/ingest/import-image.ts';
import { readFracAtlas } from '../../scripts/evaluation/data-sets.ts';
import { BONE_AGE_MODEL, FRACTURE_MODEL } from './result-inputs.ts';
import { sharedData } from './shared-data.ts';

export interface RealStudy {
  readonly studyInstanceUid: string;
  readonly source: SourceImage;
  /** Image and report as Part 10 files. */
  readonly files: readonly Uint8Array[];
  readonly boxes: readonly BoundingBox[];
}

/** The study of one image of FracAtlas; `undefined` where the shared data is not there. */
export async function realStudy(file: string): Promise<RealStudy | undefined> {
  const folder = sharedData();
  if (folder === undefined) return undefined;
  const atlas = join(folder, 'fracatlas');
  const { images } = readFracAtlas(atlas, 'all');
  const truth = images.find((image) => image.truth.file === file)?.truth;
  if (!truth) return undefined;
  const bytes = await importImage(readFileSync(join(atlas, 'images', file)), { modality: 'DX', title: file });
  const { columns, rows } = sourceIn(bytes);
  const nothing = { left: columns * 0.05, top: rows * 0.05, right: columns * 0.15, bottom: rows * 0.12 };
  const boxes = [...truth.fractures.map(({ box }) => box), nothing];
  return {
    ...studyWith(bytes, (source) =>
      boxes.map((box, index) => ({
        kind: 'fracture',
        trackingId: `fracture-${index + 1}`,
        concept: SCT.fractureOfBone,
        source,
        model: FRACTURE_MODEL,
        certainty: index === 0 ? 'definite' : 'suspicious',
        probability: index === 0 ? 0.91 : 0.5 - index / 10,
        box,
      })),
    ),
    boxes,
  };
}

/** The study of one hand radiograph, on which no fracture was found, and whose bone age was read `months` too old. */
export async function realHand(
  file: string,
  months: number,
): Promise<(Omit<RealStudy, 'boxes'> & { readonly boneAgeMonths: number }) | undefined> {
  const folder = sharedData();
  if (folder === undefined) return undefined;
  const lines = readFileSync(join(folder, 'bone-age', 'hand.csv'), 'utf8').split('\n');
  const [, truth = '', sex = ''] = lines.find((line) => line.startsWith(`${file},`))?.split(',') ?? [];
  const boneAgeMonths = Number(truth);
  const image = readFileSync(join(folder, 'bone-age', 'hand', file));
  const bytes = await importImage(image, {
    ...{ modality: 'DX', title: file, bodyPart: 'HAND' },
    sex: sex === 'M' ? 'M' : 'F',
  });
  const study = studyWith(bytes, (source) => [
    {
      kind: 'fracture-presence',
      trackingId: 'fracture-presence-1',
      concept: SCT.fractureOfBone,
      ...{ source, model: FRACTURE_MODEL, verdict: 'absent', probability: 0.03 },
    },
    {
      kind: 'bone-age',
      trackingId: 'bone-age-1',
      concept: LN.xrBoneAge,
      ...{ source, model: BONE_AGE_MODEL, months: boneAgeMonths + months, uncertaintyMonths: 16 },
      ...{ isSexKnown: true, method: OSTEON.wholeHandRegression },
    },
  ]);
  return { ...study, boneAgeMonths };
}

function sourceIn(file: Uint8Array): SourceImage {
  const { attributes, studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid } = readHeader(file);
  const [rows, columns] = [numberOf(attributes, TAG.Rows) ?? 0, numberOf(attributes, TAG.Columns) ?? 0];
  return { studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid, frameNumber: 1, rows, columns };
}

/** An image with the report that says these findings of it. */
function studyWith(
  file: Uint8Array,
  findingsOn: (source: SourceImage) => readonly Finding[],
): Omit<RealStudy, 'boxes'> {
  const { attributes } = readHeader(file);
  const source = sourceIn(file);
  const findings = findingsOn(source);
  const models = new Set(findings.map(({ model }) => model));
  const runs = [...models].map((model) => ({ model, status: 'succeeded' }) as const);
  const [report] = buildResultSet({
    studyAttributes: attributes,
    images: [{ outcome: { status: 'analysed', source, findings, runs }, metadata: attributes }],
    performedAt: '20260112101530',
    softwareVersion: '0.1.0',
    observer: { uid: '2.25.1234567890', name: 'Osteon' },
  });
  if (!report) throw new Error('a result set begins with its report');
  const files = [file, writePart10(report.dataSet)];
  return { studyInstanceUid: source.studyInstanceUid, source, files };
}
