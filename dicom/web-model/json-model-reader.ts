/**
 * DICOM JSON Model from outside → data sets. PS3.18 F.2.
 *
 * Trap: JSON says nothing of what is inside, so every value is looked at before it is believed to be one of its VR.
 */
import type { DataElement, DataSet, ElementValue, PersonName, Tag } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { isValueRepresentation } from './value-representation.ts';

const MAX_DEPTH = 48;
const NAME_GROUPS: ReadonlySet<string> = new Set(['Alphabetic', 'Ideographic', 'Phonetic']);

/** Reads an array of data sets, or one alone. Throws `malformed-dicom` where the text is no JSON or not the model, `invalid-value` naming the attribute. */
export function readJsonModel(text: string): DataSet[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new PacsError('malformed-dicom', 'The metadata is not JSON'); // the parser's message would quote it
  }
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return list.map((item) => dataSetFrom(item, 0));
}

function dataSetFrom(value: unknown, depth: number): DataSet {
  if (depth > MAX_DEPTH) {
    throw new PacsError('malformed-dicom', `Sequences are nested deeper than ${MAX_DEPTH} levels`);
  }
  if (!isObject(value)) throw new PacsError('malformed-dicom', 'A data set in JSON must be an object');
  const dataSet: Record<Tag, DataElement> = {};
  for (const [key, element] of Object.entries(value)) {
    if (!/^[0-9A-Fa-f]{8}$/.test(key)) {
      throw new PacsError('malformed-dicom', 'A name in a JSON data set is not a tag of eight digits');
    }
    dataSet[key.toUpperCase()] = elementFrom(key, element, depth);
  }
  return dataSet;
}

function elementFrom(tag: Tag, value: unknown, depth: number): DataElement {
  if (!isObject(value)) throw refused(tag, 'is not an object');
  const { vr, Value, InlineBinary, BulkDataURI } = value;
  if (typeof vr !== 'string' || !isValueRepresentation(vr)) throw refused(tag, 'has no VR of PS3.5 6.2');
  if (BulkDataURI !== undefined) {
    if (typeof BulkDataURI !== 'string') throw refused(tag, 'has a BulkDataURI that is no text');
    return { vr, BulkDataURI };
  }
  if (InlineBinary !== undefined) {
    if (typeof InlineBinary !== 'string') throw refused(tag, 'has an InlineBinary that is no text');
    return { vr, InlineBinary };
  }
  if (Value === undefined) return { vr };
  if (!Array.isArray(Value)) throw refused(tag, 'has a Value that is no array');
  return Value.length === 0 ? { vr } : { vr, Value: Value.map((item) => valueFrom(tag, vr, item, depth)) };
}

function valueFrom(tag: Tag, vr: string, value: unknown, depth: number): ElementValue {
  if (value === null) return vr === 'SQ' ? {} : null;
  if (vr === 'SQ') return dataSetFrom(value, depth + 1);
  if (vr === 'PN') return personNameFrom(tag, value);
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw refused(tag, `with VR ${vr} holds something else than text or a number`);
}

/** The plain text of older writers is the alphabetic group. */
function personNameFrom(tag: Tag, value: unknown): PersonName {
  if (typeof value === 'string') return { Alphabetic: value };
  if (!isObject(value)) throw refused(tag, 'with VR PN holds something else than a name');
  const groups = Object.entries(value).map(([group, text]) => {
    if (!NAME_GROUPS.has(group) || typeof text !== 'string') {
      throw refused(tag, 'with VR PN has a component group that is none of PS3.18 F.2.2');
    }
    return [group, text] as const;
  });
  return Object.fromEntries(groups);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(tag: Tag, what: string): PacsError {
  return new PacsError('invalid-value', `Attribute ${tag.toUpperCase()} ${what}`);
}
