/**
 * The study on paper: whose it is, the images as they stand on the screen with their overlay, and the findings in words. It is
 * made when the browser is about to print, and gone after.
 */
import { render, type RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { findingKey, type OverlayFinding } from '../core/findings.ts';
import { aiNotice } from '../core/notices.ts';
import { summaryOf, type StudyReport } from '../core/study-result.ts';
import { percentText } from '../core/text.ts';
import { placeOf } from './findings-list.tsx';
import { usePrintedMargins } from './printed-margins.ts';
import { pictureOf } from './save-picture.ts';
import { subtitleOf, titleOf, type StudyHeading, type StudyImage } from './study.ts';
import { useWords, type Words } from './words.ts';

/** More would be a book; the report sheet has them all. */
const MOST_FINDINGS = 20;

export interface PrintedStudyProps {
  /** Holds the panes. */
  readonly stage: RefObject<HTMLElement | null>;
  readonly heading: StudyHeading;
  readonly report: StudyReport | undefined;
  readonly images: readonly StudyImage[];
  /** Those that are drawn. */
  readonly findings: readonly OverlayFinding[];
}

export function PrintedStudy(props: PrintedStudyProps) {
  const words = useWords();
  const paper = useRef<HTMLDivElement>(null);
  const latest = useRef({ ...props, words });
  latest.current = { ...props, words };
  const { heading } = props;
  usePrintedMargins({
    left: [titleOf(heading, words), subtitleOf(heading, words), heading.studyDate]
      .filter(Boolean)
      .join(' · '),
    top: `AI · ${words.finding.intendedUse}`,
    page: words.sheet.pageOf,
  });
  useEffect(() => {
    const take = () => {
      const [sheet, { stage, report, words: said }] = [paper.current, latest.current];
      if (!sheet) return;
      render(<PrintedSheet {...latest.current} />, sheet);
      const notice = aiNotice(report, said.finding);
      const panes = [...(stage.current?.querySelectorAll('.pane') ?? [])];
      sheet
        .querySelector('.printed-pictures')
        ?.replaceChildren(...panes.flatMap((pane) => pictureOf(pane, notice) ?? []));
    };
    const drop = () => {
      if (paper.current) render(null, paper.current);
    };
    window.addEventListener('beforeprint', take);
    window.addEventListener('afterprint', drop);
    return () => {
      window.removeEventListener('beforeprint', take);
      window.removeEventListener('afterprint', drop);
    };
  }, []);
  return <div class="printed-study" ref={paper} />;
}

function PrintedSheet(props: PrintedStudyProps & { readonly words: Words }) {
  const { heading, report, images, findings, words } = props;
  return (
    <>
      <h1>{titleOf(heading, words)}</h1>
      <p>
        {[subtitleOf(heading, words), heading.studyDate, heading.modalities, heading.description]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <div class="printed-pictures" />
      {report && <p class="printed-summary">{summaryOf(report, words.finding).text}</p>}
      <ol>
        {findings.slice(0, MOST_FINDINGS).map((finding) => (
          <li key={findingKey(finding)}>
            {[
              words.fractureName,
              finding.isByReader === true ? '' : percentText(finding.probability),
              placeOf(finding, images, words),
            ]
              .filter(Boolean)
              .join(' · ')}
          </li>
        ))}
      </ol>
      {findings.length > MOST_FINDINGS && <p>{words.finding.shownOf(MOST_FINDINGS, findings.length)}</p>}
    </>
  );
}
