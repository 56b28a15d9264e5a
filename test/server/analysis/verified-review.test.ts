/** A report that a person verified is never superseded by a machine: the newer one stands beside it, unverified. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { buildReviewDocument } from '../../../dicom/results/review-document.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { recordArrival } from '../../../server/analysis/analysis-records.ts';
import { analyseStudy } from '../../../server/analysis/analyse-study.ts';
import { resultFile } from '../../../server/analysis/result-file.ts';
import { runImagingTask } from '../../../server/imaging/run-imaging-task.ts';
import { NO_ROUTING } from '../../support/no-routing.ts';
import type { StoredInstance } from '../../../server/storage/stored-instance.ts';
import { rampFile } from '../../support/result-files.ts';
import { ANALYSED, metadataOf } from '../../support/result-inputs.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../../support/storage.ts';

const STUDY = ANALYSED.source.studyInstanceUid;
const OBSERVER = { uid: '2.25.77', name: 'Osteon' };
let storage: TestStorage;

beforeAll(async () => {
  storage = await createTestStorage();
});
afterAll(async () => {
  await storage.close();
});

async function analyse(softwareVersion: string): Promise<void> {
  const { pool, index, objects } = storage;
  await recordArrival(pool, STUDY, { inSeconds: 0 });
  await analyseStudy(
    { studyInstanceUid: STUDY, isLastTry: false },
    {
      database: pool,
      index,
      instances: storage.instances(),
      inference: { outcomeOf: () => Promise.resolve(ANALYSED), close: () => undefined },
      routing: NO_ROUTING,
      modelsFor: () => ({}),
      modalities: ['DX'],
      observer: OBSERVER,
      softwareVersion,
      results: {},
      resultFile: (object, sources) => resultFile(object, sources, { objects, imaging: runImagingTask }),
      now: () => new Date('2026-03-04T05:06:07Z'),
    },
  );
}

async function reports(): Promise<readonly StoredInstance[]> {
  const stored = await storage.index.listInstances({ studyUid: STUDY });
  return stored.filter(({ sopClassUid }) => sopClassUid === SOP_CLASS.comprehensive3dSr);
}

const read = async ({ objectKey }: StoredInstance) =>
  readReport(readPart10(await storage.objects.read(objectKey)).dataSet);

it('a newer report names the machine’s report alone as its predecessor, and the verified one stays', async () => {
  await storeBytes(storage.instances(), rampFile(metadataOf(), ANALYSED.source));
  await analyse('0.1.0');
  const [first] = await reports();
  if (!first) throw new Error('the analysis has a report');
  const review = buildReviewDocument({
    studyAttributes: first.metadata,
    report: await read(first),
    predecessor: first,
    reviews: new Map(),
    statements: [],
    writtenAt: '20260304120000',
    signature: {
      name: { Alphabetic: 'Kim^Reader' },
      organization: 'A hospital',
      signedAt: '20260304120000',
    },
    softwareVersion: '0.1.0',
    observer: OBSERVER,
  });
  expect((await storeBytes(storage.instances(), writePart10(review.dataSet))).status).toBe('stored');
  const isReview = ({ sopInstanceUid }: StoredInstance) => sopInstanceUid === review.sopInstanceUid;
  const verified = (await reports()).find(isReview);
  await analyse('0.2.0');
  const stored = await reports();
  expect(stored).toHaveLength(3);
  expect(stored.find(isReview)).toEqual(verified);
  const newest = stored.find((one) => !isReview(one) && one.sopInstanceUid !== first.sopInstanceUid);
  if (!newest) throw new Error('the newer version has a report');
  expect(await read(newest)).toMatchObject({ isVerified: false, predecessorUids: [first.sopInstanceUid] });
});
