/**
 * Reports of storage commitment that are owed when everything ends: they come after the next start. PS3.4 J.3.3.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { acceptAssociation } from '../../../server/dimse/accept-association.ts';
import {
  readReport,
  reportOn,
  requestDataSet,
  REQUEST_COMMITMENT,
} from '../../../server/dimse/commitment.ts';
import { CommitmentScp } from '../../../server/dimse/commitment-scp.ts';
import { COMMAND, decodeCommandSet, WITH_DATA_SET } from '../../../server/dimse/command-set.ts';
import { encodeDataSet, readDataSet } from '../../../server/dimse/identifier.ts';
import { respond, STATUS } from '../../../server/dimse/responses.ts';
import type { ScpServices } from '../../../server/dimse/scp-services.ts';
import { SERVICE_SOP_CLASS, STORAGE_COMMITMENT_INSTANCE } from '../../../server/dimse/sop-classes.ts';
import { query } from '../../../server/storage/database.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { openDimseNetwork } from '../../support/dimse-network.ts';
import { freePort } from '../../support/free-port.ts';
import { associateByHand, commandPdu, CONTEXT_IDS, fragment } from '../../support/hand-made-association.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const storage = await ownStorage();
const LIMITS = { maxPduBytes: 16_384, negotiationMs: 5_000, idleMs: 60_000, stallMs: 60_000 };
const STORED = { sopClassUid: SOP_CLASS.computedRadiography, sopInstanceUid: '1.2.3.1' };
const UNKNOWN = { sopClassUid: SOP_CLASS.computedRadiography, sopInstanceUid: '1.2.3.9' };

/** Asks for commitment as `CR1`, waits for the answer, and hangs up: many modalities do. */
async function askAndLeave(port: number, transactionUid: string): Promise<void> {
  const peer = await associateByHand(port);
  const id = CONTEXT_IDS.commitment;
  const request = requestDataSet({ transactionUid, instances: [STORED, UNKNOWN] });
  const context = { id, abstractSyntax: '', transferSyntax: '1.2.840.10008.1.2.1', isScu: true, isScp: true };
  peer.socket.write(
    commandPdu(id, {
      CommandField: COMMAND.action,
      MessageID: 1,
      RequestedSOPClassUID: SERVICE_SOP_CLASS.storageCommitment,
      RequestedSOPInstanceUID: STORAGE_COMMITMENT_INSTANCE,
      ActionTypeID: REQUEST_COMMITMENT,
      CommandDataSetType: WITH_DATA_SET,
    }),
  );
  peer.socket.write(fragment(id, false, true, encodeDataSet(request, context)));
  await peer.heard('fragments', 1);
  expect(decodeCommandSet(peer.fragments[0]?.bytes ?? Buffer.of()).Status).toBe(STATUS.success);
  peer.socket.destroy();
  await peer.closed;
}

/** Listens as `CR1` until reports for so many transactions have come; what they say. `onOpen` is told how many have called and are not answered. */
async function hearReports(
  port: number,
  count: number,
  onOpen: (count: number) => void = () => undefined,
): Promise<readonly (readonly [string, unknown])[]> {
  const heard: (readonly [string, unknown])[] = [];
  const all = Promise.withResolvers<undefined>();
  let open = 0;
  const listener = createServer((socket) => {
    onOpen((open += 1));
    void acceptAssociation(socket, LIMITS, () => undefined).then(async (association) => {
      for await (const message of association.requests()) {
        const { transactionUid, outcome } = readReport(await readDataSet(message));
        heard.push([transactionUid, outcome]);
        open -= 1;
        await respond(association, message, { EventTypeID: message.command.EventTypeID ?? 0, Status: STATUS.success });
        if (heard.length === count) all.resolve(undefined);
      }
    });
  }).listen(port, '127.0.0.1'); // prettier-ignore
  await all.promise;
  listener.close();
  await once(listener, 'close');
  return heard;
}

const owedCount = async (): Promise<number> =>
  (await query(storage.pool, 'SELECT id FROM owed_commitment')).length;

it('come after a restart, and after a kill of the process, once', { timeout: 60_000 }, async () => {
  expect((await storeBytes(storage.instances(), dicomFile({ SOPInstanceUID: '1.2.3.1' }))).status).toBe('stored');
  const port = await freePort();
  const setup = { peers: [{ aeTitle: 'CR1', host: '127.0.0.1', port }] };

  const first = await openDimseNetwork(storage, setup);
  await askAndLeave(first.port, '1.2.9.1');
  await first.service.stop(1_000);
  expect(await owedCount()).toBe(1);

  const second = await openDimseNetwork(storage, setup);
  await askAndLeave(second.port, '1.2.9.2');
  const [pid] = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'dimse-process']).toString().split('\n');
  process.kill(Number(pid), 'SIGKILL');
  await expect.poll(() => second.faults.length).toBe(1);
  expect(await owedCount()).toBe(2);
  await second.service.stop(1_000);

  const heard = hearReports(port, 2);
  await openDimseNetwork(storage, setup);
  const outcome = {
    committed: [STORED.sopInstanceUid],
    failed: [{ sopInstanceUid: UNKNOWN.sopInstanceUid, failureReason: STATUS.noSuchInstance }],
  };
  expect((await heard).toSorted()).toEqual([
    ['1.2.9.1', outcome],
    ['1.2.9.2', outcome],
  ]);
  await expect.poll(owedCount).toBe(0);
}); // prettier-ignore

it('are forgotten when nobody knows where the one who asked listens', async () => {
  const { port } = await openDimseNetwork(storage, { peers: [{ aeTitle: 'CR1', host: '127.0.0.1' }] });
  await askAndLeave(port, '1.2.9.3');
  await expect.poll(owedCount).toBe(0);
});

it('come four at a time, and once where it is asked twice what is owed', { timeout: 60_000 }, async () => {
  const transactions = Array.from({ length: 24 }, (_, number) => `1.2.9.${String(100 + number)}`);
  const owed = transactions.map((transactionUid) => ({
    ...reportOn({ transactionUid, instances: [STORED] }, { committed: [STORED.sopInstanceUid], failed: [] }),
    aeTitle: 'CR1',
    id: transactionUid,
  }));
  const port = await freePort();
  let tries = 0;
  const settled: string[] = [];
  const services = {
    server: {
      owed: () => Promise.resolve(owed),
      settle: (id: string) => {
        settled.push(id);
        return Promise.resolve();
      },
    },
    destination: () => {
      tries += 1;
      return { aeTitle: 'CR1', host: '127.0.0.1', port };
    },
  } as unknown as ScpServices;
  let most = 0;
  const heard = hearReports(port, transactions.length, (count) => (most = Math.max(most, count)));
  const stopping = new AbortController();
  const scp = new CommitmentScp(services, { aeTitle: 'OSTEON', limits: LIMITS }, stopping.signal);
  await scp.resume();
  await scp.resume();
  expect((await heard).map(([uid]) => uid).toSorted()).toEqual(transactions);
  await expect.poll(() => settled.length).toBe(transactions.length);
  stopping.abort();
  expect(tries).toBe(transactions.length);
  expect(most).toBeLessThanOrEqual(4);
});
