/**
 * C-FIND, C-MOVE and C-GET with dcmtk as the other side. PS3.4 Annex C.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { dataSetIn, dcmtk, openDimseNetwork, startReceivingNode } from '../../support/dimse-network.ts';
import type { ReceivingNode } from '../../support/dimse-network.ts';
import { ARCHIVED_INSTANCES } from '../../support/archived-instances.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { freePort } from '../../support/free-port.ts';

const storage = await ownStorage({ keepsAll: true });
const movedTo = await startReceivingNode('-aet', 'ANY');
const onlyImplicit = await startReceivingNode('-aet', 'PLAIN', '+xi');
const gone = await freePort();
const at = (aeTitle: string, port: number) => ({ aeTitle, host: '127.0.0.1', port });
const { port } = await openDimseNetwork(storage, {
  peers: [
    { aeTitle: '*', host: '127.0.0.1' },
    at('ANY', movedTo.port),
    at('PLAIN', onlyImplicit.port),
    at('GONE', gone),
  ],
});
afterAll(async () => {
  await movedTo.stop();
  await onlyImplicit.stop();
});

const sent = new Map<string, Buffer>();
let folder: string;
beforeAll(async () => {
  for (const attributes of ARCHIVED_INSTANCES) {
    const file = dicomFile(attributes);
    sent.set(readHeader(file).sopInstanceUid, file);
    expect((await storeBytes(storage.instances(), file)).status).toBe('stored');
  }
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'osteon-retrieved-'));
  return () => {
    rmSync(folder, { recursive: true });
  };
});

const keys = (...pairs: readonly string[]): string[] => pairs.flatMap((pair) => ['-k', pair]);

/** Values that C-FIND answers with for a key, in their order. */
async function find(root: '-P' | '-S', wanted: string, ...pairs: readonly string[]): Promise<string[]> {
  const said = await dcmtk(
    'findscu',
    '-v',
    root,
    '-aec',
    'OSTEON',
    '127.0.0.1',
    String(port),
    ...keys(...pairs),
  );
  const responses = said.split('Find Response:').slice(1);
  return responses.map(
    (text) => new RegExp(`\\[([^\\]]*)\\][^\\n]* ${wanted}\\b`).exec(text)?.[1]?.replace(/[\0 ]+$/, '') ?? '',
  );
}

describe('C-FIND', () => {
  it('finds patients, studies, series and instances', async () => {
    expect((await find('-P', 'PatientID', 'QueryRetrieveLevel=PATIENT', 'PatientID')).toSorted()).toEqual([
      'P1',
      'P2',
    ]);
    const studies = ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID', 'PatientID=P1'];
    expect(await find('-S', 'StudyInstanceUID', ...studies)).toEqual(['1.2.2', '1.2.1']);
    expect(await find('-P', 'StudyInstanceUID', ...studies)).toEqual(['1.2.2', '1.2.1']);
    const series = ['QueryRetrieveLevel=SERIES', 'StudyInstanceUID=1.2.1', 'SeriesInstanceUID'];
    expect(await find('-S', 'SeriesInstanceUID', ...series)).toEqual(['1.2.1.1', '1.2.1.2']);
    const images = [
      'QueryRetrieveLevel=IMAGE',
      'StudyInstanceUID=1.2.1',
      'SeriesInstanceUID=1.2.1.1',
      'SOPInstanceUID',
    ];
    expect(await find('-S', 'SOPInstanceUID', ...images)).toEqual(['1.2.1.1.1', '1.2.1.1.2']);
  });

  it('matches by wildcard, range, list and name, whatever the letters, and ignores what it does not know', async () => {
    const of = (...pairs: readonly string[]) =>
      find('-S', 'StudyInstanceUID', 'QueryRetrieveLevel=STUDY', 'StudyInstanceUID', ...pairs);
    expect(await of('PatientName=mey*')).toEqual(['1.2.2', '1.2.1']);
    expect(await of('PatientName=doe^john')).toEqual(['1.2.3']);
    expect(await of('PatientName=X*')).toEqual([]);
    expect(await of('StudyDate=20250101-')).toEqual(['1.2.3', '1.2.2']);
    expect(await of('StudyDate=20250210-20250210', 'StudyTime=0700-0830')).toEqual(['1.2.2']);
    expect(await of('AccessionNumber=A?', 'ModalitiesInStudy=SR')).toEqual(['1.2.1']);
    expect(await of('ModalitiesInStudy=SR\\DX', 'PatientID=P1')).toEqual(['1.2.2', '1.2.1']);
    const list = ['QueryRetrieveLevel=STUDY', 'AccessionNumber', 'StudyInstanceUID=1.2.1\\1.2.3'];
    expect(await find('-S', 'AccessionNumber', ...list)).toEqual(['A3', 'A1']);
    expect(await of('PatientComments=nothing', 'PatientID=P2')).toEqual(['1.2.3']);
  });

  it('returns what was asked for, and says when it does not know a key', async () => {
    const said = await dcmtk(
      'findscu', '-v', '-S', '-aec', 'OSTEON', '127.0.0.1', String(port),
      ...keys('QueryRetrieveLevel=STUDY', 'StudyInstanceUID=1.2.1', 'NumberOfStudyRelatedInstances',
        'ModalitiesInStudy', 'PatientBirthDate', 'PatientComments'),
    ); // prettier-ignore
    expect(said).toContain('Pending: WarningUnsupportedOptionalKeys');
    expect(said).toMatch(/\[3 ?\].*NumberOfStudyRelatedInstances/);
    expect(said).toMatch(/\[CR\\SR ?\].*ModalitiesInStudy/);
    expect(said).toMatch(/no value available.*PatientBirthDate/);
    expect(said).toMatch(/\[OSTEON\].*RetrieveAETitle/);
    const [, answer = ''] = said.split('Find Response:');
    expect(answer).not.toMatch(/PatientComments|AccessionNumber/);
  });

  it('refuses a level that is none of the model, and a date that is none', async () => {
    const say = (...pairs: readonly string[]) =>
      dcmtk('findscu', '-v', '-S', '-aec', 'OSTEON', '127.0.0.1', String(port), ...keys(...pairs));
    expect(await say('QueryRetrieveLevel=PATIENT', 'PatientID')).toMatch(/DataSetDoesNotMatchSOPClass/);
    expect(await say('QueryRetrieveLevel=STUDY', 'StudyDate=yesterday')).toMatch(
      /DataSetDoesNotMatchSOPClass/,
    );
  });
});

/** Retrieves by C-GET; the files that came, by SOP Instance UID. */
async function get(...options: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  await dcmtk(
    'getscu',
    '-v',
    '+B',
    '-od',
    folder,
    '-aec',
    'OSTEON',
    ...options.slice(0, 1),
    '127.0.0.1',
    String(port),
    ...options.slice(1),
  );
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  return new Map(files.map((file) => [readHeader(file).sopInstanceUid, file]));
}
const expectSent = (files: ReadonlyMap<string, Buffer>, uids: readonly string[]): void => {
  expect([...files.keys()].toSorted()).toEqual(uids);
  for (const [uid, file] of files) {
    expect(dataSetIn(file).equals(dataSetIn(sent.get(uid) ?? Buffer.alloc(0))), uid).toBe(true);
  }
};

describe('C-GET', () => {
  it('gives patients, studies, series and instances, byte for byte', async () => {
    const study = keys('QueryRetrieveLevel=STUDY', 'StudyInstanceUID=1.2.1');
    expectSent(await get('-S', ...study), ['1.2.1.1.1', '1.2.1.1.2', '1.2.1.2.1']);
  });

  it.each([
    ['-P', ['QueryRetrieveLevel=PATIENT', 'PatientID=P2'], ['1.2.3.1.1']],
    [
      '-S',
      ['QueryRetrieveLevel=SERIES', 'StudyInstanceUID=1.2.1', 'SeriesInstanceUID=1.2.1.2'],
      ['1.2.1.2.1'],
    ],
    ['-S', ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID=1.2.2\\1.2.3'], ['1.2.2.1.1', '1.2.3.1.1']],
    [
      '-S',
      [
        'QueryRetrieveLevel=IMAGE',
        'StudyInstanceUID=1.2.1',
        'SeriesInstanceUID=1.2.1.1',
        'SOPInstanceUID=1.2.1.1.2',
      ],
      ['1.2.1.1.2'],
    ],
    ['-S', ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID=1.2.9'], []],
    ['-S', ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID=*'], []],
    ['-S', ['QueryRetrieveLevel=SERIES', 'StudyInstanceUID=1.2.1'], []],
    ['-P', ['QueryRetrieveLevel=PATIENT', 'PatientID=P*'], []],
  ] as const)('gives with %s %j just %j', async (root, pairs, uids) => {
    const files = await get(root, ...keys(...pairs)).catch(() => new Map<string, Buffer>());
    expectSent(files, uids);
  });
});

const move = (destination: string, study: string): Promise<string> =>
  dcmtk('movescu', '-d', '-S', '-aec', 'OSTEON', '-aem', destination, '127.0.0.1', String(port),
    ...keys('QueryRetrieveLevel=STUDY', `StudyInstanceUID=${study}`)); // prettier-ignore

async function filesAt(node: ReceivingNode, ...uids: readonly string[]): Promise<Buffer[]> {
  const files = await node.files();
  return uids.map((uid) => files.get(uid) ?? expect.unreachable(`${uid} did not come`));
}

describe('C-MOVE', () => {
  it('sends to a known peer, byte for byte, and counts', async () => {
    const said = await move('ANY', '1.2.1');
    expect(said).toMatch(/Completed Suboperations +: 3/);
    for (const uid of ['1.2.1.1.1', '1.2.1.1.2', '1.2.1.2.1']) {
      const [file = Buffer.alloc(0)] = await filesAt(movedTo, uid);
      expect(dataSetIn(file).equals(dataSetIn(sent.get(uid) ?? Buffer.alloc(0)))).toBe(true);
    }
  });

  it('falls back to Implicit VR Little Endian, also for what is compressed', async () => {
    const rle = join(folder, 'rle.dcm');

    writeFileSync(
      join(folder, 'plain.dcm'),
      dicomFile({ StudyInstanceUID: '1.2.7', SOPInstanceUID: '1.2.7.1', SeriesInstanceUID: '1.2.7.0' }),
    );
    await dcmtk('dcmcrle', '+un', join(folder, 'plain.dcm'), rle);
    const { sopInstanceUid, transferSyntaxUid } = readHeader(readFileSync(rle));
    expect(transferSyntaxUid).toBe(TRANSFER_SYNTAX.rleLossless);
    await storeBytes(storage.instances(), readFileSync(rle));
    expect(await move('PLAIN', '1.2.7')).toMatch(/Completed Suboperations +: 1/);
    expect(await move('PLAIN', '1.2.2')).toMatch(/Completed Suboperations +: 1/);
    for (const [uid, original] of [
      [sopInstanceUid, dicomFile()],
      ['1.2.2.1.1', sent.get('1.2.2.1.1') ?? Buffer.alloc(0)],
    ] as const) {
      const [file = Buffer.alloc(0)] = await filesAt(onlyImplicit, uid);
      const header = readHeader(file);
      expect(header.transferSyntaxUid).toBe(TRANSFER_SYNTAX.implicitVrLittleEndian);
      expect(pixelsIn(file)).toEqual(pixelsIn(original));
    }
    expect((await storage.files()).staged).toEqual([]);
  });

  it('says what could not be sent', async () => {
    expect(await move('NOBODY', '1.2.1').catch(String)).toMatch(/MoveDestinationUnknown/);
    expect(await move('GONE', '1.2.1').catch(String)).toMatch(/Failed Suboperations +: 3/);
  });
});

function pixelsIn(file: Uint8Array): Uint8Array {
  const { pixelData } = readHeader(file);
  return file.slice(pixelData?.offset, (pixelData?.offset ?? 0) + (pixelData?.length ?? 0));
}
