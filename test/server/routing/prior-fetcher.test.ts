/** Priors from an archive that a test plays: once, again while it is away, never twice, and never analysed. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { textOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import type { DimseClient } from '../../../server/dimse/dimse-client.ts';
import { startPriorFetcher, type PriorFetcher } from '../../../server/routing/prior-fetcher.ts';
import { requestPriors } from '../../../server/routing/prior-records.ts';
import { readRules } from '../../../server/routing/read-rules.ts';
import { query } from '../../../server/storage/database.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const storage = await ownStorage();
const RULES = readRules(
  `version: 1
destinations:
  pacs: { dicom: { host: 127.0.0.1, port: 104, aeTitle: PACS } }
rules:
  - name: All
    priors: { from: pacs }
`,
  'r',
  [],
);
const WISH = { from: 'pacs', most: 2, years: 5, sameBodyPart: true };
const PRIORS: Readonly<Record<string, readonly [date: string, part: string]>> = {
  '1.2.10': ['20250101', 'HAND'],
  '1.2.11': ['20250201', 'WRIST'],
  '1.2.12': ['20240101', 'HAND'],
  '1.2.13': ['20230101', 'HAND'],
};

const moved: string[] = [];
let away = 0;
let status = 0;
let fetcher: PriorFetcher | undefined;

/** What the archive answers. */
const client = {
  find(_peer, { identifier }) {
    if (away > 0) {
      away -= 1;
      return Promise.reject(new PacsError('peer-unavailable', 'The archive is away'));
    }
    const uid = textOf(identifier, TAG.StudyInstanceUID);
    const isSeries = textOf(identifier, TAG.QueryRetrieveLevel) === 'SERIES';
    return Promise.resolve(isSeries ? [dataSetOf({ BodyPartExamined: PRIORS[uid ?? '']?.[1] ?? '' })] : studies());
  },
  move(_peer, { identifier }) {
    moved.push(textOf(identifier, TAG.StudyInstanceUID) ?? '');
    return Promise.resolve({ dimseStatus: status, completed: 1, failed: 0, warnings: 0 });
  },
} as DimseClient; // prettier-ignore
const studies = (): DataSet[] =>
  Object.entries(PRIORS).map(([uid, [date]]) =>
    dataSetOf({ StudyInstanceUID: uid, StudyDate: date, PatientID: 'P1', ModalitiesInStudy: ['CR'] }),
  );

beforeEach(async () => {
  await query(storage.pool, 'TRUNCATE prior_fetch, prior_study');
  moved.length = 0;
  [away, status] = [0, 0];
  const study = { PatientID: 'P1', StudyDate: '20260115', BodyPartExamined: 'HAND' };
  expect((await storeBytes(storage.instances(), dicomFile(study))).status).toBe('stored');
});
afterEach(() => fetcher?.stop());

async function start(retrySeconds: readonly number[] = [0, 0, 0]): Promise<PriorFetcher> {
  fetcher = await startPriorFetcher({
    database: storage.pool,
    index: storage.index,
    rules: () => RULES,
    modalities: ['CR', 'DX'],
    client: () => client,
    onError: (error) => {
      throw error;
    },
    everyMs: 10,
    retrySeconds,
  });
  return fetcher;
}

async function ended(): Promise<Record<string, unknown> | undefined> {
  const rows = await query(storage.pool, `SELECT state, tries, found, fetched, reason FROM prior_fetch`);
  return rows.find(({ state }) => state !== 'waiting');
}

it('fetches the newest of the same body part, once, and knows them as priors', async () => {
  const { isPrior } = await start();
  await requestPriors(storage.pool, '1.2.3', WISH);
  await requestPriors(storage.pool, '1.2.3', WISH); // the second image
  await expect.poll(ended).toMatchObject({ state: 'done', tries: 1, found: 2, fetched: 2, reason: null });
  await requestPriors(storage.pool, '1.2.3', WISH); // an image that comes later
  await requestPriors(storage.pool, '1.2.99', WISH); // behind it: when this is done, that would be
  await expect
    .poll(() =>
      query(storage.pool, `SELECT 1 FROM prior_fetch WHERE study_uid = '1.2.99' AND state = 'done'`),
    )
    .toHaveLength(1);
  expect(moved).toEqual(['1.2.10', '1.2.12']);
  expect(isPrior({ studyInstanceUid: '1.2.12', origin: 'dimse' })).toBe(true);
  expect(isPrior({ studyInstanceUid: '1.2.12', origin: 'stow' })).toBe(false);
  expect(isPrior({ studyInstanceUid: '1.2.3', origin: 'dimse' })).toBe(false);
  await fetcher?.stop();
  const again = await start();
  expect(again.isPrior({ studyInstanceUid: '1.2.12', origin: 'dimse' })).toBe(true);
  expect(moved).toHaveLength(2);
});

it('leaves a study that is here already as it is', async () => {
  const here = dicomFile({ StudyInstanceUID: '1.2.10', SOPInstanceUID: '1.2.10.1', SeriesInstanceUID: '1.2.10.0' });
  await storeBytes(storage.instances(), here);
  const { isPrior } = await start();
  await requestPriors(storage.pool, '1.2.3', WISH);
  await expect.poll(ended).toMatchObject({ found: 2, fetched: 1 });
  expect(moved).toEqual(['1.2.12']);
  expect(isPrior({ studyInstanceUid: '1.2.10', origin: 'dimse' })).toBe(false);
}); // prettier-ignore

it('asks again while the archive is away, and gives up in the end', async () => {
  await start();
  away = 2;
  await requestPriors(storage.pool, '1.2.3', WISH);
  await expect.poll(ended).toMatchObject({ state: 'done', tries: 3, fetched: 2 });
  await query(storage.pool, 'TRUNCATE prior_fetch');
  away = 1_000;
  await requestPriors(storage.pool, '1.2.3', WISH);
  await expect.poll(ended).toMatchObject({ state: 'failed', tries: 4, reason: 'The archive is away' });
});

it('says what an archive that does not send answers, and what a study lacks to be asked about', async () => {
  await start();
  status = 0xa801;
  await requestPriors(storage.pool, '1.2.3', WISH);
  await expect.poll(ended).toMatchObject({ state: 'done', fetched: 0, reason: 'C-MOVE ended with status A801' });
  await query(storage.pool, 'TRUNCATE prior_fetch');
  const nameless = { PatientID: '', StudyInstanceUID: '1.2.4', SOPInstanceUID: '1.2.4.1', SeriesInstanceUID: '1.2.4.0' };
  await storeBytes(storage.instances(), dicomFile(nameless));
  await requestPriors(storage.pool, '1.2.4', WISH);
  await expect.poll(ended).toMatchObject({ state: 'done', found: 0, reason: 'The study has no Patient ID' });
}); // prettier-ignore

it('ends when the routing file names the archive no more', async () => {
  await start();
  await requestPriors(storage.pool, '1.2.3', { ...WISH, from: 'gone' });
  await expect.poll(ended).toMatchObject({ state: 'failed', tries: 1 });
  expect(moved).toEqual([]);
});
