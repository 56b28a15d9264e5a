/**
 * The data set every room shares: the DICOM JSON Model (PS3.18 Annex F), held as plain values.
 *
 * Trap: a tag key is eight upper-case hexadecimal digits without a comma; an absent value is an element
 * without `Value`, which is not the same as an absent element.
 */

/** A tag as eight upper-case hexadecimal digits, e.g. `0020000D`. */
export type Tag = string;

/** A person name in its component groups. PS3.18 F.2.2. */
export interface PersonName {
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
}

/** One value of an element: text, number, person name, or a sequence item. `null` is an empty value among others. */
export type ElementValue = string | number | PersonName | DataSet | null;

/** One element of a data set. `InlineBinary` is base64; `BulkDataURI` points at bytes held elsewhere. PS3.18 F.2.2. */
export interface DataElement {
  readonly vr: string;
  readonly Value?: readonly ElementValue[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}

/** A data set without group 0002, keyed by tag. */
export interface DataSet {
  readonly [tag: Tag]: DataElement;
}

/** First value of an element as text; `undefined` when the element or its value is absent. Numbers become text. */
export function textOf(dataSet: DataSet, tag: Tag): string | undefined {
  const value = dataSet[tag]?.Value?.[0];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** All values of an element as text. */
export function textsOf(dataSet: DataSet, tag: Tag): readonly string[] {
  return (dataSet[tag]?.Value ?? []).flatMap((value) =>
    typeof value === 'string' ? [value] : typeof value === 'number' ? [String(value)] : [],
  );
}

/** First value of an element as a finite number; `undefined` when absent or not numeric. */
export function numberOf(dataSet: DataSet, tag: Tag): number | undefined {
  return numbersOf(dataSet, tag)[0];
}

/** All numeric values of an element; DS and IS texts are converted, what is no number is dropped. */
export function numbersOf(dataSet: DataSet, tag: Tag): readonly number[] {
  return (dataSet[tag]?.Value ?? []).flatMap((value) => {
    const number =
      typeof value === 'number'
        ? value
        : typeof value === 'string' && value.trim() !== ''
          ? Number(value)
          : NaN;
    return Number.isFinite(number) ? [number] : [];
  });
}

/** The items of a sequence element; empty when absent. */
export function itemsOf(dataSet: DataSet, tag: Tag): readonly DataSet[] {
  return (dataSet[tag]?.Value ?? []).filter(isItem);
}

/** First value of a PN element; `undefined` when absent. */
export function personNameOf(dataSet: DataSet, tag: Tag): PersonName | undefined {
  const element = dataSet[tag];
  const value = element?.Value?.[0];
  return element?.vr === 'PN' && typeof value === 'object' && value !== null ? value : undefined;
}

/** True for an item of a sequence (or a person name: the VR tells them apart). */
export function isItem(value: ElementValue): value is DataSet {
  return typeof value === 'object' && value !== null;
}
