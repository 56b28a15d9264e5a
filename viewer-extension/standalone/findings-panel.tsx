/**
 * The panel beside the image: what the report says, in words, from the whole to the part.
 */
import type { BodyRegion, Finding } from '../../dicom/vocabulary/finding.ts';
import { analysisStatement, isPending } from '../core/analysis-state.ts';
import { boneAgeAbsence, mayAskForBoneAge } from '../core/bone-age-offer.ts';
import { findingsShownAs } from '../core/finding-display.ts';
import { hiddenNotice } from '../core/findings.ts';
import { imageNote } from '../core/image-note.ts';
import { nonCommercialNotice } from '../core/notices.ts';
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

export interface FindingsPanelProps {
  readonly open: OpenStudy;
  readonly image: StudyImage | undefined;
  readonly images: readonly StudyImage[];
  readonly fractures: readonly Finding<'fracture'>[];
  readonly visible: readonly Finding<'fracture'>[];
  readonly choice: OverlayChoice;
  readonly selectedKey: string | undefined;
  readonly onChoice: (choice: OverlayChoice) => void;
  readonly onSelect: (finding: Finding<'fracture'>) => void;
}

const REGION_WORDS: Readonly<Record<BodyRegion, string>> = {
  hand: 'Upper limb',
  leg: 'Lower limb',
  hip: 'Hip',
  shoulder: 'Shoulder',
};

export function FindingsPanel(props: FindingsPanelProps) {
  const { open, image, fractures, visible, choice } = props;
  const { report, analysis } = open;
  const notice = hiddenNotice(visible.length, fractures.length);
  return (
    <aside class="panel" aria-label="AI result">
      <section class="panel-summary" aria-live="polite">
        <h2>AI result</h2>
        <StatementText statement={report ? summaryOf(report) : analysisStatement(analysis)} />
        {report && <ReportLine report={report} isRenewing={isPending(analysis)} />}
        <ImageNote open={open} image={image} />
        {report && <Regions report={report} image={image} />}
      </section>
      {fractures.length > 0 && (
        <section aria-label="Findings">
          <div class="panel-row">
            <h2>Findings</h2>
            {notice !== undefined && <span class="panel-count">{notice}</span>}
          </div>
          <FindingsList {...props} />
          <OverlayControls choice={choice} onChoice={props.onChoice} />
        </section>
      )}
      {report && <BoneAgeSection report={report} image={image} />}
      <Actions open={open} image={image} />
      <Notices open={open} undrawable={undrawableCount(fractures)} />
    </aside>
  );
}

function ReportLine({ report, isRenewing }: { readonly report: StudyReport; readonly isRenewing: boolean }) {
  const [date, time] = [report.contentDateTime.slice(0, 8), report.contentDateTime.slice(8, 12)];
  const when = `${date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')} ${time.replace(/^(\d{2})/, '$1:')}`;
  return (
    <p class="panel-note">
      {report.isVerified ? 'Verified' : 'Unverified'} · {when}
      {isRenewing && ' · a new analysis is under way'}
    </p>
  );
}

/** What became of the image on the screen, when it is not simply "analysed". */
function ImageNote({ open, image }: { readonly open: OpenStudy; readonly image: StudyImage | undefined }) {
  const statement = image && imageNote(open, image.address.sopInstanceUid);
  return statement ? (
    <p class="panel-note">
      This image: <StatementText statement={statement} />
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
  const regions = findingsShownAs(report.findings, 'chip').filter(
    ({ source }) => source.sopInstanceUid === image?.address.sopInstanceUid,
  );
  return regions.length === 0 ? null : (
    <ul class="chips" aria-label="Body region">
      {regions.map(({ region, probability }) => (
        <li key={region} class="chip">
          {REGION_WORDS[region]} <span class="chip-share">{percentText(probability)}</span>
        </li>
      ))}
    </ul>
  );
}

function Actions({ open, image }: { readonly open: OpenStudy; readonly image: StudyImage | undefined }) {
  const { report, analysis } = open;
  if (isPending(analysis)) return null;
  const absence = boneAgeAbsence(report, open.wasBoneAgeAsked);
  const ask = (boneAge: boolean) => () => {
    open.analyse({ boneAge });
  };
  return (
    <section class="panel-actions">
      {(!report || analysis?.state === 'failed') && (
        <button type="button" class="button" onClick={ask(false)}>
          Analyse now
        </button>
      )}
      {mayAskForBoneAge(report, image?.metadata) && (
        <button type="button" class="button" onClick={ask(true)}>
          Estimate bone age
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
  const licence = nonCommercialNotice(open.report);
  const lines = [
    ...(undrawable > 0 ? [`${undrawable} finding${undrawable === 1 ? '' : 's'} cannot be drawn.`] : []),
    ...(open.report?.failures ?? []).map((failure) => plainText(failure)),
    ...(open.report?.remarks ?? []).slice(0, 5).map((remark) => plainText(remark)),
    ...(open.report?.notices ?? []).slice(0, 5).map((notice) => plainText(notice)),
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
