/**
 * A statement with a sign of its tone. The words carry the meaning; sign and colour only repeat it.
 */
import type { Statement } from '../core/analysis-state.ts';

export function StatementText({ statement }: { readonly statement: Statement }) {
  return (
    <span class={`statement tone-${statement.tone}`}>
      <span class="statement-sign" aria-hidden="true" />
      <span>{statement.text}</span>
    </span>
  );
}
