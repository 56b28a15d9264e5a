/**
 * What the worklist knows, kept fresh: a page of studies, the states of their analyses, and the sum of each report.
 */
import { useEffect, useState } from 'preact/hooks';
import { analysisStatement, isPending, type Analysis, type Statement } from '../core/analysis-state.ts';
import type { FindingWords } from '../core/messages.ts';
import { summaryOf } from '../core/study-result.ts';
import { isAbort } from './dicomweb-client.ts';
import { poll } from './poll.ts';
import type { ReportStore, Services } from './services.ts';
import { searchStudies, type StudyPage, type StudyQuestion } from './study-search.ts';

/** Beside the server's own notice of changes, in case that does not come through. */
const LIST_POLL = { busyMs: 5000, idleMs: 30_000 } as const;

export interface WorklistData {
  readonly result?: StudyPage;
  /** By Study Instance UID; a study that was never queued is absent. */
  readonly analyses: ReadonlyMap<string, Analysis>;
  /** What went wrong with the last question. */
  readonly problem?: unknown;
  /** True while another page or another search has not answered. */
  readonly isLoading: boolean;
}

/** A page of the list, asked for again and again; the last one stays until the next has come. */
export function useWorklist(
  { dicomWeb, analyses, reports, changes }: Services,
  { text, page, order, result: kind }: StudyQuestion,
): WorklistData {
  const [data, setData] = useState<WorklistData>({ analyses: new Map(), isLoading: true });
  useEffect(() => {
    setData((before) => ({ ...before, isLoading: true }));
    const asking = poll(async (signal) => {
      try {
        const sources = { dicomWeb, analyses, reports };
        const result = await searchStudies(sources, { text, page, order, result: kind }, signal);
        setData((before) => ({ result, analyses: before.analyses, isLoading: false }));
        const uids = result.studies.map(({ studyInstanceUid }) => studyInstanceUid);
        const states = uids.length === 0 ? [] : await analyses.list(uids, signal);
        const byStudy = new Map(states.map((analysis) => [analysis.studyInstanceUid, analysis]));
        setData({ result, analyses: byStudy, isLoading: false });
        return states.some(isPending);
      } catch (error) {
        if (!isAbort(error)) {
          setData((before) => ({ ...before, problem: error, isLoading: false }));
        }
        return false;
      }
    }, LIST_POLL);
    const listening = changes.listen(asking.again);
    return () => {
      listening();
      asking.stop();
    };
  }, [dicomWeb, analyses, reports, changes, text, page, order, kind]);
  return data;
}

/** The state of the analysis, and once there is a report, what it says. */
export function useSummary(
  store: ReportStore,
  analysis: Analysis | undefined,
  words: FindingWords,
): Statement {
  const [summary, setSummary] = useState<{ readonly uid: string; readonly statement: Statement }>();
  const report = analysis?.report;
  useEffect(() => {
    if (!analysis || !report) return;
    store.load({ studyInstanceUid: analysis.studyInstanceUid, ...report }).then(
      (read) => {
        if (read) setSummary({ uid: report.sopInstanceUid, statement: summaryOf(read, words) });
      },
      () => {
        setSummary(undefined);
      },
    );
  }, [report?.sopInstanceUid, words]);
  const isCurrent = summary !== undefined && summary.uid === report?.sopInstanceUid;
  return isCurrent && analysis?.state === 'done' ? summary.statement : analysisStatement(analysis, words);
}
