/**
 * What an import came to, as a table that people read: what was stored, analysed, refused, and why.
 */
import { basename } from 'node:path';

import type { AnalysisRecord } from '../analysis/analysis-records.ts';
import { textTable } from '../operations/text-table.ts';
import type { ImportedFile } from './import-files.ts';

interface Line {
  readonly storage: string;
  readonly analysis: string;
  readonly reason: string;
}

/** One row per combination of outcome and reason, with its number of files and one file for example. */
export function importReport(
  files: readonly ImportedFile[],
  analyses: ReadonlyMap<string, AnalysisRecord>,
): string {
  const groups = new Map<string, { line: Line; paths: string[] }>();
  for (const file of files) {
    const line = lineOf(file, analyses);
    const key = JSON.stringify(line);
    const group = groups.get(key) ?? { line, paths: [] };
    group.paths.push(file.path);
    groups.set(key, group);
  }
  const rows = [...groups.values()]
    .toSorted((one, other) => other.paths.length - one.paths.length)
    .map(({ line, paths }) => [
      String(paths.length),
      line.storage,
      line.analysis,
      basename(paths[0] ?? ''),
      line.reason,
    ]);
  return textTable(['Files', 'Storage', 'Analysis', 'For example', 'Reason'], rows);
}

function lineOf(file: ImportedFile, analyses: ReadonlyMap<string, AnalysisRecord>): Line {
  if (file.status === 'refused') return { storage: 'refused', analysis: '—', reason: file.reason };
  const study = analyses.get(file.studyInstanceUid);
  const image = study?.images.find(({ sopInstanceUid }) => sopInstanceUid === file.sopInstanceUid);
  return {
    storage: file.status,
    analysis: image?.state ?? study?.state ?? 'not analysed',
    reason: image?.reason ?? study?.reason ?? '',
  };
}
