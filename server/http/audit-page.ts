/**
 * The page on which the audit trail is searched: HTML alone, without a script, so that nothing in the trail can become one.
 */
import { createHash } from 'node:crypto';
import { AUDIT_ACTIONS } from '../security/audit-message.ts';
import type { AuditRecord } from '../security/audit-records.ts';
import { escapeMarkup } from '../security/markup.ts';

const STYLE = `:root{color-scheme:dark light}
body{margin:0;font:14px/1.5 system-ui,sans-serif;background:#14171a;color:#e8eaec}
main{max-width:1200px;margin:0 auto;padding:24px}
h1{font-size:20px;font-weight:600;margin:0 0 16px}
form{display:flex;flex-wrap:wrap;gap:12px;align-items:end;margin-bottom:24px}
label{display:grid;gap:4px;font-size:12px;color:#b4bac0}
input,select,button{font:inherit;min-height:32px;padding:0 8px;background:#1f2428;color:inherit;border:1px solid #6b747c;border-radius:4px}
button{padding:0 16px;cursor:pointer}
:focus-visible{outline:2px solid #6cb6ff;outline-offset:2px}
div{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid #333a40;vertical-align:top}
th{font-size:12px;font-weight:500;color:#b4bac0}
td.study{font-size:12px;word-break:break-all;min-width:16em}
td.refused,td.failed{color:#ffb4a8}
a{color:#8cc8ff}`;

/** No script, no other server, no form but its own. */
export const AUDIT_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FIELDS = [
  ['principal', 'Who', 'text'],
  ['study', 'Study Instance UID', 'text'],
  ['from', 'From', 'date'],
  ['to', 'Before', 'date'],
] as const;
const CHOICES = [
  ['action', 'What', AUDIT_ACTIONS],
  ['outcome', 'Outcome', ['success', 'refused', 'failed']],
] as const;
const HEADS = ['When (UTC)', 'Who', 'What', 'Outcome', 'Studies', 'From', 'Times', 'Detail', 'No.'];

/** The page; `given` is the query that it answers, `hasMore` whether older events may match too. */
export function auditPage(
  records: readonly AuditRecord[],
  given: Readonly<Record<string, unknown>>,
  hasMore: boolean,
): string {
  const valueOf = (name: string): string => (typeof given[name] === 'string' ? given[name] : '');
  const fields = FIELDS.map(
    ([name, label, type]) =>
      `<label>${label}<input type="${type}" name="${name}" value="${escapeMarkup(valueOf(name))}"></label>`,
  );
  const choices = CHOICES.map(([name, label, values]) => {
    const options = ['', ...values].map(
      (value) =>
        `<option value="${value}"${value === valueOf(name) ? ' selected' : ''}>${value || 'any'}</option>`,
    );
    return `<label>${label}<select name="${name}">${options.join('')}</select></label>`;
  });
  const rows = records.map(rowOf).join('');
  const last = records.at(-1)?.id;
  const older = new URLSearchParams();
  for (const [name] of [...FIELDS, ...CHOICES]) if (valueOf(name) !== '') older.set(name, valueOf(name));
  if (last !== undefined) older.set('before', last);
  const next = hasMore ? `<p><a href="?${escapeMarkup(older.toString())}">Older events</a></p>` : '';
  const nothing = records.length === 0 ? '<p role="status">No event matches.</p>' : '';
  const heads = HEADS.map((head) => `<th scope="col">${head}</th>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Osteon · Audit trail</title><style>${STYLE}</style></head><body><main><h1>Audit trail</h1><form method="get" role="search">${fields.join('')}${choices.join('')}<button>Search</button></form>${nothing}<div tabindex="0" role="region" aria-label="Events"><table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>${next}</main></body></html>`;
}

function rowOf(record: AuditRecord): string {
  const { at, principalId, action, outcome, studyInstanceUids, networkAddress, occurrences, detail } = record;
  const cells: readonly (readonly [text: string, name?: string])[] = [
    [at.toISOString().replace('T', ' ').slice(0, 19)],
    [principalId],
    [action],
    [outcome, outcome],
    [studyInstanceUids.join(' '), 'study'],
    [networkAddress ?? ''],
    [String(occurrences)],
    [detail ?? ''],
  ];
  const texts = cells.map(
    ([text, name]) => `<td${name === undefined ? '' : ` class="${name}"`}>${escapeMarkup(text)}</td>`,
  );
  const number = record.sequence === undefined ? '–' : String(record.sequence);
  return `<tr>${texts.join('')}<td><a href="/api/audit-trail/${record.id}">${number}</a></td></tr>`;
}
