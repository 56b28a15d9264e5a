/**
 * The bone-age card: what is said, in the order in which it is read. The same content serves page, panel and canvas.
 */
import { NO_SCORE_REASONS, type BoneAgeScore, type Finding } from '../../dicom/vocabulary/finding.ts';
import { monthsText, plainText } from './text.ts';

/** Content of the card; a row that the report does not support is absent. */
export interface BoneAgeCard {
  /** "9 y 4 mo". */
  readonly value: string;
  /** "± 14 mo"; half of an interval of about 95 %. */
  readonly interval?: string;
  readonly rows: readonly { readonly name: string; readonly value: string }[];
}

export function boneAgeCard(finding: Finding<'bone-age'>): BoneAgeCard {
  const { months, uncertaintyMonths, chronologicalMonths } = finding;
  const rows = [
    ...(chronologicalMonths === undefined
      ? []
      : [
          { name: 'Chronological age', value: monthsText(chronologicalMonths) },
          { name: 'Difference', value: differenceText(months - chronologicalMonths) },
        ]),
    ...scoreRows(finding.score),
    { name: 'Sex', value: finding.isSexKnown ? 'known to the model' : 'not known to the model' },
    { name: 'Method', value: plainText(finding.method.meaning) },
    { name: 'Model', value: plainText(`${finding.model.name} ${finding.model.version}`) },
  ];
  const interval = uncertaintyMonths === undefined ? {} : { interval: `± ${monthsText(uncertaintyMonths)}` };
  return { value: monthsText(months), ...interval, rows };
}

/** The standard deviation score with its reference, or why there is none. */
function scoreRows(score: BoneAgeScore | undefined): BoneAgeCard['rows'] {
  if (!score) return [];
  if ('missing' in score) return [{ name: 'SD score', value: `none: ${NO_SCORE_REASONS[score.missing]}` }];
  const { standardDeviations, standardDeviationMonths, population, reference } = score;
  const size = `1 SD = ${standardDeviationMonths.toFixed(1)} mo`;
  return [
    { name: 'SD score', value: `${signedText(standardDeviations)} (${size})` },
    { name: 'Reference', value: plainText(`${population}. ${reference}`, 300) },
  ];
}

/** "+1.4", "−0.3", "0.0". */
function signedText(value: number): string {
  const text = Math.abs(value).toFixed(1);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

function differenceText(months: number): string {
  const whole = Math.round(months);
  if (whole === 0) return 'none';
  return `${monthsText(Math.abs(whole))} ${whole > 0 ? 'ahead' : 'behind'}`;
}
