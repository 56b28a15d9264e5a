/**
 * A statement with a sign of its tone. The words carry the meaning; sign and colour only repeat it.
 */
import type { Statement } from '../core/analysis-state.ts';

/** "92 %" with its parts on one line; as text it stays as it was. */
const SHARE = /((?:[<>] )?\d+ %)/;

function wholeShares(text: string) {
  return text.split(SHARE).map((part) => (SHARE.test(part) ? <span class="share">{part}</span> : part));
}

export function StatementText({ statement }: { readonly statement: Statement }) {
  return (
    <span class={`statement tone-${statement.tone}`}>
      <span class="statement-sign" aria-hidden="true" />
      <span>{wholeShares(statement.text)}</span>
    </span>
  );
}
