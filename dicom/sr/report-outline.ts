/**
 * Any structured report as an outline: what each content item is called and says, in words. PS3.3 C.17.3, C.18.
 *
 * No template is needed and none is trusted. Trap: a report may come from anyone, so nothing here throws but for absurd
 * nesting, and texts are data that the writers escape.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { itemsOf, numbersOf, personNameOf, textOf, textsOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { ContentNode, readCode } from './content-tree.ts';

/** One content item in words. */
export interface OutlineItem {
  /** Meaning of the concept name; empty where the item has none. */
  readonly name: string;
  /** The value in words; empty for containers and where there is none. */
  readonly value: string;
  readonly valueType: string;
  readonly relationship: string;
  readonly children: readonly OutlineItem[];
}

/** A report in words. */
export interface Outline extends OutlineItem {
  /** Whose and when, as lines of name and value; what the report does not say is left out. */
  readonly head: readonly (readonly [name: string, value: string])[];
}

/** The outline of a report. Throws `malformed-dicom` for a data set that is none, or is nested absurdly. */
export function outlineOf(dataSet: DataSet): Outline {
  const root = new ContentNode(dataSet);
  if (root.valueType !== 'CONTAINER') {
    throw new PacsError(
      'malformed-dicom',
      'ValueType of the root is not CONTAINER; expected a structured report',
    );
  }
  return { ...itemOf(root), head: headOf(dataSet) };
}

function itemOf(node: ContentNode): OutlineItem {
  return {
    name: node.concept?.meaning ?? '',
    value: valueOf(node),
    valueType: node.valueType,
    relationship: textOf(node.item, TAG.RelationshipType) ?? '',
    children: node.children.map(itemOf),
  };
}

type Words = (node: ContentNode) => string;

/** How each value type is said. PS3.3 Table C.17.3-7. */
const WORDS: Readonly<Record<string, Words>> = {
  TEXT: ({ text }) => text ?? '',
  UIDREF: ({ text }) => text ?? '',
  CODE: ({ code }) => code?.meaning ?? '',
  NUM: ({ measurement }) =>
    measurement ? `${measurement.value} ${measurement.units?.meaning ?? ''}`.trim() : '',
  PNAME: ({ item }) => nameOf(item, TAG.PersonName),
  DATE: ({ item }) => dateOf(textOf(item, TAG.Date)),
  TIME: ({ item }) => timeOf(textOf(item, TAG.Time)),
  DATETIME: ({ item }) => textOf(item, TAG.DateTime) ?? '',
  IMAGE: referenceOf,
  WAVEFORM: referenceOf,
  COMPOSITE: referenceOf,
  SCOORD: coordinatesOf,
  SCOORD3D: coordinatesOf,
};

/** What an item says, in words; empty for containers and where it says nothing. */
export function valueOf(node: ContentNode): string {
  return (Object.hasOwn(WORDS, node.valueType) ? WORDS[node.valueType] : undefined)?.(node) ?? '';
}

function referenceOf({ item }: ContentNode): string {
  const [reference] = itemsOf(item, TAG.ReferencedSOPSequence);
  if (!reference) return '';
  const frames = textsOf(reference, TAG.ReferencedFrameNumber);
  const uid = textOf(reference, TAG.ReferencedSOPInstanceUID) ?? '';
  return frames.length === 0 ? uid : `${uid}, frame ${frames.join(', ')}`;
}

function coordinatesOf({ item }: ContentNode): string {
  const points = numbersOf(item, TAG.GraphicData);
  return `${textOf(item, TAG.GraphicType) ?? ''} ${points.map(String).join(' ')}`.trim();
}

function headOf(dataSet: DataSet): Outline['head'] {
  const verified = textOf(dataSet, TAG.VerificationFlag);
  const state = [textOf(dataSet, TAG.CompletionFlag), verified].filter(Boolean).join(', ');
  const [observer] = itemsOf(dataSet, TAG.VerifyingObserverSequence);
  const lines: Outline['head'] = [
    ['Patient', nameOf(dataSet, TAG.PatientName)],
    ['Patient ID', textOf(dataSet, TAG.PatientID) ?? ''],
    ['Born', dateOf(textOf(dataSet, TAG.PatientBirthDate))],
    ['Sex', textOf(dataSet, TAG.PatientSex) ?? ''],
    ['Accession number', textOf(dataSet, TAG.AccessionNumber) ?? ''],
    ['Study', dateOf(textOf(dataSet, TAG.StudyDate))],
    ['Written', `${dateOf(textOf(dataSet, TAG.ContentDate))} ${timeOf(textOf(dataSet, TAG.ContentTime))}`.trim()],
    ['Manufacturer', textOf(dataSet, TAG.Manufacturer) ?? ''],
    ['State', state],
    ['Verified by', observer ? (readCode(observer, TAG.VerifyingObserverIdentificationCodeSequence)?.meaning ?? nameOf(observer, TAG.VerifyingObserverName)) : ''],
  ]; // prettier-ignore
  return lines.filter(([, value]) => value !== '');
}

/** The first component group there is, components apart by spaces. PS3.5 6.2.1. */
function nameOf(dataSet: DataSet, tag: string): string {
  const name = personNameOf(dataSet, tag);
  const group = name?.Alphabetic ?? name?.Ideographic ?? name?.Phonetic ?? '';
  return group.split('^').filter(Boolean).join(' ');
}

function dateOf(text = ''): string {
  return text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
}

function timeOf(text = ''): string {
  return text.replace(/^(\d{2})(\d{2})(\d{2}).*$/, '$1:$2:$3');
}
