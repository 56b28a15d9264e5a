/**
 * A study's reports → what the models said beside what the reader decided: one row of the audit. PS3.3 C.17.2 (predecessor).
 *
 * Trap: the machine's word is taken from the machine's report that the signed one follows, not from the signed one, whose
 * findings are the reader's by then.
 */
import { currentReport } from '../../../dicom/sr/current-report.ts';
import type { Report } from '../../../dicom/sr/report-reader.ts';
import { findingsOf, type BodyRegion } from '../../../dicom/vocabulary/finding.ts';

/** A report of a study, by the instance that holds it. */
export interface AuditedReport {
  readonly sopInstanceUid: string;
  readonly report: Report;
}

/** What one side says of a study. */
export interface Verdict {
  /** Whether it shows a fracture; absent where nobody looked or it stayed undetermined. */
  readonly hasFracture?: boolean;
  /** Bone age in months. */
  readonly boneAgeMonths?: number;
}

export interface StudyComparison {
  readonly studyInstanceUid: string;
  /** Study Date, `YYYYMMDD`; else that of the machine's report. */
  readonly date: string;
  readonly machineReportUid: string;
  /** Content Date and Time of the machine's report, `YYYYMMDDHHMMSS`. */
  readonly analysedAt: string;
  /** `name version` of each model that spoke. */
  readonly models: readonly string[];
  readonly regions: readonly BodyRegion[];
  /** The highest probability of a fracture, 0–1. */
  readonly score?: number;
  readonly machine: Verdict;
  /** Absent: nobody has signed. */
  readonly reader?: SignedVerdict;
  /** What became of the findings of the models, and what the reader added. */
  readonly decisions: Readonly<Record<DecisionKind, number>>;
  /** `disagree` where a verdict differs or a finding was rejected, changed or added. */
  readonly state: 'unread' | 'agree' | 'disagree';
}

export interface SignedVerdict extends Verdict {
  readonly reportUid: string;
  /** Names of the verifying observers. */
  readonly names: readonly string[];
  /** Verification DateTime, `YYYYMMDDHHMMSS`. */
  readonly signedAt: string;
  /** From the machine's report to the signature. */
  readonly turnaroundHours?: number;
}

export const DECISION_KINDS = ['accepted', 'rejected', 'edited', 'added'] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** The row of a study; `undefined` where it has no report of a machine. */
export function comparisonOf(
  study: { readonly studyInstanceUid: string; readonly studyDate: string | undefined },
  reports: readonly AuditedReport[],
): StudyComparison | undefined {
  const signed = latest(reports.filter(({ report }) => report.isVerified));
  const machines = reports.filter(({ report }) => !report.isVerified && report.images.length > 0);
  const machine = (signed && rootOf(signed, reports)) ?? latest(machines);
  if (!machine) return undefined;
  const { report } = machine;
  const analysedAt = momentOf(report.contentDateTime);
  const score = scoreOf(report);
  const said = machineVerdict(report);
  const reader = signed && signedVerdict(signed, analysedAt);
  const decisions = decisionsOf(signed?.report);
  const hasChanged = decisions.rejected + decisions.edited + decisions.added > 0;
  const isOther =
    reader?.hasFracture !== undefined &&
    said.hasFracture !== undefined &&
    reader.hasFracture !== said.hasFracture;
  return {
    studyInstanceUid: study.studyInstanceUid,
    date: study.studyDate ?? analysedAt.slice(0, 8),
    machineReportUid: machine.sopInstanceUid,
    analysedAt,
    models: [...new Set(report.models.map(({ name, version }) => `${name} ${version}`))].sort(),
    regions: [...new Set(findingsOf(report.findings, 'body-region').map(({ region }) => region))],
    ...(score !== undefined && { score }),
    machine: said,
    ...(reader && { reader }),
    decisions,
    state: !reader ? 'unread' : hasChanged || isOther ? 'disagree' : 'agree',
  };
}

function latest(reports: readonly AuditedReport[]): AuditedReport | undefined {
  const ranked = reports.map((one) => ({ ...one, ...rankOf(one) }));
  return currentReport(ranked);
}

function rankOf({ sopInstanceUid, report }: AuditedReport) {
  const { isVerified, contentDateTime = '', predecessorUids } = report;
  return { sopInstanceUid, isVerified, contentDateTime, predecessorUids };
}

/** The machine's report at the beginning of a chain of signed ones. */
function rootOf(signed: AuditedReport, reports: readonly AuditedReport[]): AuditedReport | undefined {
  const seen = new Set<string>();
  for (let at: AuditedReport | undefined = signed; at;) {
    if (!at.report.isVerified) return at;
    seen.add(at.sopInstanceUid);
    const predecessorUids: readonly string[] = at.report.predecessorUids;
    at = reports.find(
      ({ sopInstanceUid }) => predecessorUids.includes(sopInstanceUid) && !seen.has(sopInstanceUid),
    );
  }
  return undefined;
}

function machineVerdict(report: Report): Verdict {
  const presences = findingsOf(report.findings, 'fracture-presence').map(({ verdict }) => verdict);
  const located = findingsOf(report.findings, 'fracture').length > 0;
  const hasFracture = located || presences.includes('present');
  const isKnown = hasFracture || (presences.length > 0 && presences.every((verdict) => verdict === 'absent'));
  return { ...(isKnown && { hasFracture }), ...boneAgeOf(report) };
}

/** What the reader upholds, adds or confirms; nothing is said where nothing about fractures was decided. */
function readerVerdict(report: Report): Verdict {
  const fractures = report.findings.filter(({ kind }) => kind === 'fracture');
  const presences = report.findings.filter((one) => one.kind === 'fracture-presence');
  const upheld = fractures.some(({ review }) => review !== undefined && review.decision !== 'rejected');
  const added = report.statements.some(({ kind }) => kind === 'added-fracture');
  const present = presences.some(
    ({ verdict, review }) => verdict === 'present' && review?.decision === 'accepted',
  );
  const denied =
    report.statements.some(({ kind }) => kind === 'no-fracture') ||
    fractures.some(({ review }) => review?.decision === 'rejected') ||
    presences.some(({ review }) => review !== undefined);
  const hasFracture = upheld || added || present;
  return { ...((hasFracture || denied) && { hasFracture }), ...boneAgeOf(report) };
}

function boneAgeOf(report: Report): Pick<Verdict, 'boneAgeMonths'> {
  const [age] = report.findings.filter((one) => one.kind === 'bone-age');
  return age && age.review?.decision !== 'rejected' ? { boneAgeMonths: age.months } : {};
}

function scoreOf({ findings }: Report): number | undefined {
  const scores = findings.flatMap((one) =>
    one.kind === 'fracture' || one.kind === 'fracture-presence' ? [one.probability] : [],
  );
  return scores.length > 0 ? Math.max(...scores) : undefined;
}

function signedVerdict({ sopInstanceUid, report }: AuditedReport, analysedAt: string): SignedVerdict {
  const [verifier] = report.verifiers;
  const signedAt = momentOf(verifier?.verifiedAt);
  const hours = hoursBetween(analysedAt, signedAt);
  return {
    ...readerVerdict(report),
    reportUid: sopInstanceUid,
    names: report.verifiers.map(({ name }) => name.Alphabetic ?? name.Ideographic ?? name.Phonetic ?? ''),
    signedAt,
    ...(hours !== undefined && { turnaroundHours: hours }),
  };
}

function decisionsOf(report: Report | undefined): Readonly<Record<DecisionKind, number>> {
  const reviews = (report?.findings ?? []).flatMap(({ kind, review }) =>
    review && (kind === 'fracture' || kind === 'bone-age') ? [review.decision] : [],
  );
  const count = (decision: string) => reviews.filter((one) => one === decision).length;
  const added = (report?.statements ?? []).filter(({ kind }) => kind === 'added-fracture').length;
  return { accepted: count('accepted'), rejected: count('rejected'), edited: count('edited'), added };
}

/** DICOM DT to the second; offsets are those of the study on both sides. */
function momentOf(dateTime: string | undefined): string {
  return (dateTime ?? '').slice(0, 14);
}

function hoursBetween(from: string, to: string): number | undefined {
  const [start, end] = [timeOf(from), timeOf(to)];
  const hours = (end - start) / 3_600_000;
  return Number.isFinite(hours) && hours >= 0 ? hours : undefined;
}

/** Milliseconds of a moment, NaN where it is none; both sides are in the zone of the study, so the zone cancels. */
export function timeOf(moment: string): number {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(moment.padEnd(14, '0'));
  if (!parts) return NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
