/**
 * What kind of result each of many studies has. The server knows only how far an analysis is; what was found stands in the
 * reports, which are fetched a few at a time and once each.
 */
import { analysisStatement, type Analysis, type Tone } from '../core/analysis-state.ts';
import { summaryOf } from '../core/study-result.ts';
import type { AnalysesClient } from './analyses-client.ts';
import type { ReportStore } from './services.ts';

/** The kinds of result, the gravest first; the order in which a list is sorted by them. */
export const RESULT_KINDS = ['finding', 'suspicious', 'problem', 'pending', 'clear', 'none'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** As a statement sounds, so is its kind. */
const KIND_OF_TONE = {
  finding: 'finding',
  suspicious: 'suspicious',
  problem: 'problem',
  busy: 'pending',
  clear: 'clear',
  quiet: 'none',
} as const satisfies Record<Tone, ResultKind>;

export interface ResultSources {
  readonly analyses: Pick<AnalysesClient, 'list'>;
  readonly reports: Pick<ReportStore, 'load'>;
}

/** Studies asked for at once: their UIDs stand in an address. */
const STUDIES_A_REQUEST = 50;
const REPORTS_AT_ONCE = 6;

/** By Study Instance UID; a study that was never analysed is absent. */
export async function resultKinds(
  { analyses, reports }: ResultSources,
  studyUids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ResultKind>> {
  const kinds = new Map<string, ResultKind>();
  const waiting: Analysis[] = [];
  for (let from = 0; from < studyUids.length; from += STUDIES_A_REQUEST) {
    waiting.push(...(await analyses.list(studyUids.slice(from, from + STUDIES_A_REQUEST), signal)));
  }
  const work = async () => {
    for (let analysis = waiting.pop(); analysis && !signal.aborted; analysis = waiting.pop()) {
      kinds.set(analysis.studyInstanceUid, await kindOf(analysis, reports));
    }
  };
  await Promise.all(Array.from({ length: REPORTS_AT_ONCE }, work));
  return kinds;
}

async function kindOf(analysis: Analysis, reports: ResultSources['reports']): Promise<ResultKind> {
  const { studyInstanceUid, state, report } = analysis;
  const read = state === 'done' && report && (await reports.load({ studyInstanceUid, ...report }));
  return KIND_OF_TONE[(read ? summaryOf(read) : analysisStatement(analysis)).tone];
}
