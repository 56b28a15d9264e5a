/**
 * The figures of agreement as tables: a value with its interval, or a dash where nothing can be said.
 */
import type { Agreement, Estimate, SidesCompared } from './audit-client.ts';
import type { AuditWords } from './audit-messages.ts';

const SHARES = ['sensitivity', 'specificity', 'ppv', 'npv'] as const;

/** One row for each comparison of verdicts about fractures. */
export function FractureFigures({
  rows,
  words,
}: {
  readonly rows: readonly (readonly [keyof AuditWords['against'], Agreement])[];
  readonly words: AuditWords;
}) {
  const { figures } = words;
  return (
    <table class="audit-figures">
      <caption>{words.fracture}</caption>
      <thead>
        <tr>
          <th scope="col" />
          {(['count', ...SHARES, 'kappa'] as const).map((name) => (
            <th key={name} scope="col">
              {figures[name]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, agreement]) => (
          <tr key={name}>
            <th scope="row">{words.against[name]}</th>
            <td>{agreement.count}</td>
            {SHARES.map((share) => (
              <td key={share}>{shareText(agreement[share])}</td>
            ))}
            <td>{estimateText(agreement.kappa, 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One row for each comparison of bone ages. */
export function BoneAgeFigures({
  rows,
  words,
}: {
  readonly rows: readonly (readonly [keyof AuditWords['against'], SidesCompared['boneAge']])[];
  readonly words: AuditWords;
}) {
  const { figures } = words;
  return (
    <table class="audit-figures">
      <caption>{words.boneAge}</caption>
      <thead>
        <tr>
          <th scope="col" />
          {(['count', 'bias', 'meanAbsoluteError', 'limits'] as const).map((name) => (
            <th key={name} scope="col">
              {figures[name]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, { count, bias, meanAbsoluteError, lowerLimit, upperLimit }]) => (
          <tr key={name}>
            <th scope="row">{words.against[name]}</th>
            <td>{count}</td>
            <td>{estimateText(bias, 1)}</td>
            <td>{estimateText(meanAbsoluteError, 1)}</td>
            <td>
              {lowerLimit && upperLimit
                ? `${fixed(lowerLimit.value, 1)} … ${fixed(upperLimit.value, 1)}`
                : '–'}
            </td>
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

function estimateText(estimate: Estimate | undefined, digits: number): string {
  if (!estimate) return '–';
  const { value, low, high } = estimate;
  return `${fixed(value, digits)} (${fixed(low, digits)} to ${fixed(high, digits)})`;
}

/** With a true minus sign, and without one before zero. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}
