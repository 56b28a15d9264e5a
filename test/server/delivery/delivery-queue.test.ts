/**
 * The delivery queue on a real database and object store, against a server that fails in every way it can: nothing is
 * lost, nothing arrives twice to effect, and no destination waits for another.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  countDeliveries,
  enqueueDeliveries,
  listDeliveries,
  reviveDeliveries,
} from '../../../server/delivery/delivery-records.ts';
import { startDeliveryQueue, type DeliveryQueue } from '../../../server/delivery/delivery-queue.ts';
import { Destinations } from '../../../server/delivery/open-destination.ts';
import { readRules } from '../../../server/routing/read-rules.ts';
import { query } from '../../../server/storage/database.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { startReceivingPacs, type ReceivingPacs } from '../../support/receiving-pacs.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../../support/storage.ts';

let storage: TestStorage;
let pacs: ReceivingPacs;
let other: ReceivingPacs;
let folder: string;
let queue: DeliveryQueue | undefined;
const errors: unknown[] = [];
let studies = 0;

beforeAll(async () => {
  storage = await createTestStorage();
});
afterAll(() => storage.close());
beforeEach(async () => {
  await query(storage.pool, 'TRUNCATE delivery, audit_event');
  [pacs, other, folder] = await Promise.all([
    startReceivingPacs(),
    startReceivingPacs(),
    mkdtemp(join(tmpdir(), 'osteon-folder-')),
  ]);
});
afterEach(async () => {
  await queue?.stop();
  queue = undefined;
  await pacs.close();
  await other.close();
  await rm(folder, { recursive: true, force: true });
  expect(errors.splice(0)).toEqual([]);
});

const AT_ONCE = { firstSeconds: 0.01, mostSeconds: 0.05 };

function start(more = '', keepDays = 0): DeliveryQueue {
  const text = `version: 1
destinations:
  pacs: { dicomweb: "${pacs.root}", concurrency: 2${more} }
  other: { dicomweb: "${other.root}/", concurrency: 1 }
  folder: { folder: "${folder}" }
`;
  queue = startDeliveryQueue({
    database: storage.pool,
    index: storage.index,
    objects: storage.objects,
    destinations: new Destinations(() => {
      throw new Error('no DICOM here');
    }),
    rules: () => readRules(text, 'routing.yaml', []),
    keepDays,
    onError: (error) => errors.push(error),
    everyMs: 10,
    backoff: { delivery: AT_ONCE, destination: AT_ONCE },
  });
  return queue;
}

/** Stores a set of two objects; its UIDs, the report last. */
async function storedSet(): Promise<{ study: string; uids: readonly [string, string] }> {
  const study = `2.25.900.${++studies}`;
  const uids = [`${study}.1`, `${study}.2`] as const;
  for (const uid of uids) {
    const file = dicomFile({ StudyInstanceUID: study, SeriesInstanceUID: `${study}.0`, SOPInstanceUID: uid });
    expect((await storeBytes(storage.instances(), file)).status).toBe('stored');
  }
  return { study, uids };
}

async function send(
  destinations: readonly string[],
  priority = 0,
): Promise<{ study: string; uids: readonly string[] }> {
  const { study, uids } = await storedSet();
  await enqueueDeliveries(
    storage.pool,
    destinations.map((destination) => ({
      destination,
      studyInstanceUid: study,
      reportUid: uids[1],
      sopInstanceUids: uids,
      priority,
    })),
  );
  return { study, uids };
}

const statesOf = async (): Promise<readonly string[]> =>
  (await listDeliveries(storage.pool, { limit: 100 })).map(({ state }) => state);

async function untilAll(state: string): Promise<void> {
  await expect.poll(async () => [...new Set(await statesOf())]).toEqual([state]);
}

describe('a delivery', () => {
  it('arrives byte for byte, the report last, and is on record', async () => {
    const { study, uids } = await send(['pacs', 'folder']);
    start();
    await untilAll('delivered');
    expect(pacs.received).toEqual(uids);
    const stored = await storage.index.listPlaces({ studyUid: study });
    expect([...pacs.kept].toSorted()).toEqual(
      stored.map(({ sopInstanceUid, sha256 }) => [sopInstanceUid, sha256]).toSorted(),
    );
    expect((await readdir(join(folder, study))).toSorted()).toEqual(uids.map((uid) => `${uid}.dcm`));
    const [place] = stored;
    if (!place) throw new Error('nothing is stored');
    const bytes = await readFile(join(folder, study, `${place.sopInstanceUid}.dcm`));
    expect(bytes.equals(await storage.objects.read(place.objectKey))).toBe(true);
    const events = await query(storage.pool, 'SELECT principal_id, action, outcome, study_uids, network_address FROM audit_event ORDER BY principal_id');
    expect(events).toEqual([
      { principal_id: 'destination folder', action: 'deliver-results', outcome: 'success', study_uids: [study], network_address: folder },
      { principal_id: 'destination pacs', action: 'deliver-results', outcome: 'success', study_uids: [study], network_address: new URL(pacs.root).host },
    ]);
  }); // prettier-ignore

  it('is not made again when the same set is queued again', async () => {
    const { study, uids } = await send(['pacs']);
    start();
    await untilAll('delivered');
    const again = { destination: 'pacs', studyInstanceUid: study, reportUid: uids[1] ?? '', priority: 0 };
    await enqueueDeliveries(storage.pool, [{ ...again, sopInstanceUids: uids.slice(1) }]);
    expect(await statesOf()).toEqual(['delivered']);
    expect(pacs.received).toEqual(uids);
  });

  it('sends only what is new when more of a set is to go there', async () => {
    const { study, uids } = await storedSet();
    const delivery = { destination: 'pacs', studyInstanceUid: study, reportUid: uids[1], priority: 0 };
    await enqueueDeliveries(storage.pool, [{ ...delivery, sopInstanceUids: [uids[1]] }]);
    start();
    await untilAll('delivered');
    await enqueueDeliveries(storage.pool, [{ ...delivery, sopInstanceUids: uids }]);
    await untilAll('delivered');
    await expect.poll(() => pacs.received).toEqual([uids[1], uids[0]]);
  });

  it.each(['away', 'cuts-before', 'cuts-after'] as const)(
    'gets through in the end when the server %s, with one effect',
    async (mood) => {
      pacs.mood = mood;
      const sent = await Promise.all([send(['pacs']), send(['pacs'])]);
      start();
      await expect.poll(() => queue?.pauses().get('pacs')?.failures ?? 0).toBeGreaterThan(2);
      pacs.mood = 'up';
      await untilAll('delivered');
      expect([...pacs.kept.keys()].toSorted()).toEqual(sent.flatMap(({ uids }) => uids).toSorted());
      expect(pacs.altered).toEqual([]);
      expect(queue?.pauses().size).toBe(0);
    },
  );

  it('counts as made where the server has the objects already', async () => {
    pacs.mood = { failureReason: 0x0111 };
    await send(['pacs']);
    start();
    await untilAll('delivered');
  });

  it('becomes a dead letter when it is refused, says why, and can be revived', async () => {
    pacs.mood = { failureReason: 0xa900 };
    await send(['pacs']);
    start();
    await untilAll('dead');
    const [dead] = await listDeliveries(storage.pool, { state: 'dead', limit: 10 });
    expect(dead?.reason).toBe('2 of the objects refused: Failure Reason A900');
    expect(dead?.tries).toBe(1);
    pacs.mood = 'up';
    expect(await reviveDeliveries(storage.pool, { id: dead?.id ?? '' })).toBe(1);
    await untilAll('delivered');
    const outcomes = await query(storage.pool, 'SELECT outcome FROM audit_event ORDER BY id');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failed', 'success']);
  });

  it('is given up after the time that the destination allows', async () => {
    pacs.mood = 'away';
    await send(['pacs']);
    start(', giveUpHours: 0.00001');
    await untilAll('dead');
  });

  it('becomes a dead letter when its objects are gone', async () => {
    const { study } = await send(['pacs']);
    await query(storage.pool, 'DELETE FROM instance WHERE study_uid = $1', [study]);
    start();
    await untilAll('dead');
    expect(pacs.received).toEqual([]);
  });

  it('waits for the destination to stand in the file again', async () => {
    await send(['elsewhere', 'other']);
    start();
    await expect.poll(async () => (await statesOf()).toSorted()).toEqual(['delivered', 'waiting']);
  });
});

describe('the queue', () => {
  it('lets no destination wait for another that hangs', async () => {
    pacs.mood = 'silent';
    for (let number = 0; number < 5; number++) await send(['pacs', 'other', 'folder']);
    start();
    await expect.poll(() => other.kept.size).toBe(10);
    const counts = await countDeliveries(storage.pool);
    expect(counts.get('pacs')).toMatchObject({ waiting: 3, sending: 2, delivered: 0 });
    await expect
      .poll(async () => (await countDeliveries(storage.pool)).get('folder'))
      .toMatchObject({ delivered: 5 });
  });

  it('keeps to the limit of each destination', async () => {
    for (let number = 0; number < 12; number++) await send(['pacs', 'other']);
    start();
    await untilAll('delivered');
    expect(pacs.mostAtOnce).toBeLessThanOrEqual(2);
    expect(other.mostAtOnce).toBe(1);
  });

  it('sends what is urgent first', async () => {
    const usual = await send(['other']);
    const low = await send(['other'], -10);
    const urgent = await send(['other'], 20);
    start();
    await untilAll('delivered');
    expect(other.received).toEqual([...urgent.uids, ...usual.uids, ...low.uids]);
  });

  it('gives up what hangs when it stops, and takes it up at the next start', async () => {
    pacs.mood = 'silent';
    const { uids } = await send(['pacs']);
    const stopped = start();
    await expect.poll(() => pacs.authorizations.length).toBe(1);
    await stopped.stop();
    expect(await statesOf()).toEqual(['waiting']);
    pacs.mood = 'up';
    start();
    await untilAll('delivered');
    expect(pacs.received).toEqual(uids);
  });

  it('forgets what was delivered long ago, and nothing else', async () => {
    pacs.mood = { failureReason: 0xa900 };
    const [old, recent, dead] = [await send(['other']), await send(['other']), await send(['pacs'])];
    const waiting = await send(['elsewhere']);
    start();
    await expect.poll(async () => (await statesOf()).toSorted()).toEqual(['dead', 'delivered', 'delivered', 'waiting']);
    await queue?.stop();
    const age = `UPDATE delivery SET queued_at = now() - interval '99 days', finished_at = finished_at - interval '8 days'`;
    await query(storage.pool, `${age} WHERE study_uid <> $1`, [recent.study]);
    const left = async () => (await listDeliveries(storage.pool, { limit: 9 })).map((one) => one.studyInstanceUid).toSorted();
    await start('', 9).stop();
    expect(await left()).toHaveLength(4);
    start('', 7);
    await expect.poll(left).toEqual([recent.study, dead.study, waiting.study].toSorted());
    expect(other.received.toSorted()).toEqual([...old.uids, ...recent.uids].toSorted());
  }); // prettier-ignore

  it('takes over from a sender whose lease has ended', async () => {
    await send(['pacs']);
    await query(
      storage.pool,
      "UPDATE delivery SET state = 'sending', leased_until = now() - interval '1 second'",
    );
    start();
    await untilAll('delivered');
  });
});
