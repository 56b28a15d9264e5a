/**
 * The damaged file of a case: which file of a folder, and what was done to it, follow from a seed and the case's number.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fork } from '../../dicom/phantom/random.ts';
import { below, mutate } from './mutate.ts';

/** The file of a case: the same for the same seed, number and corpus. */
export function damagedFile(
  files: readonly string[],
  seed: number,
  index: number,
): { readonly name: string; readonly bytes: Uint8Array; readonly done: readonly string[] } {
  const random = fork(seed, `case ${index}`);
  const name = files[below(random, files.length)] ?? '';
  const donor = files[below(random, files.length)] ?? '';
  return { name, ...mutate(readFileSync(name), readFileSync(donor), random) };
}

/** Paths of the files of a folder, sorted; lists and licences among them do no harm. */
export function corpusFiles(folder: string, maxFileBytes: number): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => {
      const stat = statSync(path);
      return stat.isFile() && stat.size > 0 && stat.size <= maxFileBytes;
    })
    .sort();
}
