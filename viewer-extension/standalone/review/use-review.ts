/**
 * The review of the open study: the report with the reader's steps upon it, and what the reader may do.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { draftedReport } from '../../../dicom/sr/review-draft.ts';
import {
  openQuestions,
  type OpenQuestion,
  type ReviewAct,
  type ReviewStep,
} from '../../../dicom/sr/review-steps.ts';
import type { SourceImage } from '../../../dicom/vocabulary/finding.ts';
import { numberOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { ReviewSync, type OtherDraft, type ReviewView } from '../../core/review-sync.ts';
import { reportToShow, type StudyReport } from '../../core/study-result.ts';
import type { ReportStore } from '../services.ts';
import type { OpenStudy } from '../study-data.ts';
import type { StudyImage } from '../study.ts';
import type { StudyChanges } from '../study-changes.ts';
import { reviewRequests } from './reviews-client.ts';

/** What a review reaches of the world. */
export interface ReviewServices {
  readonly reports: Pick<ReportStore, 'load'>;
  readonly changes: Pick<StudyChanges, 'listen'>;
  /** Address of the reviews, e.g. `/api/reviews`. */
  readonly reviewsUrl: string;
}

export interface StudyReviewing {
  /** The study with the report as the reader leaves it. */
  readonly open: OpenStudy;
  /** How things stand; absent until the server has answered, and where nothing can be reviewed. */
  readonly view?: ReviewView;
  /** The report under review as it is stored; absent until it is loaded. */
  readonly base?: StudyReport | undefined;
  readonly questions: readonly OpenQuestion[];
  /** Steps about something that the report does not hold. */
  readonly unmatched: number;
  /** What another reader's steps make of the report. */
  readonly drafted: (other: OtherDraft) => StudyReport | undefined;
  /** Takes a step; its id. `replacing` names the step that it takes the place of, if that is the last one. */
  readonly take: (act: ReviewAct, replacing?: string) => string;
  readonly undo: () => void;
  readonly sign: () => Promise<boolean>;
}

/** What a step of the draft is tracked as until it is signed. */
export function draftedUid(stepId: string): string {
  return `draft:${stepId}`;
}

export function useReview(services: ReviewServices, open: OpenStudy, uid: string): StudyReviewing {
  const [view, setView] = useState<ReviewView>();
  const [loaded, setLoaded] = useState<StudyReport>();
  const hasReport = open.report !== undefined;
  const sync = useMemo(() => {
    const key = `osteon-review:${uid}`;
    const pending = {
      get: () => localStorage.getItem(key),
      set: (text: string | null) => {
        if (text === null) localStorage.removeItem(key);
        else localStorage.setItem(key, text);
      },
    };
    return new ReviewSync(reviewRequests(services.reviewsUrl, uid), pending, setView);
  }, [uid]);

  useEffect(() => {
    if (!hasReport) return undefined;
    const again = () => void sync.refresh();
    again();
    const silence = services.changes.listen((studyUids) => {
      if (studyUids.has(uid)) again();
    });
    window.addEventListener('online', again);
    return () => {
      silence();
      window.removeEventListener('online', again);
    };
  }, [sync, hasReport, open.report?.sopInstanceUid]);
  useEffect(
    () => () => {
      sync.stop();
    },
    [sync],
  );

  const remote = view?.remote?.report;
  const known = remote && open.study && [open.report, loaded, ...open.study.reports];
  const base = known?.find((report) => report?.sopInstanceUid === remote?.sopInstanceUid);
  useEffect(() => {
    if (!remote || base) return;
    void services.reports.load({ studyInstanceUid: uid, ...remote }).then(setLoaded, () => undefined);
  }, [remote?.sopInstanceUid, base]);

  const sources = useMemo(() => (open.study?.images ?? []).map(sourceOf), [open.study]);
  const drafted = useMemo(() => base && onReport(base, sources, view?.steps ?? []), [base, sources, view]);
  const shown =
    drafted?.report ??
    (loaded && reportToShow([loaded, ...(open.report ? [open.report] : [])])) ??
    open.report;
  return {
    open: { ...open, ...(shown && { report: shown }) },
    ...(view && base && { view }),
    base,
    questions: drafted ? openQuestions(drafted) : [],
    unmatched: drafted?.unmatched.length ?? 0,
    drafted: ({ steps }) => base && onReport(base, sources, steps).report,
    take: (act, replacing) => {
      const step: ReviewStep = { ...act, id: newId() };
      sync.replace(replacing, step);
      return step.id;
    },
    undo: () => {
      sync.undo();
    },
    sign: () => sync.sign(),
  };
}

function onReport(base: StudyReport, sources: readonly SourceImage[], steps: readonly ReviewStep[]) {
  const judged = new Set(base.images.map(({ sopInstanceUid }) => sopInstanceUid));
  const images = sources
    .filter(({ sopInstanceUid }) => judged.has(sopInstanceUid))
    .map((source) => ({ source }));
  const findings = base.findings.map((finding) => ({ ...finding, trackingUid: finding.trackingUid ?? '' }));
  const drafted = draftedReport({ findings, statements: base.statements, images }, steps, {
    // Who and when is the server's to say.
    decidedBy: () => ({ reviewer: { name: {} }, decidedAt: '' }),
    trackingUidOf: draftedUid,
  });
  const { findings: decided, statements } = drafted;
  const isVerified = base.isVerified && steps.length === 0;
  return { ...drafted, report: { ...base, isVerified, findings: decided, statements } };
}

function sourceOf({ address, frameNumber, metadata }: StudyImage): SourceImage {
  return {
    ...address,
    sopClassUid: textOf(metadata, TAG.SOPClassUID) ?? '',
    frameNumber,
    rows: numberOf(metadata, TAG.Rows) ?? 0,
    columns: numberOf(metadata, TAG.Columns) ?? 0,
  };
}

/** A name that no other step has; `crypto.randomUUID` would need a secure context. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
