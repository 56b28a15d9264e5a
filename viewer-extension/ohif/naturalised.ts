/**
 * An instance as OHIF holds it (attributes by keyword, as dcmjs naturalises them) → the data set that our reader takes.
 *
 * Trap: what OHIF adds to an instance (image ids, addresses) is no attribute and is left behind; so is every attribute
 * that our dictionary does not name, since no reader of ours asks for it.
 */
import type { DataElement, DataSet, ElementValue } from '../../dicom/vocabulary/data-set.ts';
import { TAG, vrOf, type Keyword } from '../../dicom/vocabulary/dictionary.ts';

/** Sequences within sequences that are read; content trees are at most half as deep as this. */
const DEEPEST = 64;

/** Converts an instance. What is no object gives an empty data set. */
export function dataSetOfNaturalised(instance: unknown, depth = 0): DataSet {
  if (!isRecord(instance) || depth > DEEPEST) return {};
  const dataSet: Record<string, DataElement> = {};
  // By the attributes that are there, which are few, not by those there might be. OHIF may have lent some by prototype.
  for (const keyword in instance) {
    const value = instance[keyword];
    if (!isKeyword(keyword) || value === undefined || value === null) continue;
    const vr = vrOf(keyword);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const values = list.map((one) => elementValue(one, vr, depth)).filter((one) => one !== undefined);
    dataSet[TAG[keyword]] = values.length > 0 ? { vr, Value: values } : { vr };
  }
  return dataSet;
}

function isKeyword(name: string): name is Keyword {
  return Object.hasOwn(TAG, name);
}

/** An empty value keeps its place: what is no number in a list of coordinates must not move those after it. */
function elementValue(value: unknown, vr: string, depth: number): ElementValue | undefined {
  if (value === null) return null;
  if (vr === 'SQ') return isRecord(value) ? dataSetOfNaturalised(value, depth + 1) : undefined;
  if (vr === 'PN') return personName(value);
  if (typeof value === 'number') return value;
  // dcmjs keeps the text of a DS or IS in an object of its own.
  return typeof value === 'string' || value instanceof String ? String(value) : undefined;
}

function personName(value: unknown): ElementValue | undefined {
  if (typeof value === 'string') return { Alphabetic: value };
  if (!isRecord(value)) return undefined;
  const groups = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;
  return Object.fromEntries(
    groups.flatMap((group) => (typeof value[group] === 'string' ? [[group, value[group]]] : [])),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
