/**
 * What a routing file does to a running server, seen from outside alone: studies in by STOW-RS, reports and deliveries out.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readReport } from '../../dicom/sr/report-reader.ts';
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { analysisEnd, analysisNow } from '../support/analyses.ts';
import { dicomWebClient, type DicomWebClient } from '../support/dicom-web-client.ts';
import { phantomStudy, type PhantomStudy } from '../support/phantom-studies.ts';
import { startReceivingPacs, type ReceivingPacs } from '../support/receiving-pacs.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

let folder: string;
let archive: string;
let pacs: ReceivingPacs;
let other: ReceivingPacs;
let server: RunningServer;
let client: DicomWebClient;
const ends: (() => Promise<unknown>)[] = [];

const RULES = (second: string): string => `version: 1
destinations:
  pacs: { dicomweb: "${pacs.root}", objects: [sr, gsps] }
  other: { dicomweb: "${other.root}" }
  archive: { folder: "${archive}" }
rules:
  - name: No feet
    when: { bodyPart: [FOOT, TOE] }
    analyse: false
  - name: Emergency
    when: { attributes: { InstitutionName: "*emergency*" } }
    priority: emergency
    hold: { quietSeconds: 0 }
    send: []
  - name: Two views
    when: { attributes: { StudyDescription: "*2 views*" } }
    hold: { quietSeconds: 3600, images: 2 }
    send: []
  - name: Regions alone
    when: { attributes: { StationName: REGIONS } }
    models: [body-region]
    results: [sr]
    send: [pacs]
  - name: Everything
    send: [${second}, { to: archive, objects: [sr, seg] }]
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-routed-'));
  ends.push(() => rm(folder, { recursive: true }));
  archive = join(folder, 'archive');
  await mkdir(archive);
  [pacs, other] = await Promise.all([startReceivingPacs(), startReceivingPacs()]);
  ends.push(
    () => pacs.close(),
    () => other.close(),
  );
  await writeFile(join(folder, 'routing.yaml'), RULES('pacs'));
  server = await startServer(join(folder, 'data'), {
    OSTEON_ROUTING: join(folder, 'routing.yaml'),
    OSTEON_STUDY_QUIET_SECONDS: '0.5',
    OSTEON_WORKERS: '1',
    OSTEON_LOG_LEVEL: 'info',
  });
  ends.push(() => server.stop());
  client = dicomWebClient(`${server.address}/dicom-web`);
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});
beforeEach(() => {
  for (const place of [pacs, other]) place.kept.clear();
});

const HAND = 'sound hand';

async function send(...studies: readonly PhantomStudy[]): Promise<void> {
  await client.store(studies.flatMap(({ files }) => files));
}

/** Results that the server holds of a study. */
async function resultsOf({ studyInstanceUid }: PhantomStudy): Promise<readonly DataSet[]> {
  const all = await client.read(`/studies/${studyInstanceUid}/metadata`);
  return all.filter((one) => !['DX', 'CR'].includes(textOf(one, TAG.Modality) ?? ''));
}

const modalitiesOf = (objects: readonly DataSet[]) =>
  objects.map((one) => textOf(one, TAG.Modality)).toSorted();
const uidsOf = (objects: readonly DataSet[], ...modalities: string[]) =>
  objects
    .filter((one) => modalities.includes(textOf(one, TAG.Modality) ?? ''))
    .map((one) => textOf(one, TAG.SOPInstanceUID))
    .toSorted();

async function archived({ studyInstanceUid }: PhantomStudy): Promise<readonly string[]> {
  try {
    const names = await readdir(join(archive, studyInstanceUid));
    return names.map((name) => name.replace(/\.dcm$/, '')).toSorted();
  } catch {
    return [];
  }
}

describe('a routing file', () => {
  it('says what a result set is made of, and who gets which of it', async () => {
    const study = phantomStudy('usual', 'broken wrist');
    await send(study);
    expect(await analysisEnd(server.address, study.studyInstanceUid)).toMatchObject({ state: 'done' });
    const results = await resultsOf(study);
    // The archive wants segmentations, which the configuration alone does not write.
    expect([...new Set(modalitiesOf(results))]).toEqual(['PR', 'SEG', 'SR']);
    await expect.poll(() => [...pacs.kept.keys()].toSorted()).toEqual(uidsOf(results, 'PR', 'SR'));
    await expect.poll(() => archived(study)).toEqual(uidsOf(results, 'SEG', 'SR'));
    const [report = ''] = uidsOf(results, 'SR');
    const bytes = await readFile(join(archive, study.studyInstanceUid, `${report}.dcm`));
    expect(readHeader(bytes)).toMatchObject({ sopInstanceUid: report, studyInstanceUid: study.studyInstanceUid });
    expect(other.kept.size).toBe(0);
  }); // prettier-ignore

  it('keeps studies from being analysed, and says which rule did', async () => {
    const study = phantomStudy('foot', HAND, { BodyPartExamined: 'FOOT' });
    await send(study);
    expect(await analysisEnd(server.address, study.studyInstanceUid)).toMatchObject({
      state: 'rejected',
      reason: 'The routing rule “No feet” says not to analyse this study',
      images: [],
    });
    expect(await resultsOf(study)).toEqual([]);
    expect(pacs.kept.size).toBe(0);
  });

  it('chooses the models and the objects', async () => {
    const study = phantomStudy('regions', HAND, { StationName: 'REGIONS' });
    await send(study);
    expect(await analysisEnd(server.address, study.studyInstanceUid)).toMatchObject({ state: 'done' });
    const [report, ...others] = await resultsOf(study);
    expect(others).toEqual([]);
    const { findings } = readReport(report ?? {});
    expect([...new Set(findings.map(({ kind }) => kind))]).toEqual(['body-region']);
    await expect.poll(() => [...pacs.kept.keys()]).toEqual(uidsOf([report ?? {}], 'SR'));
    expect(await archived(study)).toEqual([]);
  });

  it('holds a study until all of its images are there', async () => {
    const study = phantomStudy('held', 'broken wrist', { StudyDescription: 'Wrist, 2 views' });
    const [first = new Uint8Array(), second = new Uint8Array()] = study.files;
    await client.store([first]);
    // A study that came later, and is not held, is through before it.
    const later = phantomStudy('not held', HAND);
    await send(later);
    await analysisEnd(server.address, later.studyInstanceUid);
    expect(await analysisNow(server.address, study.studyInstanceUid)).toMatchObject({ state: 'waiting' });
    expect(await resultsOf(study)).toEqual([]);
    await client.store([second]);
    const { state, images } = await analysisEnd(server.address, study.studyInstanceUid);
    expect(state).toBe('done');
    expect(images.map(({ sopInstanceUid }) => sopInstanceUid).toSorted()).toEqual(study.sopInstanceUids.toSorted());
    expect(uidsOf(await resultsOf(study), 'SR')).toHaveLength(1);
  }); // prettier-ignore

  it('lets an emergency overtake what waits', async () => {
    const usual = Array.from({ length: 8 }, (_, index) => phantomStudy(`usual ${index}`, HAND));
    await send(...usual);
    const urgent = phantomStudy('urgent', HAND, { InstitutionName: 'Emergency room' });
    await send(urgent);
    const ended = async ({ studyInstanceUid }: PhantomStudy) =>
      (await analysisEnd(server.address, studyInstanceUid)).finishedAt ?? '';
    const urgentEnd = await ended(urgent);
    const before = (await Promise.all(usual.map(ended))).filter((end) => end < urgentEnd);
    // One worker: what is in it, and what stands right behind it, cannot be overtaken.
    expect(before.length).toBeLessThan(4);
  });

  it('may be changed while the server runs; a wrong one changes nothing', async () => {
    await writeFile(join(folder, 'routing.yaml'), RULES('nowhere'));
    await expect.poll(() => server.output()).toContain('the routing file is not valid; the rules before it hold on');
    const kept = phantomStudy('as before', HAND);
    await send(kept);
    await analysisEnd(server.address, kept.studyInstanceUid);
    await expect.poll(() => pacs.kept.size).toBeGreaterThan(0);
    await writeFile(join(folder, 'routing.yaml'), RULES('other'));
    await expect.poll(() => server.output()).toContain('took over the routing rules');
    const moved = phantomStudy('elsewhere', HAND);
    await send(moved);
    await analysisEnd(server.address, moved.studyInstanceUid);
    const results = await resultsOf(moved);
    await expect.poll(() => [...other.kept.keys()].toSorted()).toEqual(uidsOf(results, 'PR', 'SR', 'SEG'));
  }); // prettier-ignore
});
