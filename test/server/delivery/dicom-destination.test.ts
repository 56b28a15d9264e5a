import { beforeEach, describe, expect, it } from 'vitest';
import { dicomDestination } from '../../../server/delivery/dicom-destination.ts';
import type { Parcel } from '../../../server/delivery/destination.ts';
import type { DicomDestinationSettings } from '../../../server/routing/rules-schema.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { dataSetIn, openDimseNetwork, startReceivingNode } from '../../support/dimse-network.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { freePort } from '../../support/free-port.ts';

const storage = await ownStorage();
const { service, port } = await openDimseNetwork(storage);
const file = (number: number): Buffer => dicomFile({ SOPInstanceUID: `1.2.3.${number}` });
const settings = (dicom: Partial<DicomDestinationSettings['dicom']>): DicomDestinationSettings => ({
  dicom: { host: '127.0.0.1', port, aeTitle: 'OSTEON', tls: false, commitment: false, ...dicom },
  concurrency: 1,
  giveUpHours: 1,
});
const open = (dicom: Partial<DicomDestinationSettings['dicom']>) =>
  dicomDestination(settings(dicom), { client: () => service.client, index: storage.index });
const never = new AbortController().signal;

async function parcels(): Promise<Parcel[]> {
  const places = await storage.index.listPlaces({ studyUid: '1.2.3' });
  return places.map(({ objectKey, ...place }) => ({
    ...place,
    bytes: () => storage.objects.stream(objectKey),
  }));
}

beforeEach(async () => {
  for (const number of [1, 2]) await storeBytes(storage.instances(), file(number));
});

describe('a DICOM destination', () => {
  it('is sent to byte for byte, under the title that is asked for, and again without harm', async () => {
    const node = await startReceivingNode('-d');
    try {
      const destination = open({ port: node.port, aeTitle: 'ARCHIVE', callingAeTitle: 'AI' });
      await destination.echo(never);
      for (let time = 0; time < 2; time++) {
        const { accepted, refused } = await destination.send(await parcels(), never);
        expect(accepted).toEqual(['1.2.3.1', '1.2.3.2']);
        expect(refused.size).toBe(0);
      }
      const files = await node.files();
      expect(dataSetIn(files.get('1.2.3.2') ?? Buffer.alloc(0)).equals(dataSetIn(file(2)))).toBe(true);
      expect(node.output()).toMatch(/Calling Application Name: +AI\b/);
    } finally {
      await node.stop();
    }
  });

  it('counts what the other side has already as delivered, and says what it refuses', async () => {
    // The other side is this server itself, which has them.
    const { accepted } = await open({}).send(await parcels(), never);
    expect(accepted).toEqual(['1.2.3.1', '1.2.3.2']);
    const full = await openDimseNetwork(storage, { leastFreeBytes: Number.MAX_SAFE_INTEGER });
    const later = await open({ port: full.port }).send(await parcels(), never);
    expect(later).toEqual({ accepted: [], refused: new Map() });
  });

  it('is asked to commit, where that is wanted', async () => {
    expect('commit' in open({})).toBe(false);
    const [first, second] = await parcels();
    if (!first || !second) expect.unreachable();
    const unknown = { ...second, sopInstanceUid: '1.2.3.9' };
    const outcome = await open({ commitment: true }).commit?.([first, unknown], never);
    expect(outcome?.accepted).toEqual(['1.2.3.1']);
    expect([...(outcome?.refused ?? [])]).toEqual([['1.2.3.9', 'failure reason 0112']]);
  });

  it('is down where nobody listens or the title is another, and before the network is open', async () => {
    const all = await parcels();
    await expect(open({ port: await freePort() }).send(all, never)).rejects.toMatchObject({ kind: 'down' });
    await expect(open({ aeTitle: 'OTHER' }).send(all, never)).rejects.toMatchObject({ kind: 'down' });
    const early = dicomDestination(settings({}), { client: () => undefined, index: storage.index });
    await expect(early.echo(never)).rejects.toMatchObject({ kind: 'down' });
  });
});
