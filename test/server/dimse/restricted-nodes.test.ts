/**
 * Nodes that see some studies alone, by the rules that hold for people too (docs/security.md).
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import { StudyRules } from '../../../server/http/study-access.ts';
import { ALL_PERMISSIONS } from '../../../server/security/permission.ts';
import type { Principal } from '../../../server/security/principal.ts';
import { ARCHIVED_INSTANCES } from '../../support/archived-instances.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { dcmtk, openDimseNetwork, startReceivingNode } from '../../support/dimse-network.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'osteon-restricted-'));
const rulesFile = join(folder, 'access.json');
writeFileSync(
  rulesFile,
  JSON.stringify({
    restrictions: [
      { who: ['ae:NORTH', 'group:north'], studies: [{ PatientID: 'P1', AccessionNumber: 'A1' }] },
      { who: ['ae:NORTH'], studies: [{ PatientID: 'P2' }] },
      { who: ['ae:NOTHING'], studies: [] },
    ],
  }),
);
const rules = StudyRules.open(rulesFile);
const storage = await ownStorage({ keepsAll: true });
const archive = await startReceivingNode('-aet', 'ARCHIVE');
const { port } = await openDimseNetwork(
  storage,
  {
    peers: [
      { aeTitle: '*', host: '127.0.0.1' },
      { aeTitle: 'ARCHIVE', host: '127.0.0.1', port: archive.port },
    ],
  },
  { restrictionOf: (aeTitle) => rules.ofNode(aeTitle) },
);
afterAll(async () => {
  await archive.stop();
  rmSync(folder, { recursive: true });
});
beforeAll(async () => {
  for (const attributes of ARCHIVED_INSTANCES) {
    expect((await storeBytes(storage.instances(), dicomFile(attributes))).status).toBe('stored');
  }
});

const ask = (program: string, aeTitle: string, ...options: readonly string[]): Promise<string> =>
  dcmtk(
    program,
    '-v',
    '-aet',
    aeTitle,
    '-aec',
    'OSTEON',
    ...options.slice(0, 1),
    '127.0.0.1',
    String(port),
    ...options.slice(1),
  );
const keys = (...pairs: readonly string[]): string[] => pairs.flatMap((pair) => ['-k', pair]); // prettier-ignore

async function studiesFound(aeTitle: string): Promise<string[]> {
  const said = await ask('findscu', aeTitle, '-S', ...keys('QueryRetrieveLevel=STUDY', 'StudyInstanceUID'));
  return [...said.matchAll(/UI \[([\d.]+)\0?\].*StudyInstanceUID/g)].map(([, uid = '']) => uid).toSorted();
}

async function got(aeTitle: string, ...pairs: readonly string[]): Promise<string[]> {
  const into = mkdtempSync(join(folder, 'got-'));
  await ask('getscu', aeTitle, '-S', '+B', '-od', into, ...keys(...pairs)).catch(() => undefined);
  return readdirSync(into).map((name) => readHeader(readFileSync(join(into, name))).studyInstanceUid);
}

describe('a node that a rule names', () => {
  it('finds what its rules describe together, and others find everything', async () => {
    expect(await studiesFound('NORTH')).toEqual(['1.2.1', '1.2.3']);
    expect(await studiesFound('NOTHING')).toEqual([]);
    expect(await studiesFound('north')).toEqual(['1.2.1', '1.2.2', '1.2.3']);
  });

  it.each([
    ['STUDY', ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID=1.2.2']],
    ['SERIES', ['QueryRetrieveLevel=SERIES', 'StudyInstanceUID=1.2.2', 'SeriesInstanceUID=1.2.2.1']],
    ['IMAGE', ['QueryRetrieveLevel=IMAGE', 'StudyInstanceUID=1.2.2', 'SeriesInstanceUID=1.2.2.1', 'SOPInstanceUID=1.2.2.1.1']],
  ])('gets at %s what it sees and nothing else', async (_level, hidden) => {
    const seen = hidden.map((key) => key.replaceAll('1.2.2', '1.2.3'));
    expect(await got('NORTH', ...seen)).toEqual(['1.2.3']);
    expect(await got('NORTH', ...hidden)).toEqual([]);
    expect(await got('OTHER', ...hidden)).toEqual(['1.2.2']);
  }); // prettier-ignore

  it('has nothing moved to others that it does not see', async () => {
    const move = (aeTitle: string) =>
      ask('movescu', aeTitle, '-S', '-aem', 'ARCHIVE', ...keys('QueryRetrieveLevel=STUDY', 'StudyInstanceUID=1.2.2'));
    await move('NORTH');
    expect((await archive.files()).size).toBe(0);
    await move('OTHER');
    expect((await archive.files()).size).toBeGreaterThan(0);
  }); // prettier-ignore
});

it('is not the same as a group of people of that name', () => {
  const labels = new Set(['group:NORTH', 'ae:NORTH2']);
  const person: Principal = { id: 'x', kind: 'person', permissions: ALL_PERMISSIONS, labels };
  expect(rules.apply(person).studies).toBeUndefined();
  expect(rules.ofNode('NORTH2')).toBeUndefined();
});
