/**
 * What the reports stored in a study say of it: the one report that counts, and its sum in a line.
 */
import { findingsOf, type Finding } from '../../dicom/vocabulary/finding.ts';
import type { ReaderStatement } from '../../dicom/vocabulary/review.ts';
import type { Statement } from './analysis-state.ts';
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
    readonly reason?: string;
  }[];
  /** The models that spoke: name and version, and whether their licence forbids commercial use. */
  readonly models: readonly {
    readonly name: string;
    readonly version: string;
    readonly isResearchOnly: boolean;
  }[];
  /** Why a bone-age model did not speak, one entry per image; empty reason where the report gives none. */
  readonly boneAgeSkips: readonly string[];
  /** One sentence per model that failed on an image. */
  readonly failures: readonly string[];
  /** One sentence per part of the report that was left aside because it is not sound. */
  readonly remarks: readonly string[];
  /** What the report wants known, and how much of it was not understood. */
  readonly notices: readonly string[];
}

/**
 * The report to show; absent when there is none. A verified report is never superseded by an unverified one, even by
 * one that names it as predecessor. Among the rest a report loses to its successor whatever the clock says; then the
 * newest counts, and of two of the same second the one whose SOP Instance UID comes later as text.
 */
export function reportToShow(reports: readonly StudyReport[]): StudyReport | undefined {
  const verified = reports.filter(({ isVerified }) => isVerified);
  const eligible = verified.length > 0 ? verified : reports;
  const followed = new Set(eligible.flatMap(({ predecessorUids }) => predecessorUids));
  const last = eligible.filter(({ sopInstanceUid }) => !followed.has(sopInstanceUid));
  // Reports that follow each other in a ring leave none; then the clock alone decides.
  return (last.length > 0 ? last : eligible).toSorted(
    (one, other) =>
      compareTexts(other.contentDateTime, one.contentDateTime) ||
      compareTexts(other.sopInstanceUid, one.sopInstanceUid),
  )[0];
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

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
  const [first] = report.images;
  const reason = first?.reason ? `: ${first.reason}` : '';
  return {
    tone: 'problem',
    text: `${first?.status === 'failed' ? words.failedShort : words.rejected}${reason}`,
  };
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
