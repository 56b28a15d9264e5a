/**
 * SIGKILL to whoever delivers, again and again, while it delivers: in the end everything is where it belongs, byte for byte,
 * and is on record once. Two processes share the queue, so that one also takes over from the other.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fork } from '../../../dicom/phantom/index.ts';
import { enqueueDeliveries, listDeliveries } from '../../../server/delivery/delivery-records.ts';
import { query } from '../../../server/storage/database.ts';
import { startDelivering, type DeliveringProcess } from '../../support/delivering-process.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { startReceivingPacs, type ReceivingPacs } from '../../support/receiving-pacs.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../../support/storage.ts';

const KILLS = 14;
const STUDIES_A_KILL = 6;
const STUDIES = KILLS * STUDIES_A_KILL;

let storage: TestStorage;
let pacs: ReceivingPacs;
let objects: string;
let folder: string;
const running = new Set<DeliveringProcess>();

beforeAll(async () => {
  [objects, folder, pacs] = await Promise.all([
    mkdtemp(join(tmpdir(), 'osteon-objects-')),
    mkdtemp(join(tmpdir(), 'osteon-folder-')),
    startReceivingPacs(),
  ]);
  storage = await createTestStorage(objects);
});
afterAll(async () => {
  for (const one of running) await one.kill();
  await pacs.close();
  await storage.close();
  for (const path of [objects, folder]) await rm(path, { recursive: true });
});

async function start(): Promise<DeliveringProcess> {
  const rules = `version: 1
destinations:
  pacs: { dicomweb: "${pacs.root}", concurrency: 2 }
  folder: { folder: "${folder}", concurrency: 2 }
`;
  const one = await startDelivering({ databaseUrl: storage.databaseUrl, folder: objects, rules });
  running.add(one);
  return one;
}

/** Stores sets of three objects and queues them for both destinations; notes the SHA-256 of each in `sent`. */
async function queueSome(round: number, sent: Map<string, string>): Promise<void> {
  for (let number = 1; number <= STUDIES_A_KILL; number++) {
    const study = `2.25.700.${round + 1}.${number}`;
    const uids = [1, 2, 3].map((part) => `${study}.${part}`);
    for (const uid of uids) {
      const pixels = Buffer.alloc(100_000, number);
      const file = dicomFile({ StudyInstanceUID: study, SeriesInstanceUID: `${study}.0`, SOPInstanceUID: uid, PixelData: pixels });
      expect((await storeBytes(storage.instances(), file)).status).toBe('stored');
      sent.set(uid, createHash('sha256').update(file).digest('hex'));
    }
    const delivery = { studyInstanceUid: study, reportUid: uids[2] ?? '', sopInstanceUids: uids, priority: 0 };
    await enqueueDeliveries(storage.pool, ['pacs', 'folder'].map((destination) => ({ destination, ...delivery })));
  }
} // prettier-ignore

/** As if half a minute had passed: what a dead process was sending may be taken by another. */
async function endLeases(): Promise<void> {
  await query(storage.pool, "UPDATE delivery SET leased_until = now() - interval '1 second' WHERE state = 'sending'");
} // prettier-ignore

/** Names that are not whole among them. */
function namesInFolder(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\d\/\./.test(name) || name.endsWith('.dcm'),
  );
}

async function filesInFolder(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const hashes = files.map(async ({ parentPath, name }) => {
    const hash = createHash('sha256').update(await readFile(join(parentPath, name))).digest('hex'); // prettier-ignore
    return [name.replace(/\.dcm$/, ''), hash] as const;
  });
  return new Map(await Promise.all(hashes));
}

it(`loses nothing and does nothing twice over ${KILLS} kills`, { timeout: 180_000 }, async () => {
  const random = fork(1, 'kills of the delivery queue');
  const sent = new Map<string, string>();
  let victim = await start();
  let other = await start();
  let inFlight = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // Seen from where it is sent to, so that something is under way there, or was just done.
    const arrived = kill % 2 === 0 ? () => pacs.received.length : () => namesInFolder().length;
    const goal = arrived() + 1 + Math.floor(random.next() * 8);
    await queueSome(kill, sent);
    await expect.poll(arrived, { interval: 1 }).toBeGreaterThanOrEqual(goal);
    await victim.kill();
    const open = await query(storage.pool, "SELECT 1 FROM delivery WHERE state = 'sending'");
    inFlight += open.length;
    await endLeases();
    [victim, other] = [other, await start()];
  }
  await endLeases();
  await expect
    .poll(async () => {
      const states = (await listDeliveries(storage.pool, { limit: 2 * STUDIES })).map(({ state }) => state);
      return [...new Set(states)];
    })
    .toEqual(['delivered']);
  // The kills were worth their name.
  expect(inFlight).toBeGreaterThan(KILLS);
  expect(pacs.kept).toEqual(sent);
  expect(pacs.altered).toEqual([]);
  expect(await filesInFolder()).toEqual(sent);
  const events = await query(
    storage.pool,
    'SELECT principal_id, outcome, count(*)::int AS count FROM audit_event GROUP BY 1, 2 ORDER BY 1',
  );
  expect(events).toEqual([
    { principal_id: 'destination folder', outcome: 'success', count: STUDIES },
    { principal_id: 'destination pacs', outcome: 'success', count: STUDIES },
  ]);
});
