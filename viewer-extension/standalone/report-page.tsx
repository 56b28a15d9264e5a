/**
 * The report of a study as the server writes it out, to read, print and take away.
 *
 * Trap: the server's page is markup made from a report that anyone may have written. It is parsed without being run, and
 * of it only elements of a short list are built anew, with their texts and nothing else.
 */
import type { ComponentChildren } from 'preact';
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { reportToShow } from '../core/study-result.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { isAbort, type InstanceAddress } from './dicomweb-client.ts';
import { Icon } from './icons.tsx';
import { useKeys } from './keys.ts';
import { messageOf } from './problem.ts';
import { studyHref } from './route.ts';
import type { Services } from './services.ts';
import { studyOf } from './study.ts';
import { useWords } from './words.ts';

const ELEMENTS: ReadonlySet<string> = new Set(
  'h1 h2 h3 p table thead tbody tr th td ul ol li dl dt dd strong em section div span br'.split(' '),
);

export interface ReportPageProps {
  readonly uid: string;
  readonly services: Services;
}

export function ReportPage({ uid, services }: ReportPageProps) {
  const words = useWords();
  const { address, content, problem } = useReport(services, uid);
  useKeys({
    Escape: () => {
      location.hash = studyHref(uid);
    },
  });
  const url = address && services.dicomWeb.instanceUrl(address);
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
        </div>
        {url !== undefined && (
          <div class="report-actions">
            <a class="button" href={`${url}/rendered?accept=text/html`} download="report.html">
              {words.downloadHtml}
            </a>
            <a class="button" href={`${url}/rendered?accept=text/plain`} download="report.txt">
              {words.downloadText}
            </a>
            <a class="button" href={`${url}?accept=application/dicom`} download="report.dcm">
              {words.downloadDicom}
            </a>
            <button
              type="button"
              class="button"
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
        {content === undefined ? (
          <p class="worklist-empty" role={problem === undefined ? 'status' : 'alert'}>
            {problem ?? words.loadingReport}
          </p>
        ) : (
          <article class="report-sheet" lang="en">
            {content}
          </article>
        )}
      </main>
    </div>
  );
}

interface ReadReport {
  readonly address?: InstanceAddress;
  readonly content?: ComponentChildren;
  readonly problem?: string;
}

function useReport({ dicomWeb }: Services, uid: string): ReadReport {
  const words = useWords();
  const [read, setRead] = useState<ReadReport>({});
  useEffect(() => {
    const { signal, abort } = abortable();
    const load = async () => {
      const instances = await dicomWeb.studyMetadata(uid, signal);
      const report = reportToShow(studyOf(uid, instances).reports);
      const dataSet = instances.find((one) => textOf(one, TAG.SOPInstanceUID) === report?.sopInstanceUid);
      const seriesInstanceUid = dataSet && textOf(dataSet, TAG.SeriesInstanceUID);
      if (!report || seriesInstanceUid === undefined) return { problem: words.noReport };
      const address = { studyInstanceUid: uid, seriesInstanceUid, sopInstanceUid: report.sopInstanceUid };
      const page = new DOMParser().parseFromString(await dicomWeb.reportPage(address, signal), 'text/html');
      return { address, content: [...page.body.childNodes].map(rebuilt) };
    };
    load().then(setRead, (error: unknown) => {
      if (!isAbort(error))
        setRead({ problem: `${words.cannotReadReport} ${messageOf(error, words.problem)}` });
    });
    return abort;
  }, [dicomWeb, uid, words]);
  return read;
}

function abortable() {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
}

/** A node of the server's page, built anew: known elements without attributes but the scope of a heading, else the text. */
function rebuilt(node: Node): ComponentChildren {
  if (!(node instanceof Element)) return node.nodeType === Node.TEXT_NODE ? node.textContent : null;
  const name = node.localName;
  if (!ELEMENTS.has(name)) return name === 'script' || name === 'style' ? null : node.textContent;
  const scope = node.getAttribute('scope') === 'row' ? 'row' : 'col';
  const children = [...node.childNodes].map(rebuilt);
  return h(name, name === 'th' ? { scope } : null, ...children);
}
