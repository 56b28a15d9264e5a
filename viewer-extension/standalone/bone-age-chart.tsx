/**
 * The bone age against the reference curve with one and two standard deviations. Its source stands in the card below.
 */
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import { useId } from 'preact/hooks';
import { bandOf, boneAgeCurve } from '../core/bone-age-curve.ts';
import { monthsText } from '../core/text.ts';
import { useWords } from './words.ts';

const SIZE = { width: 272, height: 196 } as const;
const EDGE = { left: 30, right: 10, top: 10, bottom: 30 } as const;

export function BoneAgeChart({ finding }: { readonly finding: Finding<'bone-age'> }) {
  const words = useWords();
  const plot = useId();
  const curve = boneAgeCurve(finding);
  if (!curve) return null;
  const [from, to] = curve.range;
  const x = (months: number) =>
    EDGE.left + ((months - from) / (to - from)) * (SIZE.width - EDGE.left - EDGE.right);
  const y = (months: number) =>
    SIZE.height - EDGE.bottom - ((months - from) / (to - from)) * (SIZE.height - EDGE.top - EDGE.bottom);
  const ring = (deviations: number) =>
    bandOf(curve.reference, deviations)
      .map(([age, boneAge]) => `${x(age).toFixed(1)},${y(boneAge).toFixed(1)}`)
      .join(' ');
  const mean = curve.reference.map(({ ageMonths }) => `${x(ageMonths)},${y(ageMonths)}`).join(' ');
  const { chronologicalMonths: age, boneAgeMonths: boneAge, uncertaintyMonths = 0 } = curve;
  const label = words.boneAgeChart(monthsText(age, words.finding), monthsText(boneAge, words.finding));
  return (
    <svg class="bone-age-chart" viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={label}>
      <clipPath id={plot}>
        <rect
          x={EDGE.left}
          y={EDGE.top}
          width={SIZE.width - EDGE.left - EDGE.right}
          height={SIZE.height - EDGE.top - EDGE.bottom}
        />
      </clipPath>
      {yearsIn(from, to).map((year) => (
        <g key={year}>
          <path
            class="chart-grid"
            d={`M${x(12 * year)} ${y(from)}V${y(to)}M${x(from)} ${y(12 * year)}H${x(to)}`}
          />
          <text class="chart-tick" x={x(12 * year)} y={y(from) + 13} text-anchor="middle">
            {year}
          </text>
          <text class="chart-tick" x={x(from) - 6} y={y(12 * year) + 3.5} text-anchor="end">
            {year}
          </text>
        </g>
      ))}
      <g clip-path={`url(#${plot})`}>
        <polygon class="chart-band chart-band-2" points={ring(2)} />
        <polygon class="chart-band chart-band-1" points={ring(1)} />
        <polyline class="chart-mean" points={mean} />
        <path class="chart-guide" d={`M${x(age)} ${y(from)}V${y(boneAge)}H${x(from)}`} />
        <path
          class="chart-interval"
          d={`M${x(age)} ${y(boneAge - uncertaintyMonths)}V${y(boneAge + uncertaintyMonths)}`}
        />
        <circle class="chart-point" cx={x(age)} cy={y(boneAge)} r="4.5" />
      </g>
      <text
        class="chart-axis"
        x={(EDGE.left + SIZE.width - EDGE.right) / 2}
        y={SIZE.height - 3}
        text-anchor="middle"
      >
        {words.ageAxis}
      </text>
      <text class="chart-axis" x={EDGE.left + 4} y={EDGE.top + 9}>
        {words.boneAgeAxis}
      </text>
      <text class="chart-key" x={SIZE.width - EDGE.right - 4} y={y(from) - 6} text-anchor="end">
        ±1 SD · ±2 SD
      </text>
    </svg>
  );
}

/** At most eight whole years of a span in months. */
function yearsIn(from: number, to: number): readonly number[] {
  const step = Math.ceil((to - from) / 12 / 8);
  const first = Math.ceil(from / 12 / step) * step;
  return Array.from({ length: Math.floor((to / 12 - first) / step) + 1 }, (_, index) => first + index * step);
}
