import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { itemsOf, textOf, textsOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { serveDicomWeb } from '../../support/http-server.ts';
import type { TestServer } from '../../support/http-server.ts';
import { plainMatch } from '../../support/plain-match.ts';
import { createTestStorage, storeBytes } from '../../support/storage.ts';
import type { TestStorage } from '../../support/storage.ts';

/** One study of two series of two instances each; its attributes are what the tests ask for. */
interface StudyFacts {
  readonly uid: string;
  readonly patientId: string;
  readonly patientName: string;
  readonly date: string;
  readonly time: string;
  readonly accession: string;
  readonly modalities: readonly [string, string];
  readonly description: string;
}

const STUDIES: readonly StudyFacts[] = [
  ['P1', 'Müller^Änne', '20240101', '101530', 'A-1', ['CR', 'SR'], 'Hand links'],
  ['P2', 'MULLER^Bert', '20240228', '0930', 'A_1', ['DX', 'SR'], 'Wrist 100%'],
  ['P3', 'Doe^Jane^^Dr', '20240229', '235959.5', 'A%1', ['DX', 'CR'], 'wrist right'],
  ['P10', 'Yamada^Tarou=山田^太郎=やまだ^たろう', '20250615', '', 'B*1', ['CR', 'CR'], ''],
  ['p1', '', '', '0000', '', ['CT', 'SR'], 'Knee'],
].map(([patientId, patientName, date, time, accession, modalities, description], index) => ({
  uid: `1.2.${index + 1}`,
  patientId: String(patientId),
  patientName: String(patientName),
  date: String(date),
  time: String(time),
  accession: String(accession),
  modalities: modalities as unknown as [string, string],
  description: String(description),
}));

let storage: TestStorage;
let server: TestServer;
beforeAll(async () => {
  storage = await createTestStorage();
  server = await serveDicomWeb(storage);
  const instances = storage.instances();
  for (const study of STUDIES) {
    for (const file of filesOf(study)) expect((await storeBytes(instances, file)).status).toBe('stored');
  }
});
afterAll(async () => {
  await server.close();
  await storage.close();
});

function filesOf(study: StudyFacts): Buffer[] {
  return [1, 2].flatMap((series) =>
    [1, 2].map((number) =>
      dicomFile({
        SpecificCharacterSet: 'ISO_IR 192',
        StudyInstanceUID: study.uid,
        SeriesInstanceUID: `${study.uid}.${series}`,
        SOPInstanceUID: `${study.uid}.${series}.${number}`,
        PatientID: study.patientId,
        PatientName: study.patientName,
        StudyDate: study.date,
        StudyTime: study.time,
        AccessionNumber: study.accession,
        StudyDescription: study.description,
        StudyID: 'S1',
        ReferringPhysicianName: 'Ref^Erring',
        PatientBirthDate: '20100203',
        Modality: study.modalities[series - 1] ?? '',
        SeriesNumber: String(series),
        InstanceNumber: String(3 - number),
        BodyPartExamined: 'HAND',
        RequestAttributesSequence: [
          { ScheduledProcedureStepID: `SPS${series}`, RequestedProcedureID: `RP${study.uid}` },
        ],
      }),
    ),
  );
}

interface Answer {
  readonly status: number;
  readonly warning: string | null;
  readonly matches: readonly DataSet[];
}

async function search(path: string): Promise<Answer> {
  const response = await fetch(`${server.base}${path}`, { headers: { Accept: 'application/dicom+json' } });
  const text = await response.text();
  const matches = response.status === 200 ? (JSON.parse(text) as DataSet[]) : [];
  return { status: response.status, warning: response.headers.get('warning'), matches };
}

async function studiesFor(key: string, value: string): Promise<(string | undefined)[]> {
  const { status, matches } = await search(`/studies?${key}=${encodeURIComponent(value)}`);
  expect([200, 204]).toContain(status);
  return matches.map((match) => textOf(match, TAG.PatientID)).sort();
}

describe('QIDO-RS matching (PS3.4 C.2.2.2)', () => {
  it.each([
    ['PatientID', 'P1', ['P1']],
    ['00100020', 'P1', ['P1']],
    ['PatientID', 'P*', ['P1', 'P10', 'P2', 'P3']],
    ['PatientID', 'P?', ['P1', 'P2', 'P3']],
    ['PatientID', '*', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ['PatientID', '', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ['AccessionNumber', 'A_1', ['P2']],
    ['AccessionNumber', 'A%*', ['P3']],
    ['AccessionNumber', 'A?1', ['P1', 'P2', 'P3']],
    ['StudyDescription', '*100%', ['P2']],
    ['StudyDescription', '*rist*', ['P2', 'P3']],
    ['PatientName', 'muller*', ['P1', 'P2']],
    ['PatientName', 'MÜLLER^ÄNNE', ['P1']],
    ['PatientName', 'doe^jane^^dr^', ['P3']],
    ['PatientName', '山田*', ['P10']],
    ['PatientName', 'やまだ^たろう', ['P10']],
    ['PatientName', 'yamada*太郎', []],
    ['StudyDate', '20240228', ['P2']],
    ['StudyDate', '20240228-', ['P10', 'P2', 'P3']],
    ['StudyDate', '-20240228', ['P1', 'P2']],
    ['StudyDate', '20240102-20240229', ['P2', 'P3']],
    ['StudyTime', '10', ['P1']],
    ['StudyTime', '0930-1015', ['P1', 'P2']],
    ['StudyTime', '235959-', ['P3']],
    ['StudyTime', '-0000', ['p1']],
    ['ModalitiesInStudy', 'DX', ['P2', 'P3']],
    ['ModalitiesInStudy', '?R', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ['StudyInstanceUID', '1.2.1,1.2.3,9.9', ['P1', 'P3']],
    ['ReferringPhysicianName', 'ref^*', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ['PatientBirthDate', '20100101-20101231', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ['PatientID', "' OR 1=1 --", []],
  ])('%s=%s', async (key, value, expected) => {
    expect(await studiesFor(key, value)).toEqual(expected);
  });

  it('agrees with a plain matcher in memory for any key with wildcards', async () => {
    const text = fc.string({
      unit: fc.constantFrom('P', 'A', 'W', 'w', '1', '0', '%', '_', '*', '?', '-', ' '),
    });
    const keys = fc.constantFrom('PatientID', 'AccessionNumber', 'StudyDescription');
    await fc.assert(
      fc.asyncProperty(keys, text, async (key, value) => {
        const expected = STUDIES.filter((study) => plainMatch(value.trim(), fact(study, key)))
          .map((study) => study.patientId)
          .sort();
        expect(await studiesFor(key, value)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('agrees with a plain matcher for any range of dates', async () => {
    const dates = fc.constantFrom('', '20231231', '20240101', '20240228', '20240229', '20250615', '20300101');
    await fc.assert(
      fc.asyncProperty(dates, dates, async (from, to) => {
        fc.pre(from !== '' || to !== '');
        const expected = STUDIES.filter(
          ({ date }) => date !== '' && date >= from && (to === '' || date <= to),
        ).map((study) => study.patientId);
        expect(await studiesFor('StudyDate', `${from}-${to}`)).toEqual(expected.sort());
      }),
      { numRuns: 40 },
    );
  });
});

function fact(study: StudyFacts, key: string): string {
  if (key === 'PatientID') return study.patientId;
  return key === 'AccessionNumber' ? study.accession : study.description;
}

describe('QIDO-RS resources (PS3.18 10.6, Table 10.6.1-5)', () => {
  it('/studies returns what work lists show, also where it is empty', async () => {
    const { matches } = await search('/studies?PatientID=p1');
    expect(matches[0]).toMatchObject({
      [TAG.StudyDate]: { vr: 'DA' },
      [TAG.StudyTime]: { vr: 'TM', Value: ['0000'] },
      [TAG.AccessionNumber]: { vr: 'SH' },
      [TAG.ModalitiesInStudy]: { vr: 'CS', Value: ['CT', 'SR'] },
      [TAG.StudyDescription]: { vr: 'LO', Value: ['Knee'] },
      [TAG.NumberOfStudyRelatedSeries]: { vr: 'IS', Value: [2] },
      [TAG.NumberOfStudyRelatedInstances]: { vr: 'IS', Value: [4] },
      [TAG.RetrieveURL]: { vr: 'UR', Value: [`${server.base}/studies/1.2.5`] },
    });
  });

  it('/studies/{study}/series returns series in order, with counts and step ids', async () => {
    const { matches } = await search('/studies/1.2.2/series?includefield=00080021,0008103E');
    expect(matches.map((match) => textOf(match, TAG.SeriesNumber))).toEqual(['1', '2']);
    expect(textOf(matches[0] ?? {}, TAG.NumberOfSeriesRelatedInstances)).toBe('2');
    const [request] = itemsOf(matches[1] ?? {}, TAG.RequestAttributesSequence);
    expect(textOf(request ?? {}, TAG.ScheduledProcedureStepID)).toBe('SPS2');
  });

  it.each([
    ['/series?Modality=DX', 2],
    ['/series?RequestAttributesSequence.ScheduledProcedureStepID=SPS2', 5],
    ['/series?00400275.00401001=RP1.2.3', 2],
    ['/series?PatientID=P1&SeriesNumber=2', 1],
    ['/instances?SOPClassUID=1.2.840.10008.5.1.4.1.1.1', 20],
    ['/instances?StudyInstanceUID=1.2.4&InstanceNumber=1', 2],
    ['/studies/1.2.3/instances', 4],
    ['/studies/1.2.3/series/1.2.3.1/instances', 2],
    ['/studies/1.2.3/instances?SOPInstanceUID=1.2.3.1.1', 1],
  ])('%s finds %i', async (path, count) => {
    expect((await search(path)).matches).toHaveLength(count);
  });

  it('orders instances by Instance Number and returns their image attributes', async () => {
    const { matches } = await search('/studies/1.2.1/series/1.2.1.1/instances');
    expect(matches.map((match) => textOf(match, TAG.SOPInstanceUID))).toEqual(['1.2.1.1.2', '1.2.1.1.1']);
    expect(matches[0]).toMatchObject({
      [TAG.Rows]: { Value: [2] },
      [TAG.Columns]: { Value: [4] },
      [TAG.BitsAllocated]: { Value: [16] },
      [TAG.AvailableTransferSyntaxUID]: { Value: ['1.2.840.10008.1.2.1'] },
    });
  });

  it('adds what includefield names from the whole header, and everything for all', async () => {
    const plain = await search('/instances?SOPInstanceUID=1.2.1.1.1');
    expect(plain.matches[0]?.[TAG.HighBit]).toBeUndefined();
    const some = await search('/instances?SOPInstanceUID=1.2.1.1.1&includefield=HighBit');
    expect(textsOf(some.matches[0] ?? {}, TAG.HighBit)).toEqual(['11']);
    expect(some.matches[0]?.[TAG.PixelRepresentation]).toBeUndefined();
    const all = await search('/instances?SOPInstanceUID=1.2.1.1.1&includefield=all');
    expect(all.matches[0]?.[TAG.PixelRepresentation]).toBeDefined();
  });
});

describe('QIDO-RS paging and answers (PS3.18 8.3.4, 10.6.3)', () => {
  it('pages in a stable order and warns how many more there are', async () => {
    const first = await search('/studies?limit=2');
    const second = await search('/studies?limit=2&offset=2');
    const third = await search('/studies?limit=2&offset=4');
    expect(first.warning).toBe('299 osteon "There are 3 additional results that can be requested"');
    expect(second.warning).toContain('There are 1 additional');
    expect(third.warning).toBeNull();
    const all = await search('/studies');
    expect([...first.matches, ...second.matches, ...third.matches]).toEqual(all.matches);
  });

  it('answers 204 without a body when nothing matches', async () => {
    expect((await search('/studies?PatientID=nobody')).status).toBe(204);
    expect((await search('/studies?limit=0')).matches).toEqual([]);
  });

  it('warns that fuzzy matching was not done', async () => {
    expect((await search('/studies?fuzzymatching=false')).warning).toBeNull();
    expect((await search('/studies?fuzzymatching=true')).warning).toContain('fuzzymatching');
  });

  it.each([
    ['/studies?Bogus=1', 'Bogus'],
    ['/studies?Modality=DX', 'Modality'],
    ['/studies?limit=-1', 'limit'],
    ['/studies?offset=x', 'offset'],
    ['/studies?StudyDate=2024', 'StudyDate'],
    ['/studies?StudyDate=20241301', 'StudyDate'],
    ['/studies?StudyDate=-', 'StudyDate'],
    ['/series?SeriesNumber=one', 'SeriesNumber'],
    ['/studies?StudyInstanceUID=1..2', 'StudyInstanceUID'],
    ['/studies?PatientID=1&PatientID=2', 'PatientID'],
    ['/studies?PatientID=1&00100020=2', '00100020'],
    ['/studies?includefield=Bogus', 'includefield'],
    ['/studies?fuzzymatching=maybe', 'fuzzymatching'],
  ])('answers 400 to %s and names %s', async (path, name) => {
    const response = await fetch(`${server.base}${path}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: 'bad-request',
      message: expect.stringContaining(name) as string,
    });
  });

  it('answers 406 when the client takes no JSON', async () => {
    const response = await fetch(`${server.base}/studies`, { headers: { Accept: 'text/html' } });
    expect(response.status).toBe(406);
  });
});
