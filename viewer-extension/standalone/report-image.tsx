/**
 * What the report says of one image: its state, its region, whether it shows a fracture, and each finding in a line.
 */
import { findingsShownAs } from '../core/finding-display.ts';
import { findingRows, type FindingRow } from '../core/report-sheet.ts';
import { fractureStatement, outcomeStatement, type StudyReport } from '../core/study-result.ts';
import { percentText } from '../core/text.ts';
import { reviewStateOf } from '../core/findings.ts';
import { LineSample } from './line-sample.tsx';
import { ReportFigure } from './report-figure.tsx';
import { SheetTable } from './sheet-table.tsx';
import { StatementText } from './statement.tsx';
import type { StudyImage } from './study.ts';
import { useWords } from './words.ts';

/** Lines on paper at most for one image; the report itself holds the rest. */
const MOST_ROWS = 250;

export interface ReportImageProps {
  readonly heading: string;
  readonly sopInstanceUid: string;
  readonly report: StudyReport;
  /** The image and its address, where it is stored. */
  readonly image?: StudyImage;
  readonly url?: string;
}

export function ReportImage({ heading, sopInstanceUid, report, image, url }: ReportImageProps) {
  const words = useWords();
  const { sheet } = words;
  const outcome = report.images.find((one) => one.sopInstanceUid === sopInstanceUid);
  const fracture = fractureStatement(report, sopInstanceUid, words.finding);
  const regions = findingsShownAs(report.findings, 'chip').filter(
    ({ source }) => source.sopInstanceUid === sopInstanceUid,
  );
  const rows = findingRows(report, sopInstanceUid, words);
  return (
    <section class="sheet-image" aria-label={heading}>
      {image && url !== undefined && (
        <ReportFigure
          report={report}
          findings={rows.map(({ finding }) => finding)}
          image={image}
          url={url}
          label={sheet.pictureOf(heading)}
        />
      )}
      <div class="sheet-said">
        <h2>{heading}</h2>
        <p class="sheet-states">
          <StatementText statement={outcomeStatement(outcome, words.finding)} />
          {fracture && <StatementText statement={fracture} />}
          {regions.map(({ region, probability }) => (
            <span key={region} class="sheet-region">
              {sheet.region}: {words.finding.regions[region]} {percentText(probability)}
            </span>
          ))}
        </p>
        {rows.length > 0 && <FindingTable rows={rows.slice(0, MOST_ROWS)} />}
        {rows.length > MOST_ROWS && <p>{sheet.leftOut(rows.length - MOST_ROWS)}</p>}
      </div>
    </section>
  );
}

function FindingTable({ rows }: { readonly rows: readonly FindingRow[] }) {
  const words = useWords();
  const { sheet } = words;
  const hasReader = rows.some(({ reader }) => reader !== '');
  const head = [sheet.number, sheet.finding, sheet.certainty, sheet.probability, sheet.site, sheet.side];
  return (
    <>
      <SheetTable head={hasReader ? [...head, sheet.reader] : head}>
        {rows.map((row, index) => (
          <tr key={index}>
            <td>{index + 1}</td>
            <th scope="row" class={`certainty-${row.finding.certainty} review-${reviewStateOf(row.finding)}`}>
              <LineSample line={row.line} /> <span class="finding-name">{words.fractureName}</span>
            </th>
            <td>{row.certainty || '–'}</td>
            <td>{row.probability || '–'}</td>
            <td>{row.site || '–'}</td>
            <td>{row.side || '–'}</td>
            {hasReader && <td>{row.reader || '–'}</td>}
          </tr>
        ))}
      </SheetTable>
      <p class="sheet-legend">{sheet.legend}</p>
    </>
  );
}
