/**
 * The bone-age card: what is said, in the order in which it is read. The same content serves page, panel and canvas.
 */
import type { Finding } from '../../dicom/vocabulary/finding.ts';
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
    { name: 'Sex', value: finding.isSexKnown ? 'known to the model' : 'not known to the model' },
    { name: 'Method', value: plainText(finding.method.meaning) },
    { name: 'Model', value: plainText(`${finding.model.name} ${finding.model.version}`) },
  ];
  const interval = uncertaintyMonths === undefined ? {} : { interval: `± ${monthsText(uncertaintyMonths)}` };
  return { value: monthsText(months), ...interval, rows };
}

function differenceText(months: number): string {
  const whole = Math.round(months);
  if (whole === 0) return 'none';
  return `${monthsText(Math.abs(whole))} ${whole > 0 ? 'ahead' : 'behind'}`;
}
