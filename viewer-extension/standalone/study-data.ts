/**
 * The open study, kept fresh: its images at once, its analysis and reports as they come.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isPending, type Analysis } from '../core/analysis-state.ts';
import { reportToShow, type StudyReport } from '../core/study-result.ts';
import { isAbort } from './dicomweb-client.ts';
import { messageOf } from './problem.ts';
import { poll } from './poll.ts';
import type { Services } from './services.ts';
import { readStudy, type ReadStudy } from './study-reading.ts';
import type { Study } from './study.ts';
import { useWords } from './words.ts';

/** Beside the server's own notice of changes, in case that does not come through. */
const STUDY_POLL = { busyMs: 2000, idleMs: 30_000 } as const;

export interface OpenStudy {
  readonly study?: Study;
  readonly problem?: string;
  readonly analysis?: Analysis;
  /** The report to show, as {@link reportToShow} chooses it. */
  readonly report?: StudyReport;
  /** True until the reports of the study have been read: that none is there means nothing yet. */
  readonly isReading?: boolean;
  /** True once a report has come that was not there when the study was opened. */
  readonly hasNewResult: boolean;
  readonly dismissNotice: () => void;
  /** True once an analysis with bone age, asked for on this page, has ended. */
  readonly wasBoneAgeAsked: boolean;
  /** Asks for an analysis. */
  readonly analyse: (options: { readonly boneAge: boolean }) => void;
}

export function useStudy(services: Services, uid: string): OpenStudy {
  const words = useWords();
  const [analysis, setAnalysis] = useState<Analysis>();
  // Images arrive late: a new report, or another number of images judged, is a reason to read the study again.
  const key = analysis && `${analysis.report?.sopInstanceUid ?? ''} ${analysis.images.length}`;
  const firstKey = useRef(key);
  firstKey.current ??= key;
  const version = key === firstKey.current ? undefined : key;
  const { study, hasReports, problem } = useReadStudy(services, uid, version);
  const [arrived, setArrived] = useState<readonly StudyReport[]>([]);
  const [hasNewResult, setNewResult] = useState(false);
  const [round, setRound] = useState(0);
  const [trouble, setTrouble] = useState<unknown>();
  const [boneAge, setBoneAge] = useState<'unasked' | 'asked' | 'answered'>('unasked');
  const known = useRef<Set<string>>(undefined);
  const isOpen = study !== undefined && hasReports;
  if (isOpen) known.current ??= new Set(study.reports.map(({ sopInstanceUid }) => sopInstanceUid));

  useEffect(() => {
    if (!isOpen) return undefined;
    const asking = poll(async (signal) => {
      const [current] = await services.analyses.list([uid], signal);
      setAnalysis(current);
      if (!isPending(current)) setBoneAge((state) => (state === 'asked' ? 'answered' : state));
      const address = current?.report;
      if (address && !known.current?.has(address.sopInstanceUid)) {
        const report = await services.reports.load({ studyInstanceUid: uid, ...address });
        if (report && !signal.aborted) {
          known.current?.add(address.sopInstanceUid);
          setArrived((others) => [
            ...others.filter((one) => one.sopInstanceUid !== report.sopInstanceUid),
            report,
          ]);
          setNewResult(true);
        }
      }
      return isPending(current);
    }, STUDY_POLL);
    const listening = services.changes.listen((studyUids) => {
      if (studyUids.has(uid)) asking.again();
    });
    return () => {
      listening();
      asking.stop();
    };
  }, [isOpen, round]);

  const report = reportToShow([...(study?.reports ?? []), ...arrived]);
  const failure = problem ?? trouble;
  return {
    ...(study ? { study } : {}),
    ...(failure === undefined ? {} : { problem: messageOf(failure, words.problem) }),
    ...(analysis ? { analysis } : {}),
    ...(report ? { report } : {}),
    isReading: study !== undefined && !hasReports && problem === undefined,
    hasNewResult,
    wasBoneAgeAsked: boneAge === 'answered',
    dismissNotice: () => {
      setNewResult(false);
    },
    analyse: (options) => {
      services.analyses.start(uid, options).then(
        () => {
          setTrouble(undefined);
          setBoneAge(options.boneAge ? 'asked' : 'unasked');
          setRound((count) => count + 1);
        },
        (error: unknown) => {
          setTrouble(error);
        },
      );
    },
  };
}

/** The study as it was last read; one that was read once stays on the screen when it cannot be read again. */
function useReadStudy(services: Services, uid: string, version: string | undefined) {
  const [{ study, hasReports }, setRead] = useState<Partial<ReadStudy>>({});
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    const controller = new AbortController();
    const take = (read: ReadStudy) => {
      if (controller.signal.aborted) return;
      // Reports that are there already stay while they are read again.
      setRead((before) => (before.hasReports === true && !read.hasReports ? before : read));
    };
    readStudy(services.dicomWeb, uid, controller.signal, take).then(
      () => {
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!isAbort(error)) setProblem(error);
      },
    );
    return () => {
      controller.abort();
    };
  }, [uid, version]);
  return { study, hasReports: hasReports ?? false, problem };
}
