/**
 * The report as a page to look at: what was analysed, a table of findings, the bone age on a chart. For systems that show
 * images and nothing else; it repeats the structured report and never says more.
 *
 * Trap: letters are Latin ones, so names are not printed; what identifies the patient is in the header as everywhere.
 */
import { percentOf, roundedMonths, writtenBox } from '../sr/rounding.ts';
import { BODY_REGION_CODES } from '../vocabulary/body-region-codes.ts';
import { numberOf, textOf, type DataSet } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import type { Drawing } from '../vocabulary/drawing.ts';
import {
  findingsOf,
  INTENDED_USE_NOTICE,
  NO_SCORE_REASONS,
  REJECTION_REASONS,
  type Finding,
  type FindingDetails,
  type ImageOutcome,
} from '../vocabulary/finding.ts';
import { boneAgeChart } from './bone-age-chart.ts';
import { ageText, dateText } from './finding-text.ts';
import type { ResultImage, ResultSetInput } from './input.ts';
import { PAGE, space, tableBlock, textBlock, type Block } from './page-blocks.ts';
import { modelsOf } from './provenance.ts';

/** Scales of letters: 18 pixels a line of text. */
const TEXT = 2;
const HEADING = 3;
const TITLE = 5;
/** Columns of the table of fractures in letters from the margin: number, score, certainty, site, box. */
const TABLE = [0, 4, 14, 26, 51] as const;
/** Rows (0028,0010) holds 16 bits. */
const MOST_ROWS = 65_535;

const VERDICTS: Readonly<Record<FindingDetails['fracture-presence']['verdict'], string>> = {
  present: 'Fracture present',
  absent: 'No fracture found',
  undetermined: 'Fracture undetermined',
};

/** The page of a result set. What a page cannot hold, thousands of findings, is left out below with a line that says so. */
export function summaryPage(input: ResultSetInput): Drawing {
  const blocks = [
    space(PAGE.margin),
    textBlock('AI findings', TITLE),
    textBlock(INTENDED_USE_NOTICE, HEADING),
    space(20),
    ...facts(input).map((fact) => textBlock(fact, TEXT, 0.8)),
    ...input.images.flatMap((image, index) => imageBlocks(image, index, input.images.length)),
    ...modelBlocks(input.images),
    space(PAGE.margin),
  ];
  const { placed, rows } = stacked(blocks);
  return { rows, columns: PAGE.columns, shapes: placed };
}

function stacked(blocks: readonly Block[]) {
  const rest = textBlock('The rest does not fit on a page: see the structured report.', TEXT);
  const placed = [];
  let top = 0;
  for (const block of blocks) {
    if (top + block.height + rest.height > MOST_ROWS) {
      placed.push(...rest.shapesAt(top));
      top += rest.height;
      break;
    }
    placed.push(...block.shapesAt(top));
    top += block.height;
  }
  return { placed, rows: top };
}

/** What the page is about, as far as the header says it. */
function facts({ studyAttributes, performedAt, softwareVersion }: ResultSetInput): readonly string[] {
  const said = (name: string, text: string | undefined) => (text?.trim() ? [`${name}: ${text.trim()}`] : []);
  return [
    ...said('Patient ID', textOf(studyAttributes, TAG.PatientID)),
    ...said('Accession number', textOf(studyAttributes, TAG.AccessionNumber)),
    ...said('Study date', dateText(textOf(studyAttributes, TAG.StudyDate))),
    `Analysed: ${dateText(performedAt.slice(0, 8))} ${performedAt.slice(8, 10)}:${performedAt.slice(10, 12)}, Osteon ${softwareVersion}, not reviewed`,
  ];
}

function imageBlocks({ outcome, metadata }: ResultImage, index: number, count: number): readonly Block[] {
  return [
    space(30),
    textBlock(`Image ${index + 1} of ${count}${placeOf(metadata)}`, HEADING),
    space(6),
    ...statusLines(outcome).map((line) => textBlock(line, TEXT)),
    ...fractureTable(outcome),
    ...findingsOf(outcome.findings, 'bone-age').flatMap(boneAgeBlocks),
  ];
}

/** Where the image is found in its study: `, series 1, image 2`. */
function placeOf(metadata: DataSet): string {
  const [series, image] = [numberOf(metadata, TAG.SeriesNumber), numberOf(metadata, TAG.InstanceNumber)];
  return [
    series === undefined ? '' : `, series ${series}`,
    image === undefined ? '' : `, image ${image}`,
  ].join('');
}

/** What became of the image and what is said of it as a whole. Silence is never a result. */
function statusLines(outcome: ImageOutcome): readonly string[] {
  const { findings, runs } = outcome;
  const presence = findingsOf(findings, 'fracture-presence').map(
    ({ verdict, probability, certainty }) =>
      `${VERDICTS[verdict]}: ${percentOf(probability)} %${certainty ? ` (${certainty})` : ''}`,
  );
  const regions = findingsOf(findings, 'body-region').map(
    ({ region, probability }) =>
      `Body region: ${BODY_REGION_CODES[region].meaning}, ${percentOf(probability)} %`,
  );
  const broken = runs.flatMap((run) =>
    run.status === 'failed' ? [`${run.model.name} ${run.model.version} failed: ${run.reason}`] : [],
  );
  return [...statusOf(outcome), ...presence, ...regions, ...broken];
}

function statusOf(outcome: ImageOutcome): readonly string[] {
  switch (outcome.status) {
    case 'analysed':
      return outcome.findings.length === 0 ? ['Analysed: nothing to report'] : [];
    case 'rejected':
      return [
        `Not analysed: ${REJECTION_REASONS[outcome.reason]}${outcome.detail ? `: ${outcome.detail}` : ''}`,
      ];
    case 'failed':
      return [`Analysis failed: ${outcome.detail}`];
  }
}

function fractureTable({ findings, source }: ImageOutcome): readonly Block[] {
  const fractures = findingsOf(findings, 'fracture');
  if (fractures.length === 0) return [];
  const rows = fractures.map((fracture, index) => {
    const { left, top, right, bottom } = writtenBox(fracture.box, source);
    const corner = (x: number, y: number) => `${Math.round(x)},${Math.round(y)}`;
    return [
      String(index + 1),
      `${percentOf(fracture.probability)} %`,
      fracture.certainty,
      siteText(fracture),
      `${corner(left, top)} to ${corner(right, bottom)}`,
    ];
  });
  return [space(6), tableBlock(TABLE, [['No', 'Fracture', 'Certainty', 'Site', 'Pixels'], ...rows], TEXT)];
}

/** Site and side as far as they are known, short enough for its column. */
function siteText({ site, laterality }: Finding<'fracture'>): string {
  const text = [site?.meaning, laterality].filter(Boolean).join(', ');
  return text.slice(0, TABLE[4] - TABLE[3] - 1);
}

function boneAgeBlocks(finding: Finding<'bone-age'>): readonly Block[] {
  const { months, uncertaintyMonths, chronologicalMonths, score } = finding;
  const interval = uncertaintyMonths === undefined ? '' : ` +/- ${roundedMonths(uncertaintyMonths)} mo`;
  const age = chronologicalMonths === undefined ? '' : `, age ${ageText(chronologicalMonths)}`;
  const lines = [`Bone age ${ageText(months)}${interval}${age}`];
  if (score && 'missing' in score) lines.push(`No SD score: ${NO_SCORE_REASONS[score.missing]}`);
  if (score && 'reference' in score) {
    lines.push(
      `SD score ${score.standardDeviations.toFixed(2)}. Bands: 1 and 2 SD of the reference at this age. ${score.population}, ${score.reference}`,
    );
  }
  return [space(10), ...lines.map((line) => textBlock(line, TEXT)), boneAgeChart(finding)];
}

/** The models that were to speak, and whether their weights are for research only. */
function modelBlocks(images: readonly ResultImage[]): readonly Block[] {
  const models = modelsOf(images.map(({ outcome }) => outcome));
  if (models.length === 0) return [];
  return [
    space(30),
    textBlock('Models', HEADING),
    ...models.map(({ name, version, isResearchOnly }) =>
      textBlock(`${name} ${version}${isResearchOnly ? ' (weights for research only)' : ''}`, TEXT, 0.8),
    ),
  ];
}
