/**
 * The pictures of the audit: bone ages after Bland and Altman, and how scores are spread.
 */
import type { AuditSummary } from './audit-client.ts';
import type { AuditWords } from './audit-messages.ts';

const WIDTH = 420;
const HEIGHT = 200;
const MARGIN = { left: 36, right: 10, top: 12, bottom: 24 } as const;
/** More points would be a cloud that takes seconds. */
const MOST_POINTS = 2000;

export interface ChartProps {
  readonly summary: AuditSummary;
  readonly words: AuditWords;
}

/** Differences by means, with bias and limits of agreement. */
export function BlandAltman({ summary, words }: ChartProps) {
  const points = summary.blandAltman.slice(0, MOST_POINTS);
  if (points.length === 0) return null;
  const { bias, lowerLimit, upperLimit } = summary.modelsByReaders.boneAge;
  const lines = [bias, lowerLimit, upperLimit].flatMap((line) => line?.value ?? []);
  const x = scaleOf(
    points.map(({ mean }) => mean),
    [MARGIN.left, WIDTH - MARGIN.right],
  );
  const y = scaleOf(
    [...points.map(({ difference }) => difference), ...lines, 0],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  return (
    <figure class="audit-chart">
      <figcaption>{words.blandAltman}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.blandAltman}>
        {ticksOf(y).map((tick) => (
          <g key={tick}>
            <line
              class="chart-grid"
              x1={MARGIN.left}
              x2={WIDTH - MARGIN.right}
              y1={y.at(tick)}
              y2={y.at(tick)}
            />
            <text class="chart-tick" x={MARGIN.left - 6} y={y.at(tick) + 3} text-anchor="end">
              {tick}
            </text>
          </g>
        ))}
        {ticksOf(x).map((tick) => (
          <text key={tick} class="chart-tick" x={x.at(tick)} y={HEIGHT - 8} text-anchor="middle">
            {tick}
          </text>
        ))}
        {lines.map((line, index) => (
          <line
            key={index}
            class={index === 0 ? 'chart-mean' : 'chart-guide'}
            x1={MARGIN.left}
            x2={WIDTH - MARGIN.right}
            y1={y.at(line)}
            y2={y.at(line)}
          />
        ))}
        {points.map(({ mean, difference }, index) => (
          <circle key={index} class="audit-point" cx={x.at(mean)} cy={y.at(difference)} r="2.5" />
        ))}
      </svg>
    </figure>
  );
}

const GROUPS = ['fracture', 'none', 'unread'] as const;

/** Counts of scores in ten bins, a bar of each group beside each other. */
export function ScoreHistogram({ summary, words }: ChartProps) {
  const most = Math.max(1, ...GROUPS.flatMap((group) => summary.scores[group]));
  const bin = (WIDTH - MARGIN.left - MARGIN.right) / 10;
  const bar = (bin - 6) / GROUPS.length;
  const inner = HEIGHT - MARGIN.top - MARGIN.bottom;
  return (
    <figure class="audit-chart">
      <figcaption>
        {words.scores}
        <span class="audit-legend">
          {GROUPS.map((group) => (
            <span key={group} class={`audit-key audit-${group}`}>
              {words.scoreGroups[group]}
            </span>
          ))}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.scores}>
        <line
          class="chart-grid"
          x1={MARGIN.left}
          x2={WIDTH - MARGIN.right}
          y1={HEIGHT - MARGIN.bottom}
          y2={HEIGHT - MARGIN.bottom}
        />
        <text class="chart-tick" x={MARGIN.left - 6} y={MARGIN.top + 4} text-anchor="end">
          {most}
        </text>
        {GROUPS.flatMap((group, place) =>
          summary.scores[group].map((count, index) => {
            const height = (inner * count) / most;
            return (
              <rect
                key={`${group} ${index}`}
                class={`audit-bar audit-${group}`}
                x={MARGIN.left + index * bin + 3 + place * bar}
                y={HEIGHT - MARGIN.bottom - height}
                width={Math.max(1, bar - 1)}
                height={height}
              />
            );
          }),
        )}
        {[0, 20, 40, 60, 80, 100].map((percent) => (
          <text
            key={percent}
            class="chart-tick"
            x={MARGIN.left + (percent / 10) * bin}
            y={HEIGHT - 8}
            text-anchor={percent === 100 ? 'end' : 'middle'}
          >
            {percent} %
          </text>
        ))}
      </svg>
    </figure>
  );
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly at: (value: number) => number;
}

/** From the least to the greatest value with a little air, on `range`. */
function scaleOf(values: readonly number[], [from, to]: readonly [number, number]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const air = Math.max(1, (most - least) * 0.06);
  const [low, high] = [least - air, most + air];
  return { low, high, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

/** At most six round numbers. */
function ticksOf({ low, high }: Scale): readonly number[] {
  const step = [1, 2, 5, 10, 12, 24, 36, 60, 120].find((one) => (high - low) / one <= 6) ?? 240;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, index) => first + index * step);
}
