/** The list by AI result: what only the reports tell, asked for gently, and how much of the archive was looked at. */
import { describe, expect, test } from 'vitest';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import type { Analysis } from '../../viewer-extension/core/analysis-state.ts';
import { NEWEST_FIRST, searchStudies } from '../../viewer-extension/standalone/study-search.ts';
import type { DicomWebClient } from '../../viewer-extension/standalone/dicomweb-client.ts';
import { fracture, presence, report } from './findings-fixture.ts';

const FINDINGS = {
  '1.1': [fracture()],
  '1.2': [fracture({ certainty: 'suspicious' })],
  '1.3': [presence()],
} as const;

/** An archive of so many studies, the newest first; the first three are analysed as above, the fourth failed. */
function archive(count: number) {
  const asked: number[] = [];
  const rows = Array.from({ length: count }, (_, index) =>
    dataSetOf({ StudyInstanceUID: `1.${index + 1}`, StudyDate: String(20261231 - index), StudyTime: '10' }),
  );
  const analyses: readonly Analysis[] = [
    ...Object.keys(FINDINGS).map((studyInstanceUid) => ({
      studyInstanceUid,
      state: 'done' as const,
      images: [],
      report: { seriesInstanceUid: '2', sopInstanceUid: studyInstanceUid },
    })),
    { studyInstanceUid: '1.4', state: 'failed', images: [] },
  ];
  const sources = {
    dicomWeb: {
      searchStudies: (query: URLSearchParams) => Promise.resolve(rows.slice(0, Number(query.get('limit')))),
    } as unknown as DicomWebClient,
    analyses: {
      list: (uids: readonly string[]) => {
        asked.push(uids.length);
        return Promise.resolve(analyses.filter(({ studyInstanceUid }) => uids.includes(studyInstanceUid)));
      },
    },
    reports: {
      load: ({ studyInstanceUid }: { readonly studyInstanceUid: string }) =>
        Promise.resolve(report({ findings: FINDINGS[studyInstanceUid as keyof typeof FINDINGS] })),
    },
  };
  return { sources, asked };
}

const { signal } = new AbortController();
const question = { text: '', page: 0, order: NEWEST_FIRST } as const;

describe('the list by AI result', () => {
  test.each([
    ['finding', ['1.1']],
    ['suspicious', ['1.2']],
    ['clear', ['1.3']],
    ['problem', ['1.4']],
    ['none', ['1.5', '1.6']],
    ['pending', []],
  ] as const)('holds what is %s', async (result, expected) => {
    const { studies } = await searchStudies(archive(6).sources, { ...question, result }, signal);
    expect(studies.map(({ studyInstanceUid }) => studyInstanceUid)).toEqual(expected);
  });

  test('is sorted by how grave the result is, either way, of equals the newest first', async () => {
    const inOrder = async (isAscending: boolean) => {
      const order = { by: 'aiResult', isAscending } as const;
      const { studies } = await searchStudies(archive(6).sources, { ...question, order }, signal);
      return studies.map(({ studyInstanceUid }) => studyInstanceUid);
    };
    expect(await inOrder(true)).toEqual(['1.1', '1.2', '1.4', '1.3', '1.5', '1.6']);
    expect(await inOrder(false)).toEqual(['1.5', '1.6', '1.3', '1.4', '1.2', '1.1']);
  });

  test('looks at the newest two hundred, fifty a request, and says so', async () => {
    const { sources, asked } = archive(300);
    const page = await searchStudies(sources, { ...question, result: 'none' }, signal);
    expect(page).toMatchObject({ among: 200, hasNext: true });
    expect(page.studies).toHaveLength(25);
    expect(asked).toEqual([50, 50, 50, 50]);
  });

  test('asks nothing of analyses where nobody wants results', async () => {
    const { sources, asked } = archive(30);
    const page = await searchStudies(sources, question, signal);
    expect([page.studies.length, page.hasNext, page.among, asked]).toEqual([25, true, undefined, []]);
  });
});
