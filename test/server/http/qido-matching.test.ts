import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { plainMatch } from '../../support/plain-match.ts';
import { serveSearchedStudies, STUDIES } from '../../support/searched-studies.ts';
import type { StudyFacts } from '../../support/searched-studies.ts';

const server = await serveSearchedStudies();

async function studiesFor(key: string, value: string): Promise<(string | undefined)[]> {
  const { status, matches } = await server.search(`/studies?${key}=${encodeURIComponent(value)}`);
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
    ['PatientName', "o'brien\\^*", []],
    ['PatientName', '?uller^b*', ['P2']],
    ['PatientName', 'Yamada^Tarou=山田^太郎', ['P10']],
    ['PatientName', '*=山田*', ['P10']],
    ['PatientName', 'Yamada*=鈴木*', []],
    ['PatientName', '*=*', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ['ModalitiesInStudy', 'MG', []],
    ['StudyInstanceUID', '1.2.1\\1.2.3', ['P1', 'P3']],
    ['AccessionNumber', '""', []],
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

  it.each([
    ['20240101-20240228', '1015-0930', ['P1', 'P2']],
    ['20240101-20240228', '1016-0929', []],
    ['20240101-20240229', '1016-0000', ['P2']],
    ['20240228-', '1000-', ['P10', 'P3']],
    ['20240228-', '-1000', ['P2']],
    ['20240228', '0900-1000', ['P2']],
    ['-20240229', '-2300', ['P1', 'P2']],
  ])(
    'matches %s and %s as one span where both are ranges of a form (PS3.4 C.2.2.2.5.4)',
    async (date, time, expected) => {
      const { matches } = await server.search(`/studies?StudyDate=${date}&StudyTime=${time}`);
      expect(matches.map((match) => textOf(match, TAG.PatientID)).sort()).toEqual(expected);
    },
  );

  it.each([
    ['fuzzymatching=true&PatientName=jane doe', ['P3']],
    ['fuzzymatching=true&PatientName=DÖ', ['P3']],
    ['fuzzymatching=true&PatientName=bert^mull', ['P2']],
    ['fuzzymatching=true&PatientName=*ull', []],
    ['fuzzymatching=true&PatientName=太', ['P10']],
    ['fuzzymatching=true&PatientName=*', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ["fuzzymatching=true&PatientName=d' \\ :*", []],
    ['fuzzymatching=false&PatientName=jane doe', []],
    ['emptyvaluematching=true&PatientName=""', ['p1']],
    ['emptyvaluematching=true&AccessionNumber=""', ['p1']],
    ['emptyvaluematching=true&StudyDate=""', ['p1']],
    ['emptyvaluematching=true&StudyTime=""', ['P10']],
    ['emptyvaluematching=true&ModalitiesInStudy=""', []],
    ['emptyvaluematching=true&PatientBirthDate=""', []],
    ['emptyvaluematching=true&StudyInstanceUID=""', []],
    ['multiplevaluematching=true&PatientID=P1\\P?', ['P1', 'P2', 'P3']],
    ['multiplevaluematching=true&PatientName=doe*\\yamada*', ['P10', 'P3']],
    ['multiplevaluematching=true&StudyDate=20240101\\20250101-', ['P1', 'P10']],
    ['multiplevaluematching=true&PatientID=P1\\', ['P1', 'P10', 'P2', 'P3', 'p1']],
    ['multiplevaluematching=true&emptyvaluematching=true&StudyDate=20240101\\""', ['P1', 'p1']],
    ['multiplevaluematching=false&PatientID=P1\\P2', []],
  ])('%s (PS3.18 8.3.4.2, 8.3.4.5, 8.3.4.6)', async (query, expected) => {
    const { status, warning, matches } = await server.search(
      `/studies?${new URLSearchParams(query).toString()}`,
    );
    expect([200, 204]).toContain(status);
    expect(warning).toBeNull();
    expect(matches.map((match) => textOf(match, TAG.PatientID)).sort()).toEqual(expected);
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
