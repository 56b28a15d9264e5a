/**
 * The rows of the report sheet: findings of an image and models, in words. No DOM.
 */
import type { ModelIdentity, ModelRun } from '../../dicom/vocabulary/finding.ts';
import { isRejected, findingsToDraw, reviewStateOf, type OverlayFinding } from './findings.ts';
import type { FindingWords } from './messages.ts';
import { lineOf, reviewWords, type LineKind } from './overlay-style.ts';
import type { SheetWords } from './sheet-messages.ts';
import type { StudyReport } from './study-result.ts';
import { nameText, percentText, plainText } from './text.ts';

/** What the sheet is written with. */
export interface SheetLanguage {
  readonly finding: FindingWords;
  readonly sheet: SheetWords;
}

/** One line of the table of findings; a cell is empty where nothing is known. */
export interface FindingRow {
  readonly finding: OverlayFinding;
  readonly line: LineKind;
  readonly isRejected: boolean;
  readonly certainty: string;
  readonly probability: string;
  readonly site: string;
  readonly side: string;
  /** Decision, person and reason; empty where nobody has decided. */
  readonly reader: string;
}

/** The located findings on an image, the surest first, those of the reader last. */
export function findingRows(
  report: StudyReport,
  sopInstanceUid: string,
  words: SheetLanguage,
): readonly FindingRow[] {
  return findingsToDraw(report)
    .filter(({ source }) => source.sopInstanceUid === sopInstanceUid)
    .toSorted(
      (one, other) =>
        Number(one.isByReader ?? false) - Number(other.isByReader ?? false) ||
        other.probability - one.probability,
    )
    .map((finding) => rowOf(finding, report, words.finding));
}

function rowOf(finding: OverlayFinding, report: StudyReport, words: FindingWords): FindingRow {
  const { certainty, probability, site, laterality, isByReader } = finding;
  return {
    finding,
    line: lineOf(certainty, reviewStateOf(finding)),
    isRejected: isRejected(finding),
    certainty: isByReader === true ? '' : words[certainty],
    probability: isByReader === true ? '' : percentText(probability),
    site: site ? plainText(words.concept(site), 60) : '',
    side: laterality && laterality !== 'U' ? words.sides[laterality] : '',
    reader: readerOf(finding, report, words),
  };
}

function readerOf(finding: OverlayFinding, { statements }: StudyReport, words: FindingWords): string {
  const own = statements.find(
    ({ trackingId }) => finding.isByReader === true && trackingId === finding.trackingId,
  );
  const decided = finding.review ?? own;
  const state = reviewWords(reviewStateOf(finding), words);
  if (!decided) return state;
  const reason =
    finding.review?.decision === 'rejected' ? words.readerReasons[finding.review.reason] : undefined;
  const comment = decided.comment === undefined ? undefined : plainText(decided.comment);
  return [state, nameText(decided.reviewer.name), reason, comment].filter(Boolean).join(' · ');
}

/** One line of the table of models. */
export interface ModelRow {
  readonly model: ModelIdentity;
  readonly name: string;
  readonly version: string;
  readonly maker: string;
  /** Empty where the model has none. */
  readonly thresholds: string;
  /** What became of it on the images; empty where the report does not say. */
  readonly outcome: string;
}

/** Every model that ran, was left out, or spoke, in the order of the report. */
export function modelRows(report: StudyReport, words: SheetLanguage): readonly ModelRow[] {
  const runs = report.images.flatMap((image) => image.runs);
  const models = [...runs.map(({ model }) => model), ...report.models];
  const named = new Map(models.map((model) => [keyOf(model), model]));
  return [...named].map(([key, model]) => ({
    model,
    name: plainText(model.name, 60),
    version: plainText(model.version, 20),
    maker: plainText(model.manufacturer, 60),
    thresholds: thresholdsOf(model, words.sheet),
    outcome: outcomeOf(
      runs.filter((run) => keyOf(run.model) === key),
      words,
    ),
  }));
}

function keyOf({ name, version }: ModelIdentity): string {
  return `${name}\n${version}`;
}

/** "suspicious from 19 %, definite from 43 %": its operating points, as Algorithm Parameters state them. */
function thresholdsOf({ parameters }: ModelIdentity, words: SheetWords): string {
  const pointOf = (name: string) => {
    const text = parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
    const value = Number(text ?? 0);
    return value > 0 && value <= 1 ? percentText(value) : undefined;
  };
  const [suspicious, definite] = [pointOf('suspicious'), pointOf('definite')];
  if (suspicious === undefined || definite === undefined) return '';
  return suspicious === definite ? words.onePoint(definite) : words.operatingPoints(suspicious, definite);
}

function outcomeOf(runs: readonly ModelRun[], { finding, sheet }: SheetLanguage): string {
  const count = runs.filter(({ status }) => status === 'succeeded').length;
  const others = runs.flatMap((run) => {
    if (run.status === 'succeeded') return [];
    const reason = plainText(finding.sentence(run.reason)) || '–';
    return [run.status === 'failed' ? sheet.failed(reason) : sheet.skipped(reason)];
  });
  return [...(count > 0 ? [sheet.ran(count)] : []), ...new Set(others)].join('; ');
}
