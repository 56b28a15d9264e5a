/** Priors from an archive that a test plays: once, again while it is away, never twice, and never analysed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { textOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import type { DimseClient } from '../../../server/dimse/dimse-client.ts';
import { startPriorFetcher, type PriorFetcher } from '../../../server/routing/prior-fetcher.ts';
import { requestPriors } from '../../../server/routing/prior-records.ts';
import { readRules } from '../../../server/routing/read-rules.ts';
import type { PriorWish } from '../../../server/routing/rules-schema.ts';
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
let tellsModalities = true;
/** What happens in a C-MOVE before it is answered. */
let onMove: () => Promise<unknown> = () => Promise.resolve();
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
    return Promise.resolve(isSeries ? [seriesOf(uid ?? '')] : studies());
  },
  async move(_peer, { identifier }) {
    moved.push(textOf(identifier, TAG.StudyInstanceUID) ?? '');
    await onMove();
    return { dimseStatus: status, completed: 1, failed: 0, warnings: 0 };
  },
} as DimseClient; // prettier-ignore
const studies = (): DataSet[] =>
  Object.entries(PRIORS).map(([uid, [date]]) =>
    dataSetOf({
      StudyInstanceUID: uid,
      StudyDate: date,
      PatientID: 'P1',
      ...(tellsModalities && { ModalitiesInStudy: ['CR'] }),
    }),
  );
/** That of the wrist is of another modality. */
const seriesOf = (uid: string): DataSet =>
  dataSetOf({ Modality: uid === '1.2.11' ? 'MR' : 'CR', BodyPartExamined: PRIORS[uid]?.[1] ?? '' });

beforeEach(async () => {
  await query(storage.pool, 'TRUNCATE prior_fetch, prior_study');
  moved.length = 0;
  [away, status, tellsModalities] = [0, 0, true];
  onMove = () => Promise.resolve();
  const study = { PatientID: 'P1', StudyDate: '20260115', BodyPartExamined: 'HAND' };
  expect((await storeBytes(storage.instances(), dicomFile(study))).status).toBe('stored');
});
afterEach(async () => {
  vi.useRealTimers();
  await fetcher?.stop();
});

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

/** As an image that has just come does, but due at once. */
async function ask(studyUid = '1.2.3', wish: PriorWish = WISH): Promise<void> {
  await requestPriors(storage.pool, studyUid, wish, 0);
}

/** As an archive sends the first image of a prior. */
const receive = (studyUid: string) =>
  storeBytes(
    storage.instances(),
    dicomFile({ StudyInstanceUID: studyUid, SOPInstanceUID: `${studyUid}.1`, SeriesInstanceUID: `${studyUid}.0` }),
  ); // prettier-ignore

async function ended(): Promise<Record<string, unknown> | undefined> {
  const rows = await query(storage.pool, `SELECT state, tries, found, fetched, reason FROM prior_fetch`);
  return rows.find(({ state }) => state !== 'waiting');
}

it('fetches the newest of the same body part, once, and knows them as priors', async () => {
  const { isPrior } = await start();
  await ask();
  await ask(); // the second image
  await expect.poll(ended).toMatchObject({ state: 'done', tries: 1, found: 2, fetched: 2, reason: null });
  await ask(); // an image that comes later
  await ask('1.2.99'); // behind it: when this is done, that would be
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
  await receive('1.2.10');
  const { isPrior } = await start();
  await ask();
  await expect.poll(ended).toMatchObject({ found: 2, fetched: 1 });
  expect(moved).toEqual(['1.2.12']);
  expect(isPrior({ studyInstanceUid: '1.2.10', origin: 'dimse' })).toBe(false);
}); // prettier-ignore

it('asks again while the archive is away, and gives up in the end', async () => {
  await start();
  away = 2;
  await ask();
  await expect.poll(ended).toMatchObject({ state: 'done', tries: 3, fetched: 2 });
  await query(storage.pool, 'TRUNCATE prior_fetch');
  away = 1_000;
  await ask();
  await expect.poll(ended).toMatchObject({ state: 'failed', tries: 4, reason: 'The archive is away' });
});

it('says what an archive that does not send answers, and what a study lacks to be asked about', async () => {
  await start();
  status = 0xa801;
  await ask();
  await expect.poll(ended).toMatchObject({ state: 'done', fetched: 0, reason: 'C-MOVE ended with status A801' });
  await query(storage.pool, 'TRUNCATE prior_fetch');
  const nameless = { PatientID: '', StudyInstanceUID: '1.2.4', SOPInstanceUID: '1.2.4.1', SeriesInstanceUID: '1.2.4.0' };
  await storeBytes(storage.instances(), dicomFile(nameless));
  await ask('1.2.4');
  await expect.poll(ended).toMatchObject({ state: 'done', found: 0, reason: 'The study has no Patient ID' });
}); // prettier-ignore

it('ends when the routing file names the archive no more', async () => {
  await start();
  await ask('1.2.3', { ...WISH, from: 'gone' });
  await expect.poll(ended).toMatchObject({ state: 'failed', tries: 1 });
  expect(moved).toEqual([]);
});

it('asks again for a prior of which a part has come when the C-MOVE broke off', async () => {
  onMove = async () => {
    onMove = () => Promise.resolve();
    await receive('1.2.10');
    throw new PacsError('peer-unavailable', 'The archive broke off');
  };
  await start();
  await ask();
  await expect.poll(ended).toMatchObject({ state: 'done', tries: 2, found: 2, fetched: 2 });
  expect(moved).toEqual(['1.2.10', '1.2.10', '1.2.12']);
});

it('forgets after a week what was a prior', async () => {
  const { isPrior } = await start();
  await ask();
  await expect.poll(ended).toMatchObject({ state: 'done' });
  const later = (days: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
  later(6);
  expect(isPrior({ studyInstanceUid: '1.2.10', origin: 'dimse' })).toBe(true);
  later(2);
  expect(isPrior({ studyInstanceUid: '1.2.10', origin: 'dimse' })).toBe(false);
});

it('gives up a C-MOVE that is under way when it is stopped, and takes it up at the next start', async () => {
  onMove = () => new Promise(() => undefined);
  await start();
  await ask();
  await expect.poll(() => moved).toHaveLength(1);
  await fetcher?.stop();
  const rows = await query(storage.pool, 'SELECT state, reason, due_at <= now() AS is_due FROM prior_fetch');
  expect(rows).toEqual([{ state: 'waiting', reason: 'The server was stopped', is_due: true }]);
  await receive('1.2.10');
  onMove = () => Promise.resolve();
  await start();
  await expect.poll(ended).toMatchObject({ state: 'done', tries: 2, fetched: 2 });
  expect(moved).toEqual(['1.2.10', '1.2.10', '1.2.12']);
});

it('waits until a study has settled, and each image puts it off', async () => {
  const due = async () => {
    const [row] = await query(storage.pool, 'SELECT due_at FROM prior_fetch');
    return (row?.['due_at'] as Date).getTime();
  };
  const began = Date.now();
  await requestPriors(storage.pool, '1.2.3', WISH);
  expect(await due()).toBeGreaterThan(began + 10_000);
  await requestPriors(storage.pool, '1.2.3', WISH, 3_600);
  const put = await due();
  expect(put).toBeGreaterThan(began + 3_000_000);
  await query(storage.pool, 'UPDATE prior_fetch SET tries = 1');
  await requestPriors(storage.pool, '1.2.3', WISH, 7_200);
  expect(await due()).toBe(put);
});

it('looks at the series where the archive tells no modality of studies', async () => {
  await start();
  await ask('1.2.3', { ...WISH, sameBodyPart: false });
  await expect.poll(ended).toMatchObject({ state: 'done' });
  expect(moved.splice(0)).toEqual(['1.2.11', '1.2.10']);
  await query(storage.pool, 'TRUNCATE prior_fetch');
  tellsModalities = false;
  await ask('1.2.3', { ...WISH, sameBodyPart: false });
  await expect.poll(ended).toMatchObject({ state: 'done' });
  expect(moved).toEqual(['1.2.10', '1.2.12']);
});
