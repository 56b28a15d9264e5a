/**
 * XML text → a tree of elements. The one importer of saxes, which knows the five entities of XML and expands no other.
 *
 * Trap: a document type may declare entities, so any document type is refused; depth and number of elements are limited.
 */
import { SaxesParser } from 'saxes';
import { PacsError } from '../vocabulary/failure.ts';

/** One element. `text` is all character data directly in it. */
export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

/** Three levels of XML for a level of sequence, as deep as a Part 10 file may nest. */
const MAX_DEPTH = 3 * 48;
const MAX_ELEMENTS = 2_000_000;

/** Reads a document. Throws `malformed-dicom` for what is not well-formed or has a document type, `too-large` beyond a limit. */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  const top: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open: OpenElement[] = [top];
  let count = 0;
  parser.on('error', () => {
    throw malformed(`is not well-formed in line ${parser.line}`);
  });
  parser.on('doctype', () => {
    throw malformed('has a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (++count > MAX_ELEMENTS) throw tooLarge(`more than ${MAX_ELEMENTS} elements`);
    if (open.length > MAX_DEPTH) throw tooLarge(`elements nested deeper than ${MAX_DEPTH}`);
    open.push({ name: localName(name), attributes, children: [], text: '' });
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element) open.at(-1)?.children.push(element);
  });
  const addText = (data: string): void => {
    const element = open.at(-1);
    if (element) element.text += data;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  const [root] = top.children;
  if (!root) throw malformed('has no element');
  return root;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function malformed(what: string): PacsError {
  return new PacsError('malformed-dicom', `The XML ${what}`);
}

function tooLarge(what: string): PacsError {
  return new PacsError('too-large', `The XML has ${what}`);
}
