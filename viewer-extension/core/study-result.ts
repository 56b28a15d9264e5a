/**
 * What the reports stored in a study say of it: the one report that counts, and its sum in a line.
 */
import { currentReport } from '../../dicom/sr/current-report.ts';
import type { ReportObserver, Verifier } from '../../dicom/sr/report-reader.ts';
import {
  findingsOf,
  type Finding,
  type ModelIdentity,
  type ModelRun,
  type RejectionReason,
} from '../../dicom/vocabulary/finding.ts';
import type { ReaderStatement } from '../../dicom/vocabulary/review.ts';
import { imageStatement, type Statement } from './analysis-state.ts';
import { isRejected, type ReviewedFinding } from './findings.ts';
import { ENGLISH, type FindingWords } from './messages.ts';
import { monthsText, percentText } from './text.ts';

/** A report as the viewer needs it; `study-report` reads it from the SR. */
export interface StudyReport {
  readonly sopInstanceUid: string;
  readonly isVerified: boolean;
  /** Content Date and Time run together, `YYYYMMDDHHMMSS`, so that texts order as times do. */
  readonly contentDateTime: string;
  /** SOP Instance UIDs of the reports this one follows (Predecessor Documents Sequence). PS3.3 C.17.2. */
  readonly predecessorUids: readonly string[];
  readonly findings: readonly ReviewedFinding[];
  /** What its reader states beside the models. */
  readonly statements: readonly ReaderStatement[];
  readonly images: readonly {
    readonly sopInstanceUid: string;
    readonly status: 'analysed' | 'rejected' | 'failed';
    readonly reason?: RejectionReason;
    readonly detail?: string;
    readonly runs: readonly ModelRun[];
  }[];
  /** The models that spoke. */
  readonly models: readonly ModelIdentity[];
  /** Why a bone-age model did not speak, one entry per image; empty reason where the report gives none. */
  readonly boneAgeSkips: readonly string[];
  /** The models that failed on an image, by name and version, each reason once. */
  readonly failures: readonly { readonly model: string; readonly reason: string }[];
  /** One sentence per part of the report that was left aside because it is not sound. */
  readonly remarks: readonly string[];
  /** What the report wants known. */
  readonly notices: readonly string[];
  /** How many of its content items were not understood. */
  readonly unreadItems: number;
  /** Who signed it. */
  readonly verifiers: readonly Verifier[];
  /** The machine that made it. */
  readonly observer: ReportObserver;
}

/** The report to show, as {@link currentReport} chooses it; absent when there is none. */
export const reportToShow: (reports: readonly StudyReport[]) => StudyReport | undefined = currentReport;

/**
 * The report at a glance: the gravest statement about fractures, and the bone age. A model that failed and a part that
 * could not be read are said, for what is then not found means nothing.
 */
export function summaryOf(report: StudyReport, words: FindingWords = ENGLISH): Statement {
  const statement = summaryOfFindings(report, words);
  if (statement.tone !== 'clear') return statement;
  const doubts = [
    ...(report.failures.length > 0 ? [words.incomplete] : []),
    ...(report.remarks.length > 0 ? [words.readInPart] : []),
  ];
  return doubts.length === 0 ? statement : { tone: 'problem', text: [statement.text, ...doubts].join(' · ') };
}

function summaryOfFindings(report: StudyReport, words: FindingWords): Statement {
  const fracture = fractureStatement(report, undefined, words);
  const [boneAge] = findingsOf(report.findings, 'bone-age');
  if (!boneAge) return fracture ?? analysedStatement(report, words);
  const age = `${words.boneAge} ${monthsText(boneAge.months, words)}`;
  return fracture ? { tone: fracture.tone, text: `${fracture.text} · ${age}` } : { tone: 'clear', text: age };
}

/** What the report says of fractures on one image, or on all; `undefined` when no model looked for them. */
export function fractureStatement(
  report: StudyReport,
  sopInstanceUid?: string,
  words: FindingWords = ENGLISH,
): Statement | undefined {
  const isMeant = ({ source }: Pick<Finding, 'source'>) =>
    !sopInstanceUid || source.sopInstanceUid === sopInstanceUid;
  const added = report.statements.filter(isMeant).filter(({ kind }) => kind === 'added-fracture');
  if (added.length > 0) return { tone: 'finding', text: `${words.fracture}, ${words.addedByReader}` };
  const upheld = report.findings.filter((finding) => isMeant(finding) && !isRejected(finding));
  const fractures = findingsOf(upheld, 'fracture');
  const presences = findingsOf(upheld, 'fracture-presence');
  const rejected = report.findings.some((finding) => isMeant(finding) && isRejected(finding));
  const definite = fractures.filter(({ certainty }) => certainty === 'definite');
  if (definite.length > 0) {
    return { tone: 'finding', text: counted(definite, words.fracture, words.fractures) };
  }
  const present = presences.filter(({ verdict }) => verdict === 'present');
  if (fractures.length > 0) {
    const text = counted(fractures, words.suspectedFracture, words.suspectedFractures);
    return { tone: 'suspicious', text };
  }
  if (report.statements.filter(isMeant).some(({ kind }) => kind === 'no-fracture')) {
    return { tone: 'clear', text: words.confirmedNegative };
  }
  if (rejected && present.length > 0) {
    return { tone: 'clear', text: `${words.fracture}, ${words.rejectedByReader}` };
  }
  if (present.length > 0) {
    const isDefinite = present.some(({ certainty }) => certainty === 'definite');
    const what = isDefinite ? words.fracture : words.suspectedFracture;
    return {
      tone: isDefinite ? 'finding' : 'suspicious',
      text: `${what} ${percentText(surest(present))}, ${words.notLocated}`,
    };
  }
  if (presences.some(({ verdict }) => verdict === 'undetermined')) {
    return { tone: 'suspicious', text: words.undetermined };
  }
  return presences.length > 0 ? { tone: 'clear', text: words.noFracture } : undefined;
}

function analysedStatement(report: StudyReport, words: FindingWords): Statement {
  const analysed = report.images.filter(({ status }) => status === 'analysed').length;
  if (analysed > 0) return { tone: 'clear', text: words.noFinding };
  return outcomeStatement(report.images[0], words);
}

/** What became of an image, as the report tells it; `undefined` where it does not. */
export function outcomeStatement(
  outcome: Pick<StudyReport['images'][number], 'status' | 'reason' | 'detail'> | undefined,
  words: FindingWords = ENGLISH,
): Statement {
  const { status, reason, detail } = outcome ?? {};
  const why = [reason && words.rejectionReasons[reason], detail && words.sentence(detail)];
  return imageStatement(status, why.filter(Boolean).join('; '), words);
}

function counted(
  findings: readonly { readonly probability: number }[],
  one: string,
  many: (count: number, most: string) => string,
): string {
  const most = percentText(surest(findings));
  return findings.length === 1 ? `${one} ${most}` : many(findings.length, most);
}

function surest(findings: readonly { readonly probability: number }[]): number {
  return findings.reduce((most, { probability }) => Math.max(most, probability), 0);
}
