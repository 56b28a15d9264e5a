/**
 * The report of a study to read, print and take away: a sheet made from the stored report, its content tree folded beneath.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { reportToShow, type StudyReport } from '../core/study-result.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { isAbort, type InstanceAddress } from './dicomweb-client.ts';
import { Icon } from './icons.tsx';
import { useKeys } from './keys.ts';
import { messageOf } from './problem.ts';
import { usePrintedMargins } from './printed-margins.ts';
import { savedSheet } from './report-download.ts';
import { ReportSheet } from './report-sheet.tsx';
import { ReportTree } from './report-tree.tsx';
import { studyHref } from './route.ts';
import { offerFile } from './save-picture.ts';
import type { Services } from './services.ts';
import { studyOf, subtitleOf, titleOf, type Study } from './study.ts';
import { useWords } from './words.ts';

export interface ReportPageProps {
  readonly uid: string;
  readonly services: Services;
}

export function ReportPage({ uid, services }: ReportPageProps) {
  const words = useWords();
  const { dicomWeb } = services;
  const { opened, problem } = useReport(services, uid);
  const sheet = useRef<HTMLElement>(null);
  const [trouble, setTrouble] = useState<unknown>();
  useKeys({
    Escape: () => {
      location.hash = studyHref(uid);
    },
  });
  const heading = opened?.study.heading;
  const who = heading ? `${titleOf(heading, words)} · ${subtitleOf(heading, words)}` : '';
  usePrintedMargins({
    left: [who, heading?.studyDate].filter(Boolean).join(' · '),
    top: `AI · ${words.finding.intendedUse}`,
    page: words.sheet.pageOf,
  });
  useEffect(() => {
    if (heading) document.title = `${words.report} · ${titleOf(heading, words)} · Osteon`;
  }, [heading, words]);
  const url = opened && dicomWeb.instanceUrl(opened.address);
  const savePage = () => {
    if (!sheet.current) return;
    savedSheet(sheet.current, document.title).then(
      (page) => {
        offerFile(page, 'report.html');
      },
      (error: unknown) => {
        setTrouble(error);
      },
    );
  };
  return (
    <div class="report-page">
      <header class="study-head">
        <a
          class="tool"
          href={studyHref(uid)}
          aria-label={words.backToStudy}
          title={`${words.backToStudy} (Esc)`}
        >
          <Icon name="back" />
        </a>
        <div class="study-who">
          <p class="report-name">{words.report}</p>
          <p>{who}</p>
        </div>
        {url !== undefined && (
          <div class="report-actions">
            <button type="button" class="button" onClick={savePage}>
              {words.downloadHtml}
            </button>
            <a class="button" href={`${url}/rendered?accept=text/plain`} download="report.txt">
              {words.downloadText}
            </a>
            <a class="button" href={`${url}?accept=application/dicom`} download="report.dcm">
              {words.downloadDicom}
            </a>
            <button
              type="button"
              class="button button-main"
              onClick={() => {
                window.print();
              }}
            >
              {words.print}
            </button>
          </div>
        )}
      </header>
      <main class="report-body" tabIndex={0} aria-label={words.report}>
        {trouble !== undefined && (
          <p class="worklist-problem" role="alert">
            {words.cannotReadReport} {messageOf(trouble, words.problem)}
          </p>
        )}
        {opened ? (
          <article class="sheet" ref={sheet} lang={words.language}>
            <ReportSheet
              study={opened.study}
              report={opened.report}
              urlOf={(address) => dicomWeb.instanceUrl(address)}
            />
            <ReportTree load={() => dicomWeb.reportPage(opened.address)} />
          </article>
        ) : (
          <p class="worklist-empty" role={problem === undefined ? 'status' : 'alert'}>
            {problem === undefined ? words.loadingReport : reasonOf(problem, words)}
          </p>
        )}
      </main>
    </div>
  );
}

/** What the page needs of a study that has a report. */
interface OpenedReport {
  readonly study: Study;
  readonly report: StudyReport;
  readonly address: InstanceAddress;
}

/** Why there is none to open: the study has none, or something failed. */
type ReportProblem = 'none' | { readonly error: unknown };

function useReport({ dicomWeb }: Services, uid: string) {
  const [opened, setOpened] = useState<OpenedReport>();
  const [problem, setProblem] = useState<ReportProblem>();
  useEffect(() => {
    const controller = new AbortController();
    const load = async () => {
      const instances = await dicomWeb.studyMetadata(uid, controller.signal);
      const study = studyOf(uid, instances);
      const report = reportToShow(study.reports);
      const dataSet = instances.find((one) => textOf(one, TAG.SOPInstanceUID) === report?.sopInstanceUid);
      const seriesInstanceUid = dataSet && textOf(dataSet, TAG.SeriesInstanceUID);
      if (!report || seriesInstanceUid === undefined) {
        setProblem('none');
        return;
      }
      const { sopInstanceUid } = report;
      setOpened({ study, report, address: { studyInstanceUid: uid, seriesInstanceUid, sopInstanceUid } });
    };
    load().catch((error: unknown) => {
      if (!isAbort(error)) setProblem({ error });
    });
    return () => {
      controller.abort();
    };
  }, [dicomWeb, uid]);
  return { opened, problem };
}

function reasonOf(problem: ReportProblem, words: ReturnType<typeof useWords>): string {
  if (problem === 'none') return words.noReport;
  return `${words.cannotReadReport} ${messageOf(problem.error, words.problem)}`;
}
