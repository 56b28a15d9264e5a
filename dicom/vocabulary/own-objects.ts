/**
 * Objects that Osteon made, known by what they say of themselves, wherever they come from.
 */
import type { DataSet } from './data-set.ts';
import { textOf } from './data-set.ts';
import { TAG } from './dictionary.ts';
import { MANUFACTURER, SOP_CLASS } from './uids.ts';

/** True for a summary image of a result set. Pictures that were imported have no Manufacturer and nothing burned in. */
export function isOwnSummary(dataSet: DataSet): boolean {
  return (
    textOf(dataSet, TAG.SOPClassUID) === SOP_CLASS.secondaryCapture &&
    textOf(dataSet, TAG.Manufacturer) === MANUFACTURER &&
    textOf(dataSet, TAG.BurnedInAnnotation) === 'YES'
  );
}
