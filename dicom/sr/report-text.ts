/**
 * A report as text/html, text/plain and text/xml, from its outline. PS3.18 8.7.4, Table 8.7.4-1 (text category).
 *
 * One writer a media type. Trap: every text goes through an escape; there is no other way into the output.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { outlineOf, type Outline, type OutlineItem } from './report-outline.ts';

type Writer = (outline: Outline) => string;

/** Media type → writer; the first is the default. */
const WRITERS = {
  'text/html': htmlOf,
  'text/plain': plainOf,
  'text/xml': xmlOf,
} as const satisfies Record<string, Writer>;

/** What a report can be written as. */
export type ReportMediaType = keyof typeof WRITERS;

/** The media types, the default first. */
export const REPORT_MEDIA_TYPES: readonly string[] = Object.keys(WRITERS);

/** True for a media type that a report can be written as. */
export function isReportMediaType(type: string): type is ReportMediaType {
  return Object.hasOwn(WRITERS, type);
}

/** Writes a report, UTF-8. Throws like `outlineOf`. */
export function reportAs(type: ReportMediaType, dataSet: DataSet): string {
  return WRITERS[type](outlineOf(dataSet));
}

function plainOf(outline: Outline): string {
  const head = outline.head.map(([name, value]) => `${name}: ${oneLine(value)}`);
  return [outline.name, '', ...head, '', ...outline.children.flatMap((item) => plainLines(item, 0)), ''].join('\n');
} // prettier-ignore

function plainLines(item: OutlineItem, depth: number): readonly string[] {
  const label = [item.name, oneLine(item.value)].filter(Boolean).join(': ');
  const line = `${'  '.repeat(depth)}${label === '' ? item.valueType : label}`;
  return [line, ...item.children.flatMap((child) => plainLines(child, depth + 1))];
}

function htmlOf(outline: Outline): string {
  const head = outline.head.map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  );
  const title = escaped(outline.name === '' ? 'Structured report' : outline.name);
  return [
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>`,
    `<h1>${title}</h1><table>${head.join('')}</table>`,
    htmlList(outline.children),
    '</body></html>',
  ].join('\n');
}

function htmlList(items: readonly OutlineItem[]): string {
  if (items.length === 0) return '';
  const entries = items.map(({ name, value, valueType, children }) => {
    const label = name === '' ? valueType : name;
    const said = value === '' ? '' : `: ${escaped(value).replaceAll('\n', '<br>')}`;
    return `<li><b>${escaped(label)}</b>${said}${htmlList(children)}</li>`;
  });
  return `<ul>${entries.join('\n')}</ul>`;
}

function xmlOf(outline: Outline): string {
  const head = outline.head.map(
    ([name, value]) => `  <header name="${escaped(name)}">${escaped(value)}</header>`,
  );
  const items = outline.children.map((item) => xmlItem(item, 1));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<report title="${escaped(outline.name)}">`,
    ...head,
    ...items,
    '</report>',
    '',
  ].join('\n');
}

function xmlItem({ name, value, valueType, relationship, children }: OutlineItem, depth: number): string {
  const indent = '  '.repeat(depth);
  const open = `${indent}<item relationship="${escaped(relationship)}" valueType="${escaped(valueType)}" name="${escaped(name)}">`;
  const said = value === '' ? '' : `<value>${escaped(value)}</value>`;
  if (children.length === 0) return `${open}${said}</item>`;
  return [`${open}${said}`, ...children.map((child) => xmlItem(child, depth + 1)), `${indent}</item>`].join(
    '\n',
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, ' ');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup characters as references; control characters, which XML 1.0 cannot hold, as U+FFFD. */
function escaped(text: string): string {
  return (
    text
      .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
      // eslint-disable-next-line no-control-regex -- these are the ones that must not stay
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
  );
}
