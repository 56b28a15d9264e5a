/** Result sets of every kind on a real database and store: written whole, once, and the same after a crash at any step. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CAPTURE_ENCODINGS, RESULT_OBJECT_KINDS } from '../../../dicom/results/index.ts';
import { itemsOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import type { ImageOutcome } from '../../../dicom/vocabulary/finding.ts';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { listAnalyses, recordArrival } from '../../../server/analysis/analysis-records.ts';
import { analyseStudy, type StudyAnalysisServices } from '../../../server/analysis/analyse-study.ts';
import { resultFile } from '../../../server/analysis/result-file.ts';
import { runImagingTask } from '../../../server/imaging/run-imaging-task.ts';
import type { InstanceStore } from '../../../server/ingest/store-instances.ts';
import { NO_ROUTING } from '../../support/no-routing.ts';
import type { StoredInstance } from '../../../server/storage/stored-instance.ts';
import { jpegFile, rampFile } from '../../support/result-files.ts';
import { ANALYSED, metadataOf } from '../../support/result-inputs.ts';
import { referencedInstances } from '../../support/result-set-facts.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../../support/storage.ts';

let storage: TestStorage;
let services: StudyAnalysisServices;
let studyUid: string;
let studies = 0;
let clock: Date;
/** How often pixels were drawn. */
let drawings: number;

beforeAll(async () => {
  storage = await createTestStorage();
});
afterAll(async () => {
  await storage.close();
});
beforeEach(async () => {
  studies += 1;
  studyUid = `2.25.200${studies}`;
  clock = new Date('2026-03-04T05:06:07Z');
  drawings = 0;
  const { pool, objects, index } = storage;
  const instances = storage.instances();
  services = {
    database: pool,
    index,
    instances,
    inference: { outcomeOf: (instance) => Promise.resolve(outcomeOf(instance)), close: () => undefined },
    routing: NO_ROUTING,
    modelsFor: () => ({}),
    modalities: ['DX'],
    observer: { uid: '2.25.77', name: 'Osteon' },
    softwareVersion: '0.1.0',
    results: { objects: RESULT_OBJECT_KINDS },
    resultFile: (object, sources) => {
      drawings += object.pixels?.kind === 'drawing' ? 1 : 0;
      return resultFile(object, sources, { objects, imaging: runImagingTask });
    },
    now: () => clock,
  };
  const source = { ...ANALYSED.source, studyInstanceUid: studyUid, sopInstanceUid: `${studyUid}.1` };
  const metadata = metadataOf({ StudyInstanceUID: studyUid });
  expect((await storeBytes(instances, rampFile(metadata, source))).status).toBe('stored');
  await recordArrival(pool, studyUid, { inSeconds: 0 });
});

function outcomeOf(instance: StoredInstance): ImageOutcome {
  const { studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid } = instance;
  const source = { ...ANALYSED.source, studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid };
  return { ...ANALYSED, source, findings: ANALYSED.findings.map((finding) => ({ ...finding, source })) };
}

const analyse = (changes: Partial<StudyAnalysisServices> = {}, isLastTry = false) =>
  analyseStudy({ studyInstanceUid: studyUid, isLastTry }, { ...services, ...changes });

const again = async (): Promise<void> => {
  clock = new Date('2027-01-01T00:00:00Z');
  await recordArrival(storage.pool, studyUid, { inSeconds: 0 });
  await analyse();
};

/** Stored results by SOP Instance UID, with the hash of their bytes. */
async function results(): Promise<Readonly<Record<string, string>>> {
  const stored = await storage.index.listInstances({ studyUid });
  return Object.fromEntries(
    stored
      .filter(({ origin }) => origin === 'analysis')
      .map(({ sopInstanceUid, sha256 }) => [sopInstanceUid, sha256] as const),
  );
}

async function storedOf(sopClassUid: string): Promise<readonly StoredInstance[]> {
  const stored = await storage.index.listInstances({ studyUid });
  return stored.filter((instance) => instance.sopClassUid === sopClassUid);
}

/** A store that loses power after so many results. */
function dyingAfter(count: number): InstanceStore {
  let stored = 0;
  return {
    store: async (...given: Parameters<InstanceStore['store']>) => {
      if (stored === count) throw new Error('power failure');
      stored += 1;
      return await services.instances.store(...given);
    },
  } as Partial<InstanceStore> as InstanceStore;
}

describe('a set of every kind', () => {
  it('is stored whole, and its report names all of it', async () => {
    await analyse();
    const [report] = await storedOf(SOP_CLASS.comprehensive3dSr);
    const others = Object.keys(await results()).filter((uid) => uid !== report?.sopInstanceUid);
    expect(others).toHaveLength(5);
    const named = itemsOf(report?.metadata ?? {}, TAG.CurrentRequestedProcedureEvidenceSequence).flatMap(
      referencedInstances,
    );
    expect(named.toSorted()).toEqual([...others, `${studyUid}.1`].toSorted());
  });

  it('is not touched when it is analysed again later, and nothing is drawn for it', async () => {
    await analyse();
    const first = await results();
    const drawnFirst = drawings;
    await again();
    expect(await results()).toEqual(first);
    expect(drawings).toBe(drawnFirst);
  });

  it('is the same after a crash behind any of its objects', async () => {
    await analyse();
    const whole = await results();
    await storage.clear();
    for (let kept = 0; kept < Object.keys(whole).length; kept++) {
      await storeBytes(
        services.instances,
        rampFile(metadataOf({ StudyInstanceUID: studyUid }), {
          ...ANALYSED.source,
          studyInstanceUid: studyUid,
          sopInstanceUid: `${studyUid}.1`,
        }),
      );
      await recordArrival(storage.pool, studyUid, { inSeconds: 0 });
      await expect(analyse({ instances: dyingAfter(kept) })).rejects.toThrow('power failure');
      const afterCrash = await results();
      expect(Object.keys(afterCrash)).toHaveLength(kept);
      expect(whole).toMatchObject(afterCrash);
      expect(await storedOf(SOP_CLASS.comprehensive3dSr)).toEqual([]); // the root comes last
      await again();
      expect(await results()).toEqual(whole);
      await storage.clear();
    }
  });

  it.each(CAPTURE_ENCODINGS)('has summary images in the encoding %s', async (captureEncoding) => {
    await analyse({ results: { objects: ['sr', 'sc'], captureEncoding } });
    const captures = await storedOf(SOP_CLASS.secondaryCapture);
    expect(captures.map(({ transferSyntaxUid }) => transferSyntaxUid)).toEqual(
      captures.map(() =>
        captureEncoding === 'jpeg' ? TRANSFER_SYNTAX.jpegBaseline : TRANSFER_SYNTAX.explicitVrLittleEndian,
      ),
    );
    expect(captures).toHaveLength(2);
  });

  it('becomes another set, which names the first, when other kinds are asked for', async () => {
    await analyse({ results: {} });
    const [first] = await storedOf(SOP_CLASS.comprehensive3dSr);
    await again();
    const reports = await storedOf(SOP_CLASS.comprehensive3dSr);
    const second = reports.find(({ sopInstanceUid }) => sopInstanceUid !== first?.sopInstanceUid);
    expect(
      itemsOf(second?.metadata ?? {}, TAG.PredecessorDocumentsSequence).flatMap(referencedInstances),
    ).toEqual([first?.sopInstanceUid]);
  });
});

describe('the objects of an image that was compressed with loss', () => {
  it('say so even where its header does not (C.7.6.1.1.5)', async () => {
    const metadata = metadataOf({ StudyInstanceUID: studyUid, LossyImageCompression: undefined });
    const source = { ...ANALYSED.source, studyInstanceUid: studyUid, sopInstanceUid: `${studyUid}.2` };
    expect((await storeBytes(services.instances, await jpegFile(metadata, source))).status).toBe('stored');
    await analyse();
    const lossy = async (sopClassUid: string) =>
      (await storedOf(sopClassUid))
        .filter(({ metadata: header }) => header[TAG.LossyImageCompression])
        .map(({ metadata: header }) => textOf(header, TAG.LossyImageCompression));
    expect((await lossy(SOP_CLASS.segmentation)).toSorted()).toEqual(['00', '01']);
    expect((await lossy(SOP_CLASS.secondaryCapture)).toSorted()).toEqual(['00', '00', '01']);
  });
});

describe('summary images that cannot be drawn', () => {
  const broken = (): Partial<StudyAnalysisServices> => ({
    resultFile: (object, sources) =>
      object.kind === 'sc'
        ? Promise.reject(new PacsError('undecodable-pixels', 'The imaging thread stopped'))
        : services.resultFile(object, sources),
  });

  it('are tried again, and on the last try the rest is written without them', async () => {
    await expect(analyse(broken())).rejects.toThrow('The imaging thread stopped');
    expect(await storedOf(SOP_CLASS.comprehensive3dSr)).toEqual([]);
    await analyse(broken(), true);
    const [report] = await storedOf(SOP_CLASS.comprehensive3dSr);
    expect(textOf(report?.metadata ?? {}, TAG.CompletionFlag)).toBe('COMPLETE');
    expect(await storedOf(SOP_CLASS.secondaryCapture)).toEqual([]);
    expect(await listAnalyses(storage.pool, [studyUid], 1)).toMatchObject([{ state: 'done' }]);
  });
});
