/**
 * A real radiograph of the shared data as a study with the report that a model might have given: the boxes of its annotation,
 * one definite and the others suspicious, and one where nothing is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { buildResultSet } from '../../dicom/results/index.ts';
import { SCT } from '../../dicom/vocabulary/codes.ts';
import { numberOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { Finding, SourceImage } from '../../dicom/vocabulary/finding.ts';
import type { BoundingBox } from '../../dicom/vocabulary/geometry.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { importImage } from '../../server/ingest/import-image.ts';
import { readFracAtlas } from '../../scripts/evaluation/data-sets.ts';
import { FRACTURE_MODEL } from './result-inputs.ts';
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
  const { attributes, studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid } = readHeader(bytes);
  const [rows, columns] = [numberOf(attributes, TAG.Rows) ?? 0, numberOf(attributes, TAG.Columns) ?? 0];
  const source = {
    studyInstanceUid,
    seriesInstanceUid,
    sopClassUid,
    sopInstanceUid,
    frameNumber: 1,
    rows,
    columns,
  };
  const nothing = { left: columns * 0.05, top: rows * 0.05, right: columns * 0.15, bottom: rows * 0.12 };
  const boxes = [...truth.fractures.map(({ box }) => box), nothing];
  const findings = boxes.map((box, index): Finding => ({
    kind: 'fracture',
    trackingId: `fracture-${index + 1}`,
    concept: SCT.fractureOfBone,
    source,
    model: FRACTURE_MODEL,
    certainty: index === 0 ? 'definite' : 'suspicious',
    probability: index === 0 ? 0.91 : 0.5 - index / 10,
    box,
  }));
  const [report] = buildResultSet({
    studyAttributes: attributes,
    images: [
      {
        outcome: {
          status: 'analysed',
          source,
          findings,
          runs: [{ model: FRACTURE_MODEL, status: 'succeeded' }],
        },
        metadata: attributes,
      },
    ],
    performedAt: '20260112101530',
    softwareVersion: '0.1.0',
    observer: { uid: '2.25.1234567890', name: 'Osteon' },
  });
  if (!report) throw new Error('a result set begins with its report');
  return { studyInstanceUid, source, files: [bytes, writePart10(report.dataSet)], boxes };
}
