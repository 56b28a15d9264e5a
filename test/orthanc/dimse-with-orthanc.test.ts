/**
 * A real Orthanc on the DICOM network: each side as client and as server of every service. PS3.4 Annexes A, B, C, J.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import type { DimsePeer } from '../../server/dimse/peer.ts';
import { dataSetIn, openDimseNetwork } from '../support/dimse-network.ts';
import { dicomFile } from '../support/dicom-file.ts';
import { startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { ownStorage } from '../support/served-storage.ts';
import { storeBytes } from '../support/storage.ts';
import { freePort } from '../support/free-port.ts';

const storage = await ownStorage();
const orthancPort = await freePort();
const ourPort = await freePort();

let orthanc: Orthanc;
const peer: DimsePeer = { aeTitle: 'ORTHANC', host: '127.0.0.1', port: orthancPort };
const network = await openDimseNetwork(storage, { port: ourPort, peers: [peer] });

beforeAll(async () => {
  orthanc = await startOrthanc(
    {},
    {
      DicomServerEnabled: true,
      DicomAet: 'ORTHANC',
      DicomPort: orthancPort,
      DicomAlwaysAllowFind: true,
      DicomAlwaysAllowMove: true,
      DicomAlwaysAllowGet: true,
      DicomModalities: {
        osteon: { AET: 'OSTEON', Host: '127.0.0.1', Port: ourPort, AllowStorageCommitment: true },
      },
    },
  );
});
afterAll(() => orthanc.stop());

const instanceId = z.object({ ID: z.string() });
const file = (number: number): Buffer =>
  dicomFile({
    StudyInstanceUID: '1.2.5',
    SeriesInstanceUID: '1.2.5.0',
    SOPInstanceUID: `1.2.5.${number}`,
    PatientID: 'P5',
    PatientName: 'Roe^Jane',
    InstanceNumber: String(number),
  });

async function inOrthanc(...files: readonly Buffer[]): Promise<string[]> {
  await orthanc.forget('1.2.5');
  for (const bytes of files) await orthanc.add(bytes);
  const found = await orthanc.rest('/tools/find', {
    Level: 'Instance',
    Query: { StudyInstanceUID: '1.2.5' },
  });
  return z.array(z.string()).parse(found);
}
const keptUids = async (): Promise<string[]> =>
  (await storage.index.listInstances({ studyUid: '1.2.5' })).map(({ sopInstanceUid }) => sopInstanceUid);

/** Asks Orthanc until what it says fits. */
async function until<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  for (;;) {
    const parsed = schema.safeParse(await orthanc.rest(path));
    if (parsed.success) return parsed.data;
    await pause(100);
  }
}

describe('Orthanc as client', () => {
  it('echoes, and stores byte for byte', async () => {
    await orthanc.rest('/modalities/osteon/echo', {});
    const ids = await inOrthanc(file(1), file(2), file(3));
    await orthanc.rest('/modalities/osteon/store', ids);
    expect(await keptUids()).toEqual(['1.2.5.1', '1.2.5.2', '1.2.5.3']);
    const instance = await storage.index.findInstance('1.2.5.2');
    const kept = await storage.objects.read(instance?.objectKey ?? '');
    expect(dataSetIn(kept).equals(dataSetIn(file(2)))).toBe(true);
  });

  it('finds and retrieves by C-MOVE', async () => {
    await orthanc.forget('1.2.5');
    for (const number of [1, 2]) await storeBytes(storage.instances(), file(number));
    const { ID } = instanceId.parse(
      await orthanc.rest('/modalities/osteon/query', { Level: 'Study', Query: { PatientID: 'P5' } }),
    );
    expect(await orthanc.rest(`/queries/${ID}/answers`)).toHaveLength(1);
    await orthanc.rest(`/queries/${ID}/retrieve`, { TargetAet: 'ORTHANC', Synchronous: true });
    const files = await orthanc.filesOf('1.2.5');
    expect(files.map((bytes) => dataSetIn(bytes))).toEqual([dataSetIn(file(1)), dataSetIn(file(2))]);
  });

  it('is told what is committed and what is not', async () => {
    await storeBytes(storage.instances(), file(1));
    const asked = [
      [SOP_CLASS.computedRadiography, '1.2.5.1'],
      [SOP_CLASS.computedRadiography, '1.2.5.8'],
      [SOP_CLASS.secondaryCapture, '1.2.5.1'],
    ] as const;
    const states = [];
    for (const reference of asked) {
      const { ID } = instanceId.parse(
        await orthanc.rest('/modalities/osteon/storage-commitment', {
          DicomInstances: [{ SOPClassUID: reference[0], SOPInstanceUID: reference[1] }],
        }),
      );
      const ended = z.object({
        Status: z.enum(['Success', 'Failure']),
        Success: z.array(z.object({ SOPInstanceUID: z.string() })),
        Failures: z.array(z.object({ SOPInstanceUID: z.string(), FailureReason: z.number() })),
      });
      const { Success, Failures } = await until(`/storage-commitment/${ID}`, ended);
      states.push([
        Success.map(({ SOPInstanceUID }) => SOPInstanceUID),
        Failures.map(({ FailureReason }) => FailureReason),
      ]);
    }
    expect(states).toEqual([
      [['1.2.5.1'], []],
      [[], [0x0112]],
      [[], [0x0119]],
    ]);
  });
});

describe('Orthanc as server', () => {
  it('is echoed, and sent to byte for byte', async () => {
    await orthanc.forget('1.2.5');
    const { client } = network.service;
    expect(await client.echo(peer)).toBeGreaterThan(0);
    for (const number of [1, 2]) await storeBytes(storage.instances(), file(number));
    const places = await storage.index.listPlaces({ studyUid: '1.2.5' });
    const told: string[] = [];
    const outcomes = await client.send(peer, places, {
      onOutcome: ({ sopInstanceUid }) => told.push(sopInstanceUid),
    });
    expect(outcomes.map(({ status }) => status)).toEqual(['stored', 'stored']);
    expect(told).toEqual(['1.2.5.1', '1.2.5.2']);
    const files = await orthanc.filesOf('1.2.5');
    expect(files.map((bytes) => dataSetIn(bytes))).toEqual([dataSetIn(file(1)), dataSetIn(file(2))]);
  });

  it('is searched, and gives priors by C-MOVE', async () => {
    await inOrthanc(file(1), file(2), file(3));
    const { client } = network.service;
    const identifier = dataSetOf({
      QueryRetrieveLevel: 'STUDY',
      PatientID: 'P5',
      StudyInstanceUID: [],
      PatientName: [],
    });
    const matches = await client.find(peer, { model: 'study-root', identifier });
    expect(matches.map((match) => textOf(match, TAG.StudyInstanceUID))).toEqual(['1.2.5']);
    const images = dataSetOf({
      QueryRetrieveLevel: 'IMAGE',
      StudyInstanceUID: '1.2.5',
      SeriesInstanceUID: '1.2.5.0',
      SOPInstanceUID: [],
    });
    expect(await client.find(peer, { model: 'study-root', identifier: images, limit: 2 })).toHaveLength(2);
    const wanted = dataSetOf({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: '1.2.5' });
    const outcome = await client.move(peer, { model: 'study-root', identifier: wanted });
    expect(outcome).toMatchObject({ dimseStatus: 0, completed: 3, failed: 0 });
    expect(await keptUids()).toEqual(['1.2.5.1', '1.2.5.2', '1.2.5.3']);
  });

  it('commits to what it has, and says what it does not', async () => {
    await inOrthanc(file(1));
    const sopClassUid = SOP_CLASS.computedRadiography;
    const references = ['1.2.5.1', '1.2.5.7'].map((sopInstanceUid) => ({ sopClassUid, sopInstanceUid }));
    const outcome = await network.service.client.requestCommitment(peer, references);
    expect(outcome).toEqual({
      committed: ['1.2.5.1'],
      failed: [{ sopInstanceUid: '1.2.5.7', failureReason: 0x0112 }],
    });
  });

  it('is unavailable where nobody listens, and refuses another title', async () => {
    const { client } = network.service;
    await expect(client.echo({ ...peer, port: await freePort() })).rejects.toMatchObject({
      kind: 'peer-unavailable',
    });
    await expect(client.echo({ ...peer, aeTitle: 'OTHER' })).resolves.toBeGreaterThan(0); // Orthanc minds no title
    const self = { aeTitle: 'OTHER', host: '127.0.0.1', port: ourPort };
    await expect(client.echo(self)).rejects.toMatchObject({ kind: 'peer-refused' });
  });
});
