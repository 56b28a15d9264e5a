/**
 * Native DICOM Model → data set: the inverse of `native-model-writer.ts`. PS3.19 A.1.
 *
 * Trap: a number of a DS or IS becomes a number only where that loses nothing; `1.50` stays text, since it would go into
 * the file as `1.5`.
 */
import { keywordOf, tagOfKeyword } from '../read/tag-dictionary.ts';
import type { DataElement, DataSet, ElementValue, PersonName, Tag } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { NAME_COMPONENTS, NAME_GROUPS } from './native-model-writer.ts';
import { withBlocks, type PortableTag } from './private-blocks.ts';
import { isValueRepresentation } from './value-representation.ts';
import { parseXml, type XmlElement } from './xml-tree.ts';

const BINARY_NUMBERS = /^(FL|FD|SL|SS|UL|US)$/;
const DECIMAL_TEXTS = /^(DS|IS|SV|UV)$/;
const MAX_VALUES = 1_000_000;

/** Reads one document. Throws `malformed-dicom` where it is not the model, `invalid-value` naming the attribute, `too-large`. */
export function readNativeModel(text: string): DataSet {
  const root = parseXml(text);
  if (root.name !== 'NativeDicomModel') {
    throw new PacsError('malformed-dicom', 'The root of the XML must be NativeDicomModel (PS3.19 A.1)');
  }
  return dataSetOf(root);
}

function dataSetOf(parent: XmlElement): DataSet {
  const attributes = parent.children.filter(({ name }) => name === 'DicomAttribute');
  return withBlocks(attributes.map((element) => [tagOf(element), elementOf(element)]));
}

function tagOf({ attributes }: XmlElement): PortableTag {
  const { tag, keyword, privateCreator } = attributes;
  const found: Tag | undefined =
    tag === undefined && keyword !== undefined ? tagOfKeyword(keyword) : tag?.toUpperCase();
  if (found === undefined || !/^[0-9A-F]{8}$/.test(found)) {
    throw new PacsError('malformed-dicom', 'A DicomAttribute has no tag of eight hexadecimal digits');
  }
  // A writer may name the creator and keep the block in the tag; then the tag says it all.
  const isPortable = found.startsWith('00', 4) && keywordOf(found) === undefined;
  return privateCreator === undefined || !isPortable ? { tag: found } : { tag: found, privateCreator };
}

function elementOf(element: XmlElement): DataElement {
  const { vr = '', tag = '' } = element.attributes;
  if (!isValueRepresentation(vr))
    throw new PacsError('invalid-value', `Attribute ${tag} has no VR of PS3.5 6.2`);
  const bulk = childOf(element, 'BulkData');
  if (bulk) return { vr, BulkDataURI: bulkAddress(bulk, tag) };
  const inline = childOf(element, 'InlineBinary');
  if (inline) return { vr, InlineBinary: inline.text.replace(/\s+/g, '') };
  const name = vr === 'SQ' ? 'Item' : vr === 'PN' ? 'PersonName' : 'Value';
  const values = inOrder(
    element.children.filter((child) => child.name === name),
    tag,
  ).map((child) => child && valueOf(vr, child, tag));
  return values.length === 0 ? { vr } : { vr, Value: values.map((value) => value ?? null) };
}

/** By the attribute `number`, from 1; numbers that are left out are empty values. */
function inOrder(children: readonly XmlElement[], tag: Tag): (XmlElement | undefined)[] {
  const ordered: (XmlElement | undefined)[] = [];
  children.forEach((child, index) => {
    const number = Number(child.attributes['number'] ?? index + 1);
    if (!Number.isInteger(number) || number < 1 || number > MAX_VALUES || ordered[number - 1]) {
      throw new PacsError('invalid-value', `Attribute ${tag}: values must be numbered from 1, each once`);
    }
    while (ordered.length < number) ordered.push(undefined);
    ordered[number - 1] = child;
  });
  return ordered;
}

function valueOf(vr: string, element: XmlElement, tag: Tag): ElementValue {
  if (vr === 'SQ') return dataSetOf(element);
  if (vr === 'PN') return personNameOf(element);
  const { text } = element;
  if (text === '') return null;
  if (BINARY_NUMBERS.test(vr)) return binaryNumber(text, vr, tag);
  return DECIMAL_TEXTS.test(vr) ? decimal(text, vr) : text;
}

function binaryNumber(text: string, vr: string, tag: Tag): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(number)) return number;
  throw new PacsError('invalid-value', `Attribute ${tag} with VR ${vr} holds something else than a number`);
}

/** A number where its text is what the number would be written as; 64-bit integers only as far as they are exact. */
function decimal(text: string, vr: string): string | number {
  const number = Number(text);
  const isExact = vr === 'DS' ? Number.isFinite(number) : Number.isSafeInteger(number);
  return isExact && String(number) === text ? number : text;
}

function personNameOf(element: XmlElement): PersonName | null {
  const groups = NAME_GROUPS.flatMap((name) => {
    const group = childOf(element, name);
    return group ? [[name, componentsOf(group)] as const] : [];
  });
  return groups.length === 0 ? null : Object.fromEntries(groups);
}

function componentsOf(group: XmlElement): string {
  const components = NAME_COMPONENTS.map((name) => childOf(group, name)?.text);
  const last = components.findLastIndex((component) => component !== undefined);
  return components
    .slice(0, last + 1)
    .map((component) => component ?? '')
    .join('^');
}

/** PS3.19 A.1.6 spells the attribute `uri`; Orthanc spells it in capitals. */
function bulkAddress({ attributes }: XmlElement, tag: Tag): string {
  const address = attributes['uri'] ?? attributes['URI'] ?? attributes['uuid'];
  if (address !== undefined && address !== '') return address;
  throw new PacsError('invalid-value', `Attribute ${tag}: BulkData has neither uri nor uuid`);
}

function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}
