/**
 * What to type into a modality or PACS so that it sends here.
 */
import type { NodeDescription } from './admin-values.ts';
import { useAdminWords } from './admin-messages.ts';

const LOOPBACK = /^(localhost|127\.|::1)/;
const EVERYWHERE = new Set(['0.0.0.0', '::']);

export interface ConnectionGuideProps {
  readonly node: NodeDescription;
  /** Instances of the last 24 hours: whether anything gets here. */
  readonly arrived: number;
}

export function ConnectionGuide({ node: { dimse, dicomWebRoot }, arrived }: ConnectionGuideProps) {
  const words = useAdminWords();
  // Listening everywhere, it is reached by the name that this page was reached by.
  const host = dimse && EVERYWHERE.has(dimse.host) ? location.hostname : dimse?.host;
  const isForThisMachine = dimse !== undefined && LOOPBACK.test(dimse.host);
  // Others are let in by their AE title, and echoscu calls itself ECHOSCU.
  const caller = isForThisMachine ? '' : '-aet CT1 ';
  const rows = [
    ...(dimse
      ? [
          [words.aeTitle, dimse.aeTitle],
          [words.host, host],
          [words.port, dimse.port],
          [words.tlsPort, dimse.tlsPort],
        ]
      : []),
    [words.dicomWeb, dicomWebRoot],
  ] as const;
  return (
    <section aria-labelledby="guide">
      <h2 id="guide">{words.guide}</h2>
      <ol class="steps">
        <li>
          {words.guideType}
          <dl class="guide">
            {rows.map(([term, value]) =>
              value === undefined ? null : (
                <div key={term}>
                  <dt>{term}</dt>
                  <dd>{value}</dd>
                </div>
              ),
            )}
          </dl>
          {!dimse && <p class="admin-note">{words.noDimse}</p>}
          {dimse && <p class="admin-note">{isForThisMachine ? words.thisMachine : words.listed}</p>}
        </li>
        {dimse?.port !== undefined && (
          <li>
            {words.guideEcho}{' '}
            <code>{`echoscu ${caller}-aec ${dimse.aeTitle} ${host ?? ''} ${dimse.port}`}</code>
          </li>
        )}
        <li>
          {words.guideSend} <strong>{arrived === 0 ? words.nothingArrived : words.arrived(arrived)}</strong>
        </li>
      </ol>
    </section>
  );
}
