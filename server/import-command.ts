/**
 * `--import`: stores the files, waits for their analyses, and prints what came of them.
 */
import { setTimeout as wait } from 'node:timers/promises';

import { listAnalyses, type AnalysisRecord } from './analysis/analysis-records.ts';
import type { Command } from './command-line.ts';
import { importFiles, type ImportedFile } from './ingest/import-files.ts';
import { importReport } from './ingest/import-report.ts';
import { showProgress, type ProgressOutput } from './operations/progress.ts';
import type { OsteonServer } from './wiring.ts';

const POLL_MS = 300;

/** Runs an import to its end. Returns true when no file was refused and no analysis failed. */
export async function runImport(
  server: OsteonServer,
  command: Command,
  maxObjectBytes: number,
  output: ProgressOutput,
  signal: AbortSignal,
): Promise<boolean> {
  let show: ((done: number) => void) | undefined;
  const files = await importFiles(command.importPaths, command.description, {
    instances: server.instances,
    maxObjectBytes,
    signal,
    onProgress: (done, total) => {
      show ??= showProgress('Importing', total, output);
      show(done);
    },
  });
  const studyUids = studiesOf(files);
  if (command.boneAge) {
    for (const studyUid of studyUids) await server.analysis.request(studyUid, { boneAge: true });
  }
  const analyses = await untilAnalysed(server, studyUids, output, signal);
  output.write(`\n${importReport(files, analyses)}\n\n`);
  return (
    files.every(({ status }) => status !== 'refused') &&
    [...analyses.values()].every(({ state }) => state !== 'failed')
  );
}

function studiesOf(files: readonly ImportedFile[]): readonly string[] {
  const uids = files.flatMap((file) => (file.status === 'refused' ? [] : [file.studyInstanceUid]));
  return [...new Set(uids)];
}

/** The analyses by study, once none is waiting or running; a study that holds nothing to analyse has none. */
async function untilAnalysed(
  { database }: OsteonServer,
  studyUids: readonly string[],
  output: ProgressOutput,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AnalysisRecord>> {
  if (studyUids.length === 0) return new Map();
  const show = showProgress('Analysing', studyUids.length, output);
  for (;;) {
    const records = await listAnalyses(database, studyUids, studyUids.length);
    const open = records.filter(({ state }) => state === 'waiting' || state === 'running');
    show(studyUids.length - open.length);
    if (open.length === 0 || signal.aborted) {
      return new Map(records.map((record) => [record.studyInstanceUid, record]));
    }
    await wait(POLL_MS);
  }
}
