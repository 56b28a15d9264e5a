/**
 * The figures of agreement as tables: a value with its interval, or a dash where nothing can be said.
 */
import type { Agreement, Estimate, SidesCompared } from './audit-client.ts';
import type { AuditWords } from './audit-messages.ts';

const SHARES = ['sensitivity', 'specificity', 'ppv', 'npv'] as const;

/** What is compared with what, and how they agree. */
type Rows<Figures> = readonly (readonly [keyof AuditWords['against'], Figures])[];
type FigureName = keyof AuditWords['figures'];

/** One row for each comparison of verdicts about fractures. */
export function FractureFigures({ rows, words }: FiguresProps<Agreement>) {
  return (
    <Figures
      caption={words.fracture}
      names={['count', ...SHARES, 'kappa']}
      rows={rows.map(([name, { count, kappa, ...shares }]) => [
        name,
        [String(count), ...SHARES.map((share) => shareText(shares[share])), estimateText(kappa, 2, words)],
      ])}
      words={words}
    />
  );
}

/** One row for each comparison of bone ages. */
export function BoneAgeFigures({ rows, words }: FiguresProps<SidesCompared['boneAge']>) {
  return (
    <Figures
      caption={words.boneAge}
      names={['count', 'bias', 'meanAbsoluteError', 'limits']}
      rows={rows.map(([name, { count, bias, meanAbsoluteError, lowerLimit, upperLimit }]) => {
        const limits =
          lowerLimit && upperLimit ? `${fixed(lowerLimit.value, 1)} … ${fixed(upperLimit.value, 1)}` : '–';
        return [
          name,
          [String(count), estimateText(bias, 1, words), estimateText(meanAbsoluteError, 1, words), limits],
        ];
      })}
      words={words}
    />
  );
}

interface FiguresProps<Row> {
  readonly rows: Rows<Row>;
  readonly words: AuditWords;
}

interface TableProps extends FiguresProps<readonly string[]> {
  readonly caption: string;
  readonly names: readonly FigureName[];
}

function Figures({ caption, names, rows, words }: TableProps) {
  return (
    <table class="audit-figures">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.compared}</th>
          {names.map((name) => (
            <th key={name} scope="col">
              {words.figures[name]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, texts]) => (
          <tr key={name}>
            <th scope="row">{words.against[name]}</th>
            {texts.map((text, at) => (
              <td key={at}>{text}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A share in per cent with its interval. */
export function shareText(estimate: Estimate | undefined): string {
  if (!estimate) return '–';
  const percent = (share: number) => fixed(100 * share, 0);
  return `${percent(estimate.value)} % (${percent(estimate.low)}–${percent(estimate.high)})`;
}

function estimateText(estimate: Estimate | undefined, digits: number, words: AuditWords): string {
  if (!estimate) return '–';
  const { value, low, high } = estimate;
  return `${fixed(value, digits)} (${words.between(fixed(low, digits), fixed(high, digits))})`;
}

/** With a true minus sign, and without one before zero. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}
