/**
 * Real radiographs through every model to result objects of every kind, in the eyes of readers we did not write. A few by
 * default; `OSTEON_RESULT_IMAGES=100 npx vitest run test/dicom/results/real-images.test.ts` for as many as asked for.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readHeader, readPart10 } from '../../../dicom/read/part10-reader.ts';
import { RESULT_OBJECT_KINDS, type ResultSetInput } from '../../../dicom/results/index.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import type { ImageOutcome } from '../../../dicom/vocabulary/finding.ts';
import type { InstanceHeader } from '../../../dicom/vocabulary/instance.ts';
import { modelsForPatient, selectModels } from '../../../models/registry.ts';
import { readManifests } from '../../../models/runtime/load-models.ts';
import { openSessions, type Sessions } from '../../../models/runtime/session.ts';
import { readFracAtlas } from '../../../scripts/evaluation/data-sets.ts';
import { encoded } from '../../../scripts/evaluation/encodings.ts';
import { analyseInstance } from '../../../server/analysis/analyse-instance.ts';
import { patientFactsOf } from '../../../server/analysis/patient-facts.ts';
import { importImage } from '../../../server/ingest/import-image.ts';
import {
  dcentvfyErrors,
  dciodvfyErrors,
  dcmpschkErrors,
  dsrdump,
  pixelmedFindingsOfAll,
  withFiles,
} from '../../support/independent-readers.ts';
import { resultFilesOf, type ResultFile } from '../../support/result-files.ts';
import { sharedData } from '../../support/shared-data.ts';
import { PIXELMED_KNOWN } from './pixelmed-known.ts';

const COUNT = Number(process.env['OSTEON_RESULT_IMAGES'] ?? '4');
const MODELS = join(import.meta.dirname, '../../../models');
const MINUTES = 2 + COUNT;

/** Headers as odd as those of hospitals; each image has the next one. */
const HEADERS = [
  // Nothing but what the file says: no spacing, no patient.
  dataSetOf({}),
  dataSetOf({
    PatientName: { Alphabetic: 'Hong^Gildong' }, PatientID: 'P1', PatientBirthDate: '20160101', PatientSex: 'M',
    StudyDate: '20260102', StudyTime: '101112', AccessionNumber: 'A1', TimezoneOffsetFromUTC: '+0900',
    ImagerPixelSpacing: [0.14, 0.14], BodyPartExamined: 'HAND', ImageLaterality: 'L',
  }),
  // Both sides at once, a body part that is often wrong, pixels that are not square.
  dataSetOf({
    PatientName: { Alphabetic: 'Kim^A' }, PatientID: 'P2', PatientSex: 'F', PatientAge: '009Y',
    ImageLaterality: 'B', BodyPartExamined: 'KNEE', ImagerPixelSpacing: [0.1, 0.2],
  }),
]; // prettier-ignore

/** One study: its images as Part 10 files, and what is made of them. */
interface Made {
  readonly outcomes: readonly ImageOutcome[];
  readonly files: readonly ResultFile[];
}

describe.skipIf(!sharedData())(`the result sets of ${COUNT} real radiographs`, () => {
  const made: Made[] = [];
  const reports = () =>
    made.flatMap(({ files }) => files.filter(({ object }) => object.kind === 'sr').map(({ bytes }) => bytes));

  beforeAll(async () => {
    const found = readManifests(MODELS);
    const sessions = await openSessions(MODELS, found, { intraOpThreads: 1 });
    // Every model gets its turn: of two for one task, those for children in every other study.
    const sets = [/-children$/, /^fracture-(detector|probability)$/].map((others) => {
      const ids = found.map(({ id }) => id).filter((id) => !others.test(id));
      return selectModels(found, { ids, allowsResearchOnly: true });
    });
    // Every third study has two images.
    const paths = radiographs(COUNT);
    for (let index = 0, study = 0; index < paths.length; study += 1) {
      const size = study % 3 === 2 ? 2 : 1;
      const manifests = sets[study % sets.length] ?? [];
      made.push(await studyOf(paths.slice(index, index + size), study, { manifests, sessions }));
      index += size;
    }
  }, MINUTES * 60_000);

  it('come from every model, and most images are analysed', () => {
    const outcomes = made.flatMap((one) => one.outcomes);
    expect(outcomes.filter(({ status }) => status === 'analysed').length).toBeGreaterThan(COUNT / 2);
    const ran = new Set(outcomes.flatMap(({ runs }) => runs.map(({ model }) => model.id)));
    expect([...ran]).toEqual(
      expect.arrayContaining(['body-region', 'fracture-probability', 'bone-age-regions']),
    );
    expect(outcomes.flatMap(({ findings }) => findings).map(({ kind }) => kind)).toContain('bone-age');
  });

  it('have no error in dciodvfy and dcentvfy, nor in dcmpschk', { timeout: MINUTES * 60_000 }, () => {
    for (const { files } of made) {
      withFiles(
        files.map(({ bytes }) => bytes),
        (paths) => {
          expect(paths.flatMap(dciodvfyErrors)).toEqual([]);
          expect(dcentvfyErrors(paths)).toEqual([]);
          const states = paths.filter((_path, index) => files[index]?.object.kind === 'gsps');
          expect(states.flatMap(dcmpschkErrors)).toEqual([]);
        },
      );
    }
  });

  it('are read by dsrdump and read back by us, findings and all', { timeout: MINUTES * 60_000 }, () => {
    for (const { outcomes, files } of made) {
      const [report] = files;
      if (!report) throw new Error('a result set begins with its report');
      withFiles([report.bytes], ([path = '']) => {
        expect(dsrdump(path)).toContain('Research use only. Not a medical device.');
      });
      const read = readReport(readPart10(report.bytes).dataSet);
      expect(read.findings).toHaveLength(outcomes.flatMap(({ findings }) => findings).length);
      expect(read.images).toHaveLength(outcomes.length);
      expect([...read.unknownItems, ...read.remarks]).toEqual([]);
    }
  });

  it(
    'have nothing unknown or wrong in PixelMed but the committed list',
    { timeout: MINUTES * 60_000 },
    () => {
      withFiles(reports(), (paths) => {
        const found = new Set(pixelmedFindingsOfAll(paths));
        expect(
          [...found].filter((line) => !PIXELMED_KNOWN.some(({ pattern }) => pattern.test(line))),
        ).toEqual([]);
      });
    },
  );
});

/** Broken limbs and hands in turn, evenly from their folders. */
function radiographs(count: number): readonly string[] {
  const folder = sharedData() ?? '';
  const { images: limbs } = readFracAtlas(join(folder, 'fracatlas'), 'all');
  const broken = limbs.filter(({ truth }) => truth.isFractured).map(({ path }) => path);
  const hands = readdirSync(join(folder, 'bone-age/hand')).toSorted();
  const lists = [broken, hands.map((name) => join(folder, 'bone-age/hand', name))];
  return Array.from({ length: count }, (_, index) => {
    const list = lists[index % 2] ?? [];
    return list[Math.floor((index / count) * list.length)] ?? '';
  });
}

async function studyOf(
  paths: readonly string[],
  study: number,
  { manifests, sessions }: { manifests: ReturnType<typeof selectModels>; sessions: Sessions },
): Promise<Made> {
  const files: Uint8Array[] = [];
  const images: ResultSetInput['images'][number][] = [];
  for (const [index, path] of paths.entries()) {
    const picture = await importImage(readFileSync(path), { modality: 'DX' });
    const bytes = study % 2 === 1 ? await encoded(picture, 'MONOCHROME1') : picture;
    const header = ofStudy(readHeader(bytes), study, index, images[0]?.outcome.source.studyInstanceUid);
    const patient = patientFactsOf(header.attributes);
    const outcome = await analyseInstance(
      { bytes, header, patient, isBoneAgeRequested: true },
      modelsForPatient(manifests, patient),
      (model, inputs) => sessions.run(model, inputs),
    );
    files.push(bytes);
    images.push({ outcome, metadata: header.attributes });
  }
  const input: ResultSetInput = {
    studyAttributes: images[0]?.metadata ?? {},
    images,
    performedAt: '20260102101530',
    softwareVersion: '0.1.0',
    observer: { uid: '2.25.1234567890', name: 'Osteon at the test bench' },
    objects: RESULT_OBJECT_KINDS,
  };
  return { outcomes: images.map(({ outcome }) => outcome), files: await resultFilesOf(input, files) };
}

/** The header with the oddities of its study, in the study of the first image. */
function ofStudy(header: InstanceHeader, study: number, index: number, studyUid = header.studyInstanceUid) {
  const attributes = {
    ...header.attributes,
    ...HEADERS[study % HEADERS.length],
    ...dataSetOf({ StudyInstanceUID: studyUid, InstanceNumber: index + 1 }),
  };
  return { ...header, studyInstanceUid: studyUid, attributes };
}
