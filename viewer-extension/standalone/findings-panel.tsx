/**
 * The panel beside the image: what the report says, in words, from the whole to the part.
 */
import type { ComponentChildren } from 'preact';
import { analysisStatement, isPending, type Statement } from '../core/analysis-state.ts';
import { boneAgeAbsence, mayAskForBoneAge } from '../core/bone-age-offer.ts';
import { findingsShownAs } from '../core/finding-display.ts';
import { hiddenNotice, type OverlayFinding } from '../core/findings.ts';
import { imageNote } from '../core/image-note.ts';
import { nonCommercialNotice, remarksOn } from '../core/notices.ts';
import { undrawableCount } from '../core/overlay-model.ts';
import { summaryOf, type StudyReport } from '../core/study-result.ts';
import { percentText, plainText } from '../core/text.ts';
import { BoneAgeSection } from './bone-age-section.tsx';
import { FindingsList } from './findings-list.tsx';
import { OverlayControls } from './overlay-controls.tsx';
import type { OverlayChoice } from './overlay-choice.ts';
import { StatementText } from './statement.tsx';
import type { OpenStudy } from './study-data.ts';
import type { StudyImage } from './study.ts';
import { useWords, type Words } from './words.ts';

export interface FindingsPanelProps {
  readonly open: OpenStudy;
  readonly image: StudyImage | undefined;
  readonly images: readonly StudyImage[];
  readonly fractures: readonly OverlayFinding[];
  readonly visible: readonly OverlayFinding[];
  readonly choice: OverlayChoice;
  readonly selectedKey: string | undefined;
  /** What can be decided. */
  readonly review?: ComponentChildren;
  readonly onChoice: (choice: OverlayChoice) => void;
  readonly onSelect: (finding: OverlayFinding) => void;
}

export function FindingsPanel(props: FindingsPanelProps) {
  const { open, image, fractures, visible, choice } = props;
  const { report, analysis } = open;
  const words = useWords();
  const notice = hiddenNotice(visible.length, fractures.length, words.finding);
  return (
    <aside class="panel" aria-label={words.aiResult}>
      <section class="panel-summary" aria-live="polite">
        <h2>{words.aiResult}</h2>
        <StatementText statement={summaryIn(open, words)} />
        {report && <ReportLine report={report} isRenewing={isPending(analysis)} />}
        <ImageNote open={open} image={image} />
        {report && <Regions report={report} image={image} />}
      </section>
      {fractures.length > 0 && (
        <section aria-label={words.findings}>
          <div class="panel-row">
            <h2>{words.findings}</h2>
            {notice !== undefined && <span class="panel-count">{notice}</span>}
          </div>
          <FindingsList {...props} />
          <OverlayControls choice={choice} onChoice={props.onChoice} />
        </section>
      )}
      {props.review}
      {report && <BoneAgeSection report={report} image={image} />}
      <Actions open={open} image={image} />
      <Notices open={open} undrawable={undrawableCount(fractures)} />
    </aside>
  );
}

/** The report in a line; without one, how far the analysis is. */
function summaryIn({ report, analysis, isReading }: OpenStudy, words: Words): Statement {
  if (report) return summaryOf(report, words.finding);
  if (isReading === true) return { tone: 'busy', text: words.loadingReport };
  return analysisStatement(analysis, words.finding);
}

function ReportLine({ report, isRenewing }: { readonly report: StudyReport; readonly isRenewing: boolean }) {
  const words = useWords();
  const [date, time] = [report.contentDateTime.slice(0, 8), report.contentDateTime.slice(8, 12)];
  const when = `${date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')} ${time.replace(/^(\d{2})/, '$1:')}`;
  return (
    <p class="panel-note">
      {report.isVerified ? words.verified : words.unverified} · {when}
      {isRenewing && ` · ${words.renewing}`}
    </p>
  );
}

/** What became of the image on the screen, when it is not simply "analysed". */
function ImageNote({ open, image }: { readonly open: OpenStudy; readonly image: StudyImage | undefined }) {
  const words = useWords();
  const statement = image && imageNote(open, image.address.sopInstanceUid, words.finding);
  return statement ? (
    <p class="panel-note">
      {words.thisImage} <StatementText statement={statement} />
    </p>
  ) : null;
}

function Regions({
  report,
  image,
}: {
  readonly report: StudyReport;
  readonly image: StudyImage | undefined;
}) {
  const words = useWords();
  const regions = findingsShownAs(report.findings, 'chip').filter(
    ({ source }) => source.sopInstanceUid === image?.address.sopInstanceUid,
  );
  return regions.length === 0 ? null : (
    <ul class="chips" aria-label={words.bodyRegion}>
      {regions.map(({ region, probability }) => (
        <li key={region} class="chip">
          {words.finding.regions[region]} <span class="chip-share">{percentText(probability)}</span>
        </li>
      ))}
    </ul>
  );
}

function Actions({ open, image }: { readonly open: OpenStudy; readonly image: StudyImage | undefined }) {
  const { report, analysis } = open;
  const words = useWords();
  if (isPending(analysis) || open.isReading === true) return null;
  const absence = boneAgeAbsence(report, open.wasBoneAgeAsked, words.finding);
  const ask = (boneAge: boolean) => () => {
    open.analyse({ boneAge });
  };
  return (
    <section class="panel-actions">
      {(!report || analysis?.state === 'failed') && (
        <button type="button" class="button" onClick={ask(false)}>
          {words.analyseNow}
        </button>
      )}
      {mayAskForBoneAge(report, image?.metadata) && (
        <button type="button" class="button" onClick={ask(true)}>
          {words.askBoneAge}
        </button>
      )}
      {absence !== undefined && (
        <p class="panel-note" role="status">
          {plainText(absence)}
        </p>
      )}
      {open.problem !== undefined && (
        <p class="panel-note" role="alert">
          {open.problem}
        </p>
      )}
    </section>
  );
}

function Notices({ open, undrawable }: { readonly open: OpenStudy; readonly undrawable: number }) {
  const words = useWords();
  const licence = nonCommercialNotice(open.report, words.finding);
  const lines = [
    ...(undrawable > 0 ? [words.undrawable(undrawable)] : []),
    ...(open.report ? remarksOn(open.report, words.finding) : []),
    ...(licence === undefined ? [] : [licence]),
  ];
  return (
    <footer class="panel-foot">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </footer>
  );
}
