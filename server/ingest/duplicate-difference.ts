/**
 * In what two instances of one SOP Instance UID differ, by the names of attributes. Values are not told.
 *
 * Trap: long binary values are not part of a header, so files may differ in nothing that this can name.
 */
import { keywordOf } from '../../dicom/read/tag-dictionary.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';

const MOST_NAMES = 5;

/** What tells one instance from another. */
export interface Comparable {
  readonly transferSyntaxUid: string;
  readonly metadata: DataSet;
}

/** E.g. `PatientID, StudyDate`. */
export function differenceBetween(known: Comparable, offered: Comparable): string {
  const names = [
    ...(known.transferSyntaxUid === offered.transferSyntaxUid ? [] : ['TransferSyntaxUID']),
    ...differingTags(known.metadata, offered.metadata).map((tag) => keywordOf(tag) ?? tag),
  ];
  if (names.length === 0) return 'Pixel Data, long binary values, or how they are written';
  const rest = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function differingTags(known: DataSet, offered: DataSet): string[] {
  const tags = new Set([...Object.keys(known), ...Object.keys(offered)]);
  return [...tags].filter((tag) => JSON.stringify(known[tag]) !== JSON.stringify(offered[tag])).sort();
}
