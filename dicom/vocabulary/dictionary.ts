/**
 * The attributes Osteon names in code: keyword → tag and VR. PS3.6 Chapter 6.
 *
 * The whole dictionary, needed only to read implicit VR and to answer `includefield`, lies in `dicom/read/dictionary.json`;
 * a test compares the two. Where the VR depends on Pixel Representation (US or SS) the table says US.
 */
import { ATTRIBUTES } from './attributes.ts';
import type { DataElement, DataSet, ElementValue, Tag } from './data-set.ts';

/** A keyword this code may name. */
export type Keyword = keyof typeof ATTRIBUTES;

/** Keyword → tag, e.g. `TAG.PatientID === '00100020'`. */
export const TAG = Object.fromEntries(
  Object.entries(ATTRIBUTES).map(([keyword, [tag]]) => [keyword, tag]),
) as {
  readonly [K in Keyword]: (typeof ATTRIBUTES)[K][0];
};

/** VR of a keyword of the table. */
export function vrOf(keyword: Keyword): string {
  return ATTRIBUTES[keyword][1];
}

/** Values for {@link dataSetOf}: a list, or one value; `undefined` leaves the attribute out, `[]` makes it empty. */
export type ElementInput = ElementValue | readonly ElementValue[] | undefined;

/** Builds a data set from keywords, VRs from the table. Attributes given as `undefined` are absent. */
export function dataSetOf(values: { readonly [K in Keyword]?: ElementInput }): DataSet {
  const dataSet: Record<Tag, DataElement> = {};
  for (const [keyword, input] of Object.entries(values) as [Keyword, ElementInput][]) {
    if (input === undefined) continue;
    const list = isList(input) ? input : [input];
    const [tag, vr] = ATTRIBUTES[keyword];
    dataSet[tag] = list.length === 0 ? { vr } : { vr, Value: list };
  }
  return dataSet;
}

function isList(input: ElementValue | readonly ElementValue[]): input is readonly ElementValue[] {
  return Array.isArray(input);
}
