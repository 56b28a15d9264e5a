/**
 * Where results go, and how that stands.
 */
import { useState } from 'preact/hooks';
import { useAdminWords } from './admin-messages.ts';
import type { DestinationRow, Echo } from './admin-values.ts';

export interface DestinationTableProps {
  readonly destinations: readonly DestinationRow[];
  readonly onEcho: (name: string) => Promise<Echo>;
  readonly onRetry: (name: string) => void;
}

export function DestinationTable({ destinations, onEcho, onRetry }: DestinationTableProps) {
  const words = useAdminWords();
  const heads = [words.name, words.kind, words.address, words.state];
  const counts = [words.waiting, words.sending, words.deadLetters, words.delivered, words.lastHour];
  return (
    <section aria-labelledby="destinations">
      <h2 id="destinations">{words.nodes}</h2>
      {destinations.length === 0 ? (
        <p class="admin-quiet">{words.noDestinations}</p>
      ) : (
        <div class="admin-scroll" tabIndex={0} role="group" aria-labelledby="destinations">
          <table>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
                {counts.map((head) => (
                  <th key={head} scope="col" class="number">
                    {head}
                  </th>
                ))}
                <th scope="col">{words.actions}</th>
              </tr>
            </thead>
            <tbody>
              {destinations.map((one) => (
                <Row key={one.name} destination={one} onEcho={onEcho} onRetry={onRetry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface RowProps extends Omit<DestinationTableProps, 'destinations'> {
  readonly destination: DestinationRow;
}

function Row({ destination, onEcho, onRetry }: RowProps) {
  const words = useAdminWords();
  const { name, kind, address, isConfigured, pause, waiting, sending, dead, delivered, deliveredLastHour } =
    destination;
  const [echo, setEcho] = useState<Echo | 'asked'>();
  const ask = () => {
    setEcho('asked');
    onEcho(name).then(setEcho, (error: unknown) => {
      setEcho({ isUp: false, reason: error instanceof Error ? error.message : '', milliseconds: 0 });
    });
  };
  // What was just heard of it counts more than what was heard before.
  const isDown = typeof echo === 'object' ? !echo.isUp : pause !== undefined;
  const tone = !isConfigured ? 'tone-quiet' : isDown ? 'tone-problem' : 'tone-clear';
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{kind || '–'}</td>
      <td class="address">{address || '–'}</td>
      <td>
        <span class={`statement ${tone}`}>
          <span class="statement-sign" />
          {!isConfigured ? words.gone : isDown ? words.paused : words.up}
        </span>
        {pause && echo === undefined && <span class="second-line">{pause.reason}</span>}
        {echo !== undefined && (
          <span class="second-line" role="status">
            {echo === 'asked' ? words.echoing : echo.isUp ? words.answered(echo.milliseconds) : echo.reason}
          </span>
        )}
      </td>
      {[waiting, sending, dead, delivered, deliveredLastHour].map((count, index) => (
        <td key={index} class={`number ${index === 2 && count > 0 ? 'tone-problem' : ''}`}>
          {count}
        </td>
      ))}
      <td class="actions">
        {isConfigured && (
          <button type="button" class="button" aria-label={words.echoOf(name)} onClick={ask}>
            {words.echo}
          </button>
        )}
        {isConfigured && (pause !== undefined || dead > 0) && (
          <button
            type="button"
            class="button"
            aria-label={words.retryAllOf(name)}
            onClick={() => {
              onRetry(name);
            }}
          >
            {words.tryNow}
          </button>
        )}
      </td>
    </tr>
  );
}
