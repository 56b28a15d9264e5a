/**
 * What must be true of a data folder after a crash: every acknowledged instance is there byte for byte, everything
 * that a search lists can be retrieved whole, and no file lies about that no search lists.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { SentInstance } from './generated-instance.ts';
import type { Book } from './storing-clients.ts';

/** What was found. Every list but `listed` must be empty. */
export interface Findings {
  /** SOP Instance UIDs that searches list. */
  readonly listed: ReadonlySet<string>;
  /** Acknowledged, and absent or other than sent. */
  readonly lost: readonly string[];
  /** Listed, and not retrievable as sent. */
  readonly halfVisible: readonly string[];
  /** Files still staged. */
  readonly staged: readonly string[];
  /** Files kept without a row. */
  readonly orphans: readonly string[];
}

/** Looks at the studies `checked` through DICOMweb, and at the files of the whole folder. Call it while nothing is being stored. */
export async function verify(
  base: string,
  dataFolder: string,
  book: Book,
  checked: readonly string[],
): Promise<Findings> {
  const listed = new Set<string>();
  const halfVisible: string[] = [];
  for (const studyUid of checked) {
    for (const uid of await listedIn(base, studyUid)) {
      listed.add(uid);
      const sent = book.sent.get(uid);
      if (!sent || !(await isWhole(base, sent))) halfVisible.push(uid);
    }
  }
  const isChecked = (uid: string): boolean => checked.includes(book.sent.get(uid)?.studyUid ?? '');
  const expected = [...book.acknowledged].filter(isChecked);
  const broken = new Set(halfVisible);
  const kept = (await filesBelow(join(dataFolder, 'objects'))).map(
    (name) => /^([0-9.]+)-[0-9a-f]{16}\.dcm$/.exec(name)?.[1] ?? name,
  );
  return {
    listed,
    lost: expected.filter((uid) => !listed.has(uid) || broken.has(uid)),
    halfVisible,
    staged: await filesBelow(join(dataFolder, 'staging')),
    orphans: kept.filter((uid) => (isChecked(uid) ? !listed.has(uid) : !book.sent.has(uid))),
  };
}

async function listedIn(base: string, studyUid: string): Promise<string[]> {
  const response = await fetch(`${base}/studies/${studyUid}/instances?limit=100000`);
  if (response.status === 204 || response.status === 404) return [];
  if (response.status !== 200) throw new Error(`a search answered ${response.status}`);
  const found = (await response.json()) as DataSet[];
  return found.map((instance) => textOf(instance, TAG.SOPInstanceUID) ?? '');
}

async function isWhole(base: string, { studyUid, seriesUid, sopInstanceUid, sha256 }: SentInstance) {
  const path = `${base}/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`;
  const response = await fetch(path, { headers: { Accept: 'application/dicom; transfer-syntax=*' } });
  if (response.status !== 200) return false;
  const bytes = new Uint8Array(await response.arrayBuffer());
  return createHash('sha256').update(bytes).digest('hex') === sha256;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => basename(entry.name));
}
