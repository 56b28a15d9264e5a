/**
 * The description of `/api` for people: one page without scripts.
 */
import { INTENDED_USE_NOTICE } from '../../../dicom/vocabulary/finding.ts';
import { ALL_OPERATIONS, jsonSchemaOf } from './document.ts';
import type { Operation } from './operations.ts';
import { SCHEMAS, type SchemaName } from './schemas.ts';
import { escapeMarkup } from '../../security/markup.ts';

/** The page. */
export function openApiPage(version: string): string {
  const groups = [...new Set(ALL_OPERATIONS.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const operations = ALL_OPERATIONS.filter((one) => one.group === group);
    return `<section><h2>${group}</h2>${operations.map(operationHtml).join('')}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark">
<title>Osteon API</title>
<link rel="stylesheet" href="/api/docs/style.css">
<main>
<h1>Osteon API <small>${escapeMarkup(version)}</small></h1>
<p>${escapeMarkup(INTENDED_USE_NOTICE)} Images and results go by DICOMweb at <code>/dicom-web</code>. For programs: <a href="/api/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
<section><h2>Values</h2>${Object.keys(SCHEMAS).map((name) => schemaHtml(name as SchemaName)).join('')}</section>
</main>
</html>
`;
} // prettier-ignore

function operationHtml({ method, path, summary, needs, query = {}, takes, gives, fails = [] }: Operation): string {
  const rows = [
    ['Needs', needs === 'open' ? 'nothing' : code(needs)],
    ...Object.entries(query).map(([name, meaning]) => [`?${name}=`, escapeMarkup(meaning)]),
    ...(takes ? [['Takes', typeof takes === 'string' ? link(takes) : takes.map(code).join(' ')]] : []),
    ...gives.map(({ status, meaning, schema, type }) => [
      String(status),
      `${escapeMarkup(meaning)} ${schema ? link(schema) : type === undefined ? '' : code(type)}`,
    ]),
    ...(fails.length > 0 ? [['Fails', `${fails.join(', ')} ${link('Failure')}`]] : []),
  ];
  return `<article><h3><b class="${method}">${method.toUpperCase()}</b> <code>/api${escapeMarkup(path)}</code></h3><p>${escapeMarkup(summary)}</p>
<dl>${rows.map(([term = '', text = '']) => `<dt>${escapeMarkup(term)}</dt><dd>${text}</dd>`).join('')}</dl></article>`;
} // prettier-ignore

function schemaHtml(name: SchemaName): string {
  const text = JSON.stringify(jsonSchemaOf(SCHEMAS[name]), undefined, 1);
  return `<details id="${name}"><summary>${name}</summary><pre tabindex="0">${escapeMarkup(text)}</pre></details>`;
}

function link(name: SchemaName): string {
  return `<a href="#${name}">${name}</a>`;
}

function code(text: string): string {
  return `<code>${escapeMarkup(text)}</code>`;
}

/** Its looks: the colours of the reading room. */
export const PAGE_STYLE = `:root { color-scheme: dark; }
body { margin: 0; background: #0b0d10; color: #e6e9ee; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1 small { color: #9aa4b2; font-weight: 400; font-size: 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #2a3039; padding-bottom: 0.4rem; }
h3 { margin: 0 0 0.25rem; font-size: 1rem; font-weight: 500; }
h3 b { display: inline-block; min-width: 4.5rem; color: #6fc3ff; }
h3 b.post, h3 b.put { color: #7fd99a; }
h3 b.delete { color: #ff9d8a; }
article { padding: 1rem 0; border-bottom: 1px solid #1a1f26; }
article p { margin: 0 0 0.5rem; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: 0.15rem 1rem; margin: 0; font-size: 0.875rem; }
dt { color: #9aa4b2; }
dd { margin: 0; }
a { color: #6fc3ff; }
code, pre { font: 0.875rem ui-monospace, monospace; }
pre { background: #12161b; padding: 1rem; overflow: auto; border-radius: 6px; }
summary { cursor: pointer; padding: 0.3rem 0; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } }
`;
