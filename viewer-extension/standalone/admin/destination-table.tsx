/**
 * Where results go, and how that stands.
 */
import { useEffect, useState } from 'preact/hooks';
import { messageOf, type ProblemWords } from '../problem.ts';
import { useAdminWords, type AdminWords } from './admin-messages.ts';
import type { DestinationRow, Echo } from './admin-values.ts';

/** How a destination stands: its look and its word. */
const STANDINGS = {
  gone: { tone: 'tone-quiet', word: ({ gone }: AdminWords) => gone },
  down: { tone: 'tone-problem', word: ({ paused }: AdminWords) => paused },
  up: { tone: 'tone-clear', word: ({ up }: AdminWords) => up },
  unknown: { tone: 'tone-quiet', word: () => '–' },
} as const;

/** That our own server did not do as asked. */
interface Failure {
  readonly error: unknown;
}

export interface DestinationTableProps {
  readonly destinations: readonly DestinationRow[];
  readonly onEcho: (name: string) => Promise<Echo>;
  readonly onRetry: (name: string) => void;
  readonly problems: ProblemWords;
}

export function DestinationTable({ destinations, ...given }: DestinationTableProps) {
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
                <Row key={one.name} destination={one} {...given} />
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

function Row({ destination, onEcho, onRetry, problems }: RowProps) {
  const words = useAdminWords();
  const { name, kind, address, isConfigured, pause, waiting, sending, dead, delivered, deliveredLastHour } =
    destination;
  const [echo, setEcho] = useState<Echo | Failure | 'asked'>();
  const ask = () => {
    setEcho('asked');
    onEcho(name).then(setEcho, (error: unknown) => {
      setEcho({ error });
    });
  };
  // What was just heard of it counts more than what was heard before, and less than what happened since.
  useEffect(() => {
    setEcho(undefined);
  }, [pause?.until, delivered]);
  const { tone, word } = STANDINGS[standingOf(destination, echo)];
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{kind || '–'}</td>
      <td class="address">{address || '–'}</td>
      <td>
        <span class={`statement ${tone}`}>
          <span class="statement-sign" />
          {word(words)}
        </span>
        {pause && echo === undefined && <span class="second-line">{pause.reason}</span>}
        {echo !== undefined && (
          <span class="second-line" role="status">
            {echo === 'asked'
              ? words.echoing
              : 'error' in echo
                ? messageOf(echo.error, problems)
                : echo.isUp
                  ? words.answered(echo.milliseconds)
                  : echo.reason}
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

/** Nobody knows of a destination that neither answered nor took anything lately. */
function standingOf(
  { isConfigured, pause, deliveredLastHour }: DestinationRow,
  echo: Echo | Failure | 'asked' | undefined,
): keyof typeof STANDINGS {
  if (!isConfigured) return 'gone';
  if (typeof echo === 'object' && 'isUp' in echo) return echo.isUp ? 'up' : 'down';
  if (pause) return 'down';
  return deliveredLastHour > 0 ? 'up' : 'unknown';
}
