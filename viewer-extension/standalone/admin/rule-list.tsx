/**
 * The rules that hold, and what is wrong with the file as it is now.
 */
import { useAdminWords } from './admin-messages.ts';
import type { RoutingState } from './admin-values.ts';
import { timeText } from './time-text.ts';

export interface RuleListProps {
  readonly routing: RoutingState;
  readonly onReload: () => void;
}

export function RuleList({ routing: { file, readAt, faults, rules }, onReload }: RuleListProps) {
  const words = useAdminWords();
  return (
    <section aria-labelledby="rules">
      <div class="section-head">
        <h2 id="rules">{words.rules}</h2>
        {file !== undefined && (
          <>
            <p class="admin-quiet">
              {file}
              {readAt !== undefined && `, ${words.readAt(timeText(readAt))}`}
            </p>
            <button type="button" class="button" onClick={onReload}>
              {words.reload}
            </button>
          </>
        )}
      </div>
      {file === undefined && <p class="admin-quiet">{words.noFile}</p>}
      {faults.length > 0 && (
        <div class="faults" role="alert">
          <p>{words.faults}</p>
          <table>
            <thead>
              <tr>
                <th scope="col" class="line">
                  {words.line}
                </th>
                <th scope="col">{words.fault}</th>
              </tr>
            </thead>
            <tbody>
              {faults.map(({ line, message }, index) => (
                <tr key={index}>
                  <td class="line">{line ?? '–'}</td>
                  <td>{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rules.length > 0 && (
        <div class="admin-scroll" tabIndex={0} role="group" aria-labelledby="rules">
          <table>
            <thead>
              <tr>
                <th scope="col" class="line">
                  {words.line}
                </th>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.when}</th>
                <th scope="col">{words.says}</th>
              </tr>
            </thead>
            <tbody>
              {rules.map(({ name, line, when, says }) => (
                <tr key={name}>
                  <td class="line">{line}</td>
                  <th scope="row">{name}</th>
                  <td>{when || <span class="faint">{words.always}</span>}</td>
                  <td>
                    {says.map(([setting, value]) => (
                      <span key={setting} class="saying">
                        <span class="faint">{setting}</span> {value || '–'}
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
