import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { COMMAND } from '../../../server/dimse/command-set.ts';
import { openAssociation } from '../../../server/dimse/open-association.ts';
import type { StoredInstance } from '../../../server/storage/stored-instance.ts';
import { query } from '../../../server/storage/database.ts';
import { dataSetIn, dcmtk, openDimseNetwork } from '../../support/dimse-network.ts';
import { dicomFile, type FileOverrides } from '../../support/dicom-file.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'osteon-storescu-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const storage = await ownStorage();
const seen: StoredInstance[] = [];
const instances = storage.instances({
  hooks: {
    inTransaction: (_client, instance) => {
      seen.push(instance);
      return Promise.resolve();
    },
  },
});
const { port } = await openDimseNetwork(storage, {}, { instances });

function written(name: string, file: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, file);
  return path;
}
const send = (...options: readonly string[]): Promise<string> =>
  dcmtk('storescu', '-v', '-aec', 'OSTEON', '-aet', 'CR1', '127.0.0.1', String(port), ...options);
const keptOf = async (uid: string): Promise<Buffer> => {
  const instance = await storage.index.findInstance(uid);
  return Buffer.from(await storage.objects.read(instance?.objectKey ?? ''));
};
/** Status of a C-STORE whose command says this, of the data set of a file. */
async function storedAs(sopInstanceUid: string, file: Uint8Array): Promise<number | undefined> {
  const peer = { aeTitle: 'OSTEON', host: '127.0.0.1', port };
  const abstractSyntax = SOP_CLASS.computedRadiography;
  const limits = { maxPduBytes: 16_384, negotiationMs: 5_000, idleMs: 5_000, stallMs: 5_000 };
  const association = await openAssociation({ aeTitle: 'CR1', limits }, peer, {
    contexts: [{ id: 1, abstractSyntax, transferSyntaxes: [TRANSFER_SYNTAX.explicitVrLittleEndian] }],
  });
  const command = {
    CommandField: COMMAND.store,
    AffectedSOPClassUID: abstractSyntax,
    AffectedSOPInstanceUID: sopInstanceUid,
  };
  const hasMeta = file[128] === 0x44;
  const request = await association.request(1, command, hasMeta ? dataSetIn(file) : file);
  const { Status } = (await request.next()).command;
  await association.release();
  return Status;
}
const large: FileOverrides = {
  Rows: 1000,
  Columns: 1500,
  PixelData: new Uint8Array(3_000_000).map((_, index) => index * 7),
};

describe('C-STORE', () => {
  it('keeps the data set of every transfer syntax byte for byte, with File Meta Information that fits', async () => {
    const native = written('native.dcm', dicomFile({ ...large, SOPInstanceUID: '1.2.3.1' }));
    const rle = join(folder, 'rle.dcm');
    const jpeg = join(folder, 'jpeg.dcm');
    const implicit = join(folder, 'implicit.dcm');
    const bigEndian = join(folder, 'big.dcm');
    const deflated = join(folder, 'deflated.dcm');
    await dcmtk('dcmcrle', '+un', native, rle);
    await dcmtk('dcmcjpeg', '+un', native, jpeg);
    await dcmtk('dcmconv', '+ti', native, implicit);
    await dcmtk('dcmconv', '+tb', native, bigEndian);
    await dcmtk('dcmconv', '+td', native, deflated);
    const rows: [path: string, option: string][] = [
      [native, '-xe'],
      [rle, '-xr'],
      [jpeg, '-xs'],
      [implicit, '-xi'],
      [bigEndian, '-xb'],
      [deflated, '-xd'],
    ];
    for (const [path, option] of rows) {
      await storage.clear();
      expect(await send('-R', option, path)).toContain('Received Store Response (Success)');
      const sent = await readFile(path);
      const [instance] = await storage.index.listInstances({ studyUid: '1.2.3' });
      const kept = await keptOf(instance?.sopInstanceUid ?? '');
      // A deflated stream of odd length is padded by the sender (PS3.5 A.5).
      const sentDataSet = dataSetIn(sent);
      const padding = Buffer.alloc(option === '-xd' ? sentDataSet.length % 2 : 0);
      expect(dataSetIn(kept).equals(Buffer.concat([sentDataSet, padding])), option).toBe(true);
      const dump = await dcmtk('dcmdump', '+P', '0002,0010', '+P', '0002,0003', written('kept.dcm', kept));
      expect(dump).toContain(instance?.sopInstanceUid);
    }
  });

  it('tells rules who sent it to whom, and takes it for one that came by DIMSE', async () => {
    seen.length = 0;
    await send(written('one.dcm', dicomFile()));
    expect(seen).toMatchObject([
      { origin: 'dimse', sender: { callingAeTitle: 'CR1', calledAeTitle: 'OSTEON' } },
    ]);
    const rows = await query(storage.pool, 'SELECT * FROM audit_event ORDER BY occurred_at');
    expect(rows.at(-1)).toMatchObject({
      principal_id: 'ae:CR1',
      action: 'store-instances',
      study_uids: ['1.2.3'],
      network_address: '127.0.0.1',
    });
  });

  it('is a success for what came by STOW-RS before, with the File Meta Information of another', async () => {
    const file = dicomFile();
    await storeBytes(instances, file);
    expect(await send(written('again.dcm', file))).toContain('Received Store Response (Success)');
    expect((await keptOf('1.2.3.1')).equals(file)).toBe(true);
    const other = dicomFile({ PatientID: 'other' });
    await expect(send(written('other.dcm', other))).rejects.toThrow(/0x111/);
    expect(await storage.files()).toMatchObject({ kept: [expect.any(String)], staged: [] });
  });

  it('refuses what is another instance than the command says, or none, and leaves nothing', async () => {
    const withoutStudy = dicomFile({ StudyInstanceUID: undefined });
    await expect(send(written('no-study.dcm', withoutStudy))).rejects.toThrow(/DataSetDoesNotMatchSOPClass/);
    expect(await storedAs('1.2.3.9', dicomFile())).toBe(0xa900);
    expect(await storedAs('1.2.3.1', Buffer.alloc(200))).toBe(0xa900);
    expect(await storedAs('1.2.3.x', dicomFile())).toBe(0xa900);
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
    expect(await storedAs('1.2.3.1', dicomFile())).toBe(0);
  });

  it('takes many associations at once, each instance once', async () => {
    const names = Array.from({ length: 24 }, (_, index) =>
      written(
        `many${index}.dcm`,
        dicomFile({ SOPInstanceUID: `1.2.4.${index + 1}`, StudyInstanceUID: '1.2.4' }),
      ),
    );
    await Promise.all(
      [0, 1, 2, 3, 4, 5].map((part) => send(...names.slice(4 * part), ...names.slice(0, 4 * part))),
    );
    expect(await storage.index.listInstances({ studyUid: '1.2.4' })).toHaveLength(24);
    expect(await storage.files()).toMatchObject({ staged: [] });
    expect((await storage.files()).kept).toHaveLength(24);
  });
});

describe('C-STORE on a full disk', () => {
  it('is refused as out of resources before anything is written', async () => {
    const full = await openDimseNetwork(storage, { leastFreeBytes: Number.MAX_SAFE_INTEGER });
    const sent = dcmtk(
      'storescu',
      '-v',
      '-aec',
      'OSTEON',
      '127.0.0.1',
      String(full.port),
      written('full.dcm', dicomFile()),
    );
    await expect(sent).rejects.toThrow(/0xa700|OutOfResources/i);
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
    expect(readdirSync(storage.objects.stagingFolder)).toEqual([]);
  });
});
