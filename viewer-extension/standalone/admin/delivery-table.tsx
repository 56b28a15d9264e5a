/**
 * Deliveries of one kind: on their way, or given up.
 */
import { useId } from 'preact/hooks';
import { useAdminWords } from './admin-messages.ts';
import type { DeliveryRow } from './admin-values.ts';
import { timeText } from './time-text.ts';

export interface DeliveryTableProps {
  readonly title: string;
  readonly empty: string;
  /** The newest of them. */
  readonly deliveries: readonly DeliveryRow[];
  /** How many there are in all. */
  readonly total: number;
  /** Whether somebody would take it up again. */
  readonly canRetry?: (delivery: DeliveryRow) => boolean;
  /** Absent: nothing can be tried again. */
  readonly onRetry?: (id: string) => void;
}

export function DeliveryTable({ title, empty, deliveries, total, canRetry, onRetry }: DeliveryTableProps) {
  const words = useAdminWords();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title}{' '}
        <span class="faint">
          {total > deliveries.length ? words.someOf(deliveries.length, total) : deliveries.length}
        </span>
      </h2>
      {deliveries.length === 0 ? (
        <p class="admin-quiet">{empty}</p>
      ) : (
        <div class="admin-scroll admin-long" tabIndex={0} role="group" aria-labelledby={id}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.since}</th>
                <th scope="col">{words.destination}</th>
                <th scope="col">{words.study}</th>
                <th scope="col" class="number">
                  {words.tries}
                </th>
                <th scope="col">{words.reason}</th>
                {onRetry && <th scope="col">{words.actions}</th>}
              </tr>
            </thead>
            <tbody>
              {deliveries.map((one) => (
                <tr key={one.id}>
                  <td>{timeText(one.queuedAt)}</td>
                  <th scope="row">{one.destination}</th>
                  <td>
                    <a class="admin-link" href={`/#/studies/${one.studyInstanceUid}`}>
                      {words.openStudy}
                    </a>
                  </td>
                  <td class="number">{one.tries}</td>
                  <td>{one.reason || (one.state === 'sending' ? words.sending : words.waiting)}</td>
                  {onRetry && (
                    <td class="actions">
                      {canRetry?.(one) !== false && (
                        <button
                          type="button"
                          class="button"
                          onClick={() => {
                            onRetry(one.id);
                          }}
                        >
                          {words.retry}
                        </button>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
