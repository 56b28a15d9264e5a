/**
 * Data set → Native DICOM Model, the XML form of a data set. PS3.19 A.1, PS3.18 F.3.
 *
 * Trap: XML 1.0 has no way to say most control characters, not even as references; they become U+FFFD.
 */
import { keywordOf } from '../read/tag-dictionary.ts';
import type { DataElement, DataSet, ElementValue, PersonName, Tag } from '../vocabulary/data-set.ts';
import { isItem } from '../vocabulary/data-set.ts';
import { portableTag } from './private-blocks.ts';

/** Component groups of a name and components of a group, in their order. PS3.19 Table A.1.5-2, PS3.5 6.2.1. */
export const NAME_GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;
export const NAME_COMPONENTS = ['FamilyName', 'GivenName', 'MiddleName', 'NamePrefix', 'NameSuffix'] as const;
/** Namespace of the model's elements. PS3.19 A.1.6. */
export const NATIVE_DICOM_NAMESPACE = 'http://dicom.nema.org/PS3.19/models/NativeDICOM';

/** Writes one data set as one document. Tags come in ascending order; equal data sets give equal text. */
export function writeNativeModel(dataSet: DataSet): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="${NATIVE_DICOM_NAMESPACE}" xml:space="preserve">${attributesOf(dataSet)}</NativeDicomModel>`;
}

function attributesOf(dataSet: DataSet): string {
  return Object.entries(dataSet)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, element]) => attributeOf(dataSet, tag, element))
    .join('');
}

function attributeOf(dataSet: DataSet, tag: Tag, element: DataElement): string {
  const name = portableTag(dataSet, tag);
  const keyword = keywordOf(tag);
  const head = [
    `tag="${name.tag}" vr="${escaped(element.vr)}"`,
    ...(keyword === undefined ? [] : [`keyword="${keyword}"`]),
    ...(name.privateCreator === undefined ? [] : [`privateCreator="${escaped(name.privateCreator)}"`]),
  ].join(' ');
  const content = contentOf(element);
  return content === '' ? `<DicomAttribute ${head}/>` : `<DicomAttribute ${head}>${content}</DicomAttribute>`;
}

function contentOf(element: DataElement): string {
  if (element.BulkDataURI !== undefined) return `<BulkData uri="${escaped(element.BulkDataURI)}"/>`;
  if (element.InlineBinary !== undefined)
    return `<InlineBinary>${escaped(element.InlineBinary)}</InlineBinary>`;
  const values = element.Value ?? [];
  return values
    .map((value, index) => valueOf(element.vr, value, index + 1, index === values.length - 1))
    .join('');
}

/** An empty value among others is left out: numbers tell that it was there. The last one has none behind it, so it is written. */
function valueOf(vr: string, value: ElementValue, number: number, isLast: boolean): string {
  const name = vr === 'SQ' ? 'Item' : vr === 'PN' ? 'PersonName' : 'Value';
  if (value === null) return isLast ? `<${name} number="${number}"/>` : '';
  return `<${name} number="${number}">${textOfValue(vr, value)}</${name}>`;
}

function textOfValue(vr: string, value: Exclude<ElementValue, null>): string {
  if (typeof value !== 'object') return escaped(String(value));
  return vr === 'PN' || !isItem(value) ? personNameOf(value) : attributesOf(value);
}

function personNameOf(name: PersonName): string {
  return NAME_GROUPS.map((group) => {
    const text = name[group];
    return text === undefined ? '' : `<${group}>${componentsOf(text)}</${group}>`;
  }).join('');
}

/** Components by name; what stands behind the fifth stays with it. An empty one is written only where it is the last. */
function componentsOf(text: string): string {
  const parts = text.split('^');
  const components = [
    ...parts.slice(0, NAME_COMPONENTS.length - 1),
    ...(parts.length < NAME_COMPONENTS.length ? [] : [parts.slice(NAME_COMPONENTS.length - 1).join('^')]),
  ];
  return components
    .map((component, index) => {
      const name = NAME_COMPONENTS[index] ?? '';
      if (component !== '') return `<${name}>${escaped(component)}</${name}>`;
      return index === components.length - 1 ? `<${name}/>` : '';
    })
    .join('');
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text as content or attribute value; line ends by reference, since a reader normalises them otherwise. XML 1.0 2.2, 2.11. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"\t\n\r]/g, (character) => REFERENCES[character] ?? character)
    .replace(/[^\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
