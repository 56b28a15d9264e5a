/**
 * The report of a study as a sheet of paper: whose it is, what was found on which image, by which model, and what must be
 * said of it. Everything on it comes from the stored report and the headers of the images.
 */
import { findingsOf } from '../../dicom/vocabulary/finding.ts';
import { boneAgeCard } from '../core/bone-age-card.ts';
import { aiNotice, nonCommercialNotice, remarksOn } from '../core/notices.ts';
import { modelRows } from '../core/report-sheet.ts';
import { summaryOf, type StudyReport } from '../core/study-result.ts';
import { dateText, nameText, plainText } from '../core/text.ts';
import { BoneAgeChart } from './bone-age-chart.tsx';
import { Mark } from './icons.tsx';
import { ReportImage } from './report-image.tsx';
import { SheetTable } from './sheet-table.tsx';
import { StatementText } from './statement.tsx';
import { patientDetails, type Study, type StudyHeading } from './study.ts';
import { useWords } from './words.ts';

export interface ReportSheetProps {
  readonly study: Study;
  readonly report: StudyReport;
  /** Address of an instance of the study, by its UIDs. */
  readonly urlOf: (address: Study['images'][number]['address']) => string;
}

export function ReportSheet({ study, report, urlOf }: ReportSheetProps) {
  const words = useWords();
  const { sheet } = words;
  const others = report.images.filter(
    ({ sopInstanceUid }) => !study.images.some(({ address }) => address.sopInstanceUid === sopInstanceUid),
  );
  return (
    <>
      <header class="sheet-head">
        <p class="sheet-brand">
          <Mark /> Osteon
        </p>
        <h1>{sheet.title}</h1>
        <p class="sheet-label">{aiNotice(undefined, words.finding)}</p>
      </header>
      <Facts study={study} report={report} />
      <section class="sheet-result" aria-label={sheet.result}>
        <h2>{sheet.result}</h2>
        <StatementText statement={summaryOf(report, words.finding)} />
      </section>
      {study.images.map((image, index) => (
        <ReportImage
          key={`${image.address.sopInstanceUid} ${image.frameNumber}`}
          heading={sheet.imageHeading(index + 1, image.caption)}
          sopInstanceUid={image.address.sopInstanceUid}
          report={report}
          image={image}
          url={urlOf(image.address)}
        />
      ))}
      {others.map(({ sopInstanceUid }) => (
        <ReportImage
          key={sopInstanceUid}
          heading={sheet.otherImage}
          sopInstanceUid={sopInstanceUid}
          report={report}
        />
      ))}
      {findingsOf(report.findings, 'bone-age').map((finding) => (
        <BoneAge key={finding.trackingId} finding={finding} />
      ))}
      <Models report={report} />
      <Remarks report={report} />
    </>
  );
}

/** Name and value, side by side; a value that nobody stated is said to be absent. */
function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  const words = useWords();
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value === '' ? <span class="faint">{words.sheet.absent}</span> : value}</dd>
    </div>
  );
}

function Facts({ study, report }: Pick<ReportSheetProps, 'study' | 'report'>) {
  const words = useWords();
  const { sheet } = words;
  const { heading } = study;
  const { observer } = report;
  const maker = new Set([observer.manufacturer, observer.modelName ?? observer.name].filter(Boolean));
  return (
    <div class="sheet-facts">
      <dl>
        <Fact name={sheet.patient} value={heading.patientName} />
        <Fact name={sheet.patientId} value={heading.patientId} />
        <Fact name={sheet.birthDate} value={heading.patientBirthDate} />
        <Fact name={sheet.sexAndAge} value={patientDetails(heading, words)} />
      </dl>
      <dl>
        <Fact name={sheet.study} value={studyLine(heading)} />
        <Fact name={sheet.studyDate} value={heading.studyDate} />
        <Fact name={sheet.accession} value={heading.accessionNumber} />
        <Fact name={sheet.images} value={String(study.images.length)} />
      </dl>
      <dl>
        <Fact name={sheet.created} value={momentText(report.contentDateTime)} />
        <Fact name={sheet.madeBy} value={plainText([...maker].join(' '), 60)} />
        <Fact name={sheet.status} value={report.isVerified ? sheet.verified : sheet.unverified} />
        {report.verifiers.map(({ name, organization, verifiedAt }, index) => (
          <Fact
            key={index}
            name={sheet.verifiedBy}
            value={[nameText(name), plainText(organization, 60), momentText(verifiedAt)]
              .filter(Boolean)
              .join(', ')}
          />
        ))}
      </dl>
    </div>
  );
}

function studyLine({ modalities, description }: StudyHeading): string {
  return [modalities, description].filter(Boolean).join(' · ');
}

/** "2026-11-20 10:30" of a moment as DICOM runs it together. */
function momentText(moment: string): string {
  const time = /^\d{8}(\d{2})(\d{2})/.exec(moment);
  return [dateText(moment.slice(0, 8)), time ? `${time[1] ?? ''}:${time[2] ?? ''}` : '']
    .filter(Boolean)
    .join(' ');
}

function BoneAge({ finding }: { readonly finding: Parameters<typeof boneAgeCard>[0] }) {
  const words = useWords();
  const card = boneAgeCard(finding, words.finding);
  return (
    <section class="sheet-bone-age" aria-label={words.finding.boneAge}>
      <h2>{words.finding.boneAge}</h2>
      <div class="sheet-columns">
        <BoneAgeChart finding={finding} />
        <div>
          <p class="bone-age-value">
            {card.value}{' '}
            {card.interval !== undefined && <span class="bone-age-interval">{card.interval}</span>}
          </p>
          <dl>
            {card.rows.map(({ name, value }) => (
              <Fact key={name} name={name} value={value} />
            ))}
          </dl>
        </div>
      </div>
    </section>
  );
}

function Models({ report }: Pick<ReportSheetProps, 'report'>) {
  const words = useWords();
  const { sheet } = words;
  const rows = modelRows(report, words);
  if (rows.length === 0) return null;
  return (
    <section aria-label={sheet.models}>
      <h2>{sheet.models}</h2>
      <SheetTable head={[sheet.model, sheet.version, sheet.maker, sheet.thresholds, sheet.outcome]}>
        {rows.map(({ model, name, version, maker, thresholds, outcome }, index) => (
          <tr key={index}>
            <th scope="row">
              {name}
              {model.isResearchOnly && <span class="second-line">{sheet.researchOnly}</span>}
            </th>
            <td>{version || '–'}</td>
            <td>{maker || '–'}</td>
            <td>{thresholds || '–'}</td>
            <td>{outcome || '–'}</td>
          </tr>
        ))}
      </SheetTable>
    </section>
  );
}

function Remarks({ report }: Pick<ReportSheetProps, 'report'>) {
  const words = useWords();
  const licence = nonCommercialNotice(report, words.finding);
  const lines = [
    words.finding.intendedUse,
    ...(licence === undefined ? [] : [licence]),
    ...remarksOn(report, words.finding),
  ];
  return (
    <section class="sheet-remarks" aria-label={words.sheet.remarks}>
      <h2>{words.sheet.remarks}</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
