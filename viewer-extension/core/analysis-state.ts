/**
 * The state of an analysis as the server tells it (`/api/analyses`), and its words. Silence is never a result: every
 * state, also the absence of one, has a sentence.
 *
 * Trap: this says only whether something ran. What was found is in the report stored with the study, nowhere else.
 */
import { ENGLISH, type FindingWords } from './messages.ts';
import { plainText } from './text.ts';

export const ANALYSIS_STATES = ['waiting', 'running', 'done', 'rejected', 'failed'] as const;
export type AnalysisState = (typeof ANALYSIS_STATES)[number];

export const IMAGE_STATES = ['analysed', 'rejected', 'failed'] as const;
export type ImageState = (typeof IMAGE_STATES)[number];

/** What became of the analysis of one image. */
export interface ImageAnalysis {
  readonly sopInstanceUid: string;
  readonly state: ImageState;
  readonly reason?: string;
}

/** One study's analysis. Times are as the server wrote them. */
export interface Analysis {
  readonly studyInstanceUid: string;
  readonly state: AnalysisState;
  readonly reason?: string;
  readonly images: readonly ImageAnalysis[];
  /** The report that holds the findings, once it is stored. */
  readonly report?: { readonly seriesInstanceUid: string; readonly sopInstanceUid: string };
}

/** How a statement is to be shown: `finding` and `suspicious` follow the operating points. */
export type Tone = 'quiet' | 'busy' | 'clear' | 'finding' | 'suspicious' | 'problem';

export interface Statement {
  readonly tone: Tone;
  readonly text: string;
}

/** The words for a state; `undefined` is a study that was never queued. For `done` the report says more. */
export function analysisStatement(
  analysis: Pick<Analysis, 'state' | 'reason'> | undefined,
  words: FindingWords = ENGLISH,
): Statement {
  if (!analysis) return { tone: 'quiet', text: words.notAnalysed };
  switch (analysis.state) {
    case 'waiting':
      return { tone: 'busy', text: words.waiting };
    case 'running':
      return { tone: 'busy', text: words.running };
    case 'done':
      return { tone: 'clear', text: words.analysed };
    case 'rejected':
      return { tone: 'problem', text: withReason(words.rejected, analysis.reason, words) };
    case 'failed':
      return { tone: 'problem', text: withReason(words.failed, analysis.reason, words) };
  }
}

/** The words for one image's outcome, whoever says it, report or server; `undefined` where neither does. */
export function imageStatement(
  status: ImageState | undefined,
  reason?: string,
  words: FindingWords = ENGLISH,
): Statement {
  switch (status) {
    case 'analysed':
      return { tone: 'clear', text: words.analysed };
    case 'rejected':
      return { tone: 'problem', text: withReason(words.rejected, reason, words) };
    case 'failed':
      return { tone: 'problem', text: withReason(words.failed, reason, words) };
    case undefined:
      return { tone: 'quiet', text: withReason(words.notAnalysed, reason, words) };
  }
}

/** True while the server has not finished with the study. */
export function isPending(analysis: Pick<Analysis, 'state'> | undefined): boolean {
  return analysis?.state === 'waiting' || analysis?.state === 'running';
}

/** Reads the server's answer; entries that do not look like an analysis are left out. */
export function parseAnalyses(body: unknown): readonly Analysis[] {
  const list = isRecord(body) ? body['analyses'] : undefined;
  return Array.isArray(list) ? list.flatMap((entry: unknown) => parseAnalysis(entry) ?? []) : [];
}

function parseAnalysis(entry: unknown): Analysis | undefined {
  if (!isRecord(entry)) return undefined;
  const { studyInstanceUid, state, reason, images, report } = entry;
  const known = ANALYSIS_STATES.find((one) => one === state);
  if (typeof studyInstanceUid !== 'string' || !known) return undefined;
  const reference = parseReference(report);
  return {
    studyInstanceUid,
    state: known,
    ...(typeof reason === 'string' ? { reason } : {}),
    images: Array.isArray(images) ? images.flatMap((image: unknown) => parseImage(image) ?? []) : [],
    ...(reference ? { report: reference } : {}),
  };
}

function parseImage(entry: unknown): ImageAnalysis | undefined {
  if (!isRecord(entry)) return undefined;
  const { sopInstanceUid, state, reason } = entry;
  const known = IMAGE_STATES.find((one) => one === state);
  if (typeof sopInstanceUid !== 'string' || !known) return undefined;
  return { sopInstanceUid, state: known, ...(typeof reason === 'string' ? { reason } : {}) };
}

function parseReference(report: unknown): Analysis['report'] {
  if (!isRecord(report)) return undefined;
  const { seriesInstanceUid, sopInstanceUid } = report;
  if (typeof seriesInstanceUid !== 'string' || typeof sopInstanceUid !== 'string') return undefined;
  return { seriesInstanceUid, sopInstanceUid };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A reason of the closed list comes as its name, any other as words. */
function reasonWords(reason: string, words: FindingWords): string {
  const known: Readonly<Record<string, string>> = words.rejectionReasons;
  return Object.hasOwn(known, reason) ? (known[reason] ?? reason) : words.sentence(reason);
}

function withReason(what: string, reason: string | undefined, words: FindingWords): string {
  return reason ? `${what}: ${plainText(reasonWords(reason, words))}` : what;
}
