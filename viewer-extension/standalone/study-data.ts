/**
 * The open study, kept fresh: its images at once, its analysis and reports as they come.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isPending, type Analysis } from '../core/analysis-state.ts';
import { reportToShow, type StudyReport } from '../core/study-result.ts';
import { isAbort } from './dicomweb-client.ts';
import { messageOf } from './message.ts';
import { poll } from './poll.ts';
import type { Services } from './services.ts';
import { studyOf, type Study } from './study.ts';

const STUDY_POLL = { busyMs: 1000, idleMs: 10_000 } as const;

export interface OpenStudy {
  readonly study?: Study;
  readonly problem?: string;
  readonly analysis?: Analysis;
  /** The report to show, as {@link reportToShow} chooses it. */
  readonly report?: StudyReport;
  /** True once a report has come that was not there when the study was opened. */
  readonly hasNewResult: boolean;
  readonly dismissNotice: () => void;
  /** Asks for an analysis. */
  readonly analyse: (options: { readonly boneAge: boolean }) => void;
}

export function useStudy(services: Services, uid: string): OpenStudy {
  const { study, problem } = useImages(services, uid);
  const [analysis, setAnalysis] = useState<Analysis>();
  const [arrived, setArrived] = useState<readonly StudyReport[]>([]);
  const [hasNewResult, setNewResult] = useState(false);
  const [round, setRound] = useState(0);
  const [trouble, setTrouble] = useState<string>();
  const wasPending = useRef(false);

  useEffect(() => {
    if (!study) return undefined;
    const known = new Set(study.reports.map(({ sopInstanceUid }) => sopInstanceUid));
    return poll(async (signal) => {
      const [current] = await services.analyses.list([uid], signal);
      setAnalysis(current);
      wasPending.current ||= isPending(current);
      const address = current?.report;
      if (address && !known.has(address.sopInstanceUid)) {
        const report = await services.reports.load({ studyInstanceUid: uid, ...address });
        if (report && !signal.aborted) {
          known.add(address.sopInstanceUid);
          setArrived((others) => [
            ...others.filter((one) => one.sopInstanceUid !== report.sopInstanceUid),
            report,
          ]);
          setNewResult(true);
        }
      }
      return isPending(current);
    }, STUDY_POLL);
  }, [study, round]);

  const report = reportToShow([...(study?.reports ?? []), ...arrived]);
  return {
    ...(study ? { study } : {}),
    ...((problem ?? trouble) === undefined ? {} : { problem: problem ?? trouble ?? '' }),
    ...(analysis ? { analysis } : {}),
    ...(report ? { report } : {}),
    hasNewResult,
    dismissNotice: () => {
      setNewResult(false);
    },
    analyse: (options) => {
      services.analyses.start(uid, options).then(
        () => {
          setTrouble(undefined);
          setRound((count) => count + 1);
        },
        (error: unknown) => {
          setTrouble(messageOf(error));
        },
      );
    },
  };
}

function useImages(services: Services, uid: string) {
  const [study, setStudy] = useState<Study>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const controller = new AbortController();
    services.dicomWeb.studyMetadata(uid, controller.signal).then(
      (instances) => {
        setStudy(studyOf(uid, instances));
      },
      (error: unknown) => {
        if (!isAbort(error)) setProblem(messageOf(error));
      },
    );
    return () => {
      controller.abort();
    };
  }, [uid]);
  return { study, problem };
}
