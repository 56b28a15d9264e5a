/**
 * The bone-age card: what is said, in the order in which it is read. The same content serves page, panel and canvas.
 */
import type { BoneAgeScore, Finding } from '../../dicom/vocabulary/finding.ts';
import { ENGLISH, type FindingWords } from './messages.ts';
import { monthsText, plainText } from './text.ts';

/** Content of the card; a row that the report does not support is absent. */
export interface BoneAgeCard {
  /** "9 y 4 mo". */
  readonly value: string;
  /** "± 14 mo"; half of an interval of about 95 %. */
  readonly interval?: string;
  readonly rows: readonly { readonly name: string; readonly value: string }[];
}

export function boneAgeCard(finding: Finding<'bone-age'>, words: FindingWords = ENGLISH): BoneAgeCard {
  const { months, uncertaintyMonths, chronologicalMonths } = finding;
  const rows = [
    ...(chronologicalMonths === undefined
      ? []
      : [
          { name: words.chronologicalAge, value: monthsText(chronologicalMonths, words) },
          { name: words.difference, value: differenceText(months - chronologicalMonths, words) },
        ]),
    ...scoreRows(finding.score, words),
    { name: words.sex, value: finding.isSexKnown ? words.sexKnown : words.sexUnknown },
    { name: words.method, value: plainText(words.concept(finding.method)) },
    { name: words.model, value: plainText(`${finding.model.name} ${finding.model.version}`) },
  ];
  const interval =
    uncertaintyMonths === undefined ? {} : { interval: `± ${monthsText(uncertaintyMonths, words)}` };
  return { value: monthsText(months, words), ...interval, rows };
}

/** The standard deviation score with its reference, or why there is none. */
function scoreRows(score: BoneAgeScore | undefined, words: FindingWords): BoneAgeCard['rows'] {
  if (!score) return [];
  if ('missing' in score) {
    return [{ name: words.score, value: `${words.noScore}: ${words.noScoreReasons[score.missing]}` }];
  }
  const { standardDeviations, standardDeviationMonths, population, reference } = score;
  const size = words.oneDeviation(standardDeviationMonths.toFixed(1));
  return [
    { name: words.score, value: `${signedText(standardDeviations)} (${size})` },
    {
      name: words.reference,
      value: plainText(`${words.sentence(population)}. ${words.sentence(reference)}`, 300),
    },
  ];
}

/** "+1.4", "−0.3", "0.0". */
function signedText(value: number): string {
  const text = Math.abs(value).toFixed(1);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

function differenceText(months: number, words: FindingWords): string {
  const whole = Math.round(months);
  if (whole === 0) return words.differenceNone;
  const apart = monthsText(Math.abs(whole), words);
  return whole > 0 ? words.ahead(apart) : words.behind(apart);
}
