/**
 * The analysis of a study on a real database and store; only the networks are replaced, by outcomes told beforehand.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import type { ImageOutcome } from '../../../dicom/vocabulary/finding.ts';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { listAnalyses, recordArrival } from '../../../server/analysis/analysis-records.ts';
import type { AnalysisRecord } from '../../../server/analysis/analysis-records.ts';
import { analyseStudy, type StudyAnalysisServices } from '../../../server/analysis/analyse-study.ts';
import type { ImageInference } from '../../../server/analysis/image-inference.ts';
import { eligibilityOf } from '../../../server/analysis/eligibility.ts';
import { resultFile } from '../../../server/analysis/result-file.ts';
import { runImagingTask } from '../../../server/imaging/run-imaging-task.ts';
import { InstanceStore } from '../../../server/ingest/store-instances.ts';
import { FileObjectStore } from '../../../server/storage/file-object-store.ts';
import { StudyIndex } from '../../../server/storage/study-index.ts';
import { NO_ROUTING } from '../../support/no-routing.ts';
import type { StoredInstance } from '../../../server/storage/stored-instance.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { ANALYSED, metadataOf } from '../../support/result-inputs.ts';

const MODALITIES = ['DX', 'CR'];
let database: TestDatabase;
let folder: string;
let objects: FileObjectStore;
let instances: InstanceStore;
let services: StudyAnalysisServices;
let studyUid: string;
let studies = 0;
/** What the inference answers, by SOP Instance UID; a text is an error. */
let answers: Map<string, ImageOutcome | PacsError>;
let clock: Date;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'osteon-analysis-'));
  objects = await FileObjectStore.open(folder);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  studies += 1;
  studyUid = `2.25.100${studies}`;
  answers = new Map();
  clock = new Date('2026-03-04T05:06:07Z');
  instances = new InstanceStore({
    pool: database.pool,
    objects,
    hooks: {
      async inTransaction(client, instance) {
        if (eligibilityOf(instance, MODALITIES).kind === 'ignored') return;
        await recordArrival(client, studyUid, { inSeconds: 0 });
      },
    },
  });
  const inference: ImageInference = {
    outcomeOf(instance) {
      const answer = answers.get(instance.sopInstanceUid) ?? outcomeFor(instance);
      return answer instanceof PacsError ? Promise.reject(answer) : Promise.resolve(answer);
    },
    close: () => undefined,
  };
  services = {
    database: database.pool,
    index: new StudyIndex(database.pool),
    instances,
    inference,
    routing: NO_ROUTING,
    modelsFor: () => ({}),
    modalities: MODALITIES,
    observer: { uid: '2.25.77', name: 'OSTEON' },
    softwareVersion: '0.1.0',
    results: {},
    resultFile: (object, sources) => resultFile(object, sources, { objects, imaging: runImagingTask }),
    now: () => clock,
  };
});

/** A stored outcome moved onto an instance. */
function outcomeFor(instance: StoredInstance, outcome: ImageOutcome = ANALYSED): ImageOutcome {
  const { studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid } = instance;
  const source = { ...outcome.source, studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid };
  return { ...outcome, source, findings: outcome.findings.map((finding) => ({ ...finding, source })) };
}

async function storeImage(number: number, changes: Parameters<typeof metadataOf>[0] = {}): Promise<void> {
  const dataSet = metadataOf({
    StudyInstanceUID: studyUid,
    SeriesInstanceUID: `${studyUid}.1`,
    SOPInstanceUID: `${studyUid}.1.${number}`,
    SamplesPerPixel: 1,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    ...changes,
  });
  const pixels = new Uint8Array(ANALYSED.source.rows * ANALYSED.source.columns * 2);
  const outcome = await instances.store(one(writePart10(dataSet, { pixelData: pixels })), { origin: 'stow' });
  expect(outcome.status).toBe('stored');
}

// eslint-disable-next-line @typescript-eslint/require-await -- a body is an asynchronous iterable
async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

const analyse = (isLastTry = false) => analyseStudy({ studyInstanceUid: studyUid, isLastTry }, services);

async function record(): Promise<AnalysisRecord> {
  const [found] = await listAnalyses(database.pool, [studyUid], 1);
  if (!found) throw new Error('no analysis');
  return found;
}

async function resultsOf(sopClassUid: string): Promise<readonly StoredInstance[]> {
  const stored = await services.index.listInstances({ studyUid });
  return stored.filter((instance) => instance.sopClassUid === sopClassUid);
}
const reports = () => resultsOf(SOP_CLASS.comprehensive3dSr);

describe('a complete study', () => {
  it('gets one report and one presentation state per image with findings, in the same study', async () => {
    await storeImage(1);
    await analyse();
    expect(await record()).toMatchObject({
      state: 'done',
      images: [{ sopInstanceUid: `${studyUid}.1.1`, state: 'analysed' }],
    });
    const [report, ...others] = await reports();
    expect(others).toEqual([]);
    expect((await record()).report?.sopInstanceUid).toBe(report?.sopInstanceUid);
    expect(await resultsOf(SOP_CLASS.grayscaleSoftcopyPresentationState)).toHaveLength(1);
    const bytes = await objects.read(report?.objectKey ?? '');
    expect(readReport(readPart10(bytes).dataSet).findings).toHaveLength(ANALYSED.findings.length);
  });

  it('is not touched again by its own results, nor by a second job for the same arrival', async () => {
    await storeImage(1);
    await analyse();
    const before = await record();
    await analyse();
    expect(await record()).toEqual(before);
    expect(await reports()).toHaveLength(1);
  });

  it('keeps its bytes when it is analysed again later', async () => {
    await storeImage(1);
    await analyse();
    const [first] = await reports();
    clock = new Date('2027-01-01T00:00:00Z');
    await recordArrival(database.pool, studyUid, { inSeconds: 0 });
    await analyse();
    const again = await reports();
    expect(again).toHaveLength(1);
    expect(again[0]?.sha256).toBe(first?.sha256);
  });

  it('gets a new report that names its predecessor when an image arrives late', async () => {
    await storeImage(1);
    await analyse();
    const [first] = await reports();
    await storeImage(2);
    await analyse();
    const second = (await reports()).find(({ sopInstanceUid }) => sopInstanceUid !== first?.sopInstanceUid);
    expect(JSON.stringify(second?.metadata[TAG.PredecessorDocumentsSequence])).toContain(
      first?.sopInstanceUid,
    );
    expect((await record()).report?.sopInstanceUid).toBe(second?.sopInstanceUid);
  });

  it('writes the same bytes when the process dies between two results', async () => {
    await storeImage(1);
    const dying = { ...services, instances: new DyingStore(instances) as unknown as InstanceStore };
    await expect(analyseStudy({ studyInstanceUid: studyUid, isLastTry: false }, dying)).rejects.toThrow(
      'power failure',
    );
    expect(await record()).toMatchObject({ state: 'waiting', reason: 'Internal error' });
    const states = () => resultsOf(SOP_CLASS.grayscaleSoftcopyPresentationState);
    const [afterCrash] = await states();
    expect(afterCrash).toBeDefined();
    expect(await reports()).toEqual([]); // the root comes last
    clock = new Date('2027-01-01T00:00:00Z');
    await analyse();
    expect((await states()).map(({ sha256 }) => sha256)).toEqual([afterCrash?.sha256]);
    expect(await reports()).toHaveLength(1);
  });

  it('carries the time zone of the study into the time of the report', async () => {
    await storeImage(1, { TimezoneOffsetFromUTC: '+0900' });
    await analyse();
    const [report] = await reports();
    expect(report && textOf(report.metadata, TAG.ContentTime)).toBe('140607');
  });
});

describe('a study that cannot be analysed', () => {
  it('of another modality is rejected in words and gets no object', async () => {
    await storeImage(1, { Modality: 'CT' });
    await analyse();
    expect(await record()).toMatchObject({
      state: 'rejected',
      reason: 'The modality is not one that is analysed',
    });
    expect(await reports()).toEqual([]);
  });

  it('because its one image is a secondary one is rejected with a report that says so', async () => {
    await storeImage(1, { ImageType: ['DERIVED', 'SECONDARY'] });
    await analyse();
    expect(await record()).toMatchObject({ state: 'rejected', images: [{ state: 'rejected' }] });
    const [report] = await reports();
    const bytes = await objects.read(report?.objectKey ?? '');
    expect(readReport(readPart10(bytes).dataSet).images).toMatchObject([
      { status: 'rejected', reason: 'secondary-image' },
    ]);
  });

  it('in part names the refused image in the report of the others', async () => {
    await storeImage(1);
    await storeImage(2, { ImageType: ['DERIVED', 'SECONDARY'] });
    await analyse();
    expect(await record()).toMatchObject({ state: 'done' });
    const [report] = await reports();
    const { images } = readReport(readPart10(await objects.read(report?.objectKey ?? '')).dataSet);
    expect(images.map(({ status }) => status).toSorted()).toEqual(['analysed', 'rejected']);
  });

  it('whose image the models reject gets a report that says so', async () => {
    await storeImage(1);
    const [image] = await services.index.listInstances({ studyUid });
    if (!image) throw new Error('no image');
    const { source } = outcomeFor(image);
    answers.set(image.sopInstanceUid, {
      status: 'rejected',
      source,
      reason: 'not-a-limb',
      findings: [],
      runs: [],
    });
    await analyse();
    expect(await record()).toMatchObject({ state: 'rejected', images: [{ state: 'rejected' }] });
    expect(await reports()).toHaveLength(1);
  });

  it('waits for another try when the workers break, and on the last try fails with a report', async () => {
    await storeImage(1);
    answers.set(`${studyUid}.1.1`, new PacsError('model-failed', 'The inference thread stopped'));
    await expect(analyse()).rejects.toThrow('The inference thread stopped');
    expect(await record()).toMatchObject({ state: 'waiting', reason: 'The inference thread stopped' });
    expect(await reports()).toEqual([]);
    await analyse(true);
    expect(await record()).toMatchObject({ state: 'failed', reason: 'The inference thread stopped' });
    expect(await reports()).toHaveLength(1);
  });

  it.each(['storage-unavailable', 'busy'] as const)(
    'because of a fault of the moment (%s) waits also after its last try, and is analysed later',
    async (kind) => {
      await storeImage(1);
      answers.set(`${studyUid}.1.1`, new PacsError(kind, 'The server is stopping'));
      await expect(analyse(true)).rejects.toThrow('The server is stopping');
      expect(await record()).toMatchObject({ state: 'waiting', reason: 'The server is stopping' });
      expect(await reports()).toEqual([]);
      answers.clear();
      await analyse();
      expect(await record()).toMatchObject({ state: 'done', images: [{ state: 'analysed' }] });
      expect(await reports()).toHaveLength(1);
    },
  );
});

/** Stores one result, then the power fails. */
class DyingStore {
  readonly #inner: InstanceStore;
  #stored = 0;

  constructor(inner: InstanceStore) {
    this.#inner = inner;
  }

  async store(...given: Parameters<InstanceStore['store']>): ReturnType<InstanceStore['store']> {
    if (this.#stored > 0) throw new Error('power failure');
    this.#stored += 1;
    return await this.#inner.store(...given);
  }
}
