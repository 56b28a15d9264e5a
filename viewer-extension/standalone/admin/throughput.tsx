/**
 * What went through, hour by hour: bars for the eye, and the same in a table for whoever does not see them.
 */
import { useAdminWords } from './admin-messages.ts';
import type { Hour } from './admin-values.ts';

const KINDS = ['instances', 'analyses', 'deliveries'] as const;
const HEIGHT = 40;
const BAR = 10;

export function Throughput({ hours }: { readonly hours: readonly Hour[] }) {
  const words = useAdminWords();
  const hourOf = ({ from }: Hour) => `${String(new Date(from).getHours()).padStart(2, '0')}:00`;
  return (
    <section aria-labelledby="throughput">
      <h2 id="throughput">{words.throughput}</h2>
      <div class="throughput">
        {KINDS.map((kind) => {
          const most = Math.max(1, ...hours.map((hour) => hour[kind]));
          const total = hours.reduce((sum, hour) => sum + hour[kind], 0);
          return (
            <figure key={kind}>
              <figcaption>
                {words[kind]} <strong>{total}</strong>
              </figcaption>
              <svg
                viewBox={`0 0 ${hours.length * BAR} ${HEIGHT}`}
                preserveAspectRatio="none"
                aria-hidden="true"
              >
                {hours.map((hour, index) => {
                  const height = Math.max(1, (hour[kind] / most) * HEIGHT);
                  return (
                    <rect
                      key={hour.from}
                      class={hour[kind] === 0 ? 'bar-empty' : 'bar'}
                      x={index * BAR + 1}
                      y={HEIGHT - height}
                      width={BAR - 2}
                      height={height}
                    />
                  );
                })}
              </svg>
              <p class="hours" aria-hidden="true">
                <span>{hours[0] && hourOf(hours[0])}</span>
                <span>{words.now}</span>
              </p>
            </figure>
          );
        })}
      </div>
      <div class="visually-hidden">
        <table>
          <caption>{words.throughput}</caption>
          <thead>
            <tr>
              <th scope="col">{words.hour}</th>
              {KINDS.map((kind) => (
                <th key={kind} scope="col">
                  {words[kind]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {hours.map((hour) => (
              <tr key={hour.from}>
                <th scope="row">{hourOf(hour)}</th>
                {KINDS.map((kind) => (
                  <td key={kind}>{hour[kind]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
