/**
 * Which of a study's reports counts: the one that viewers show and that a review begins from. Browser-safe.
 */

/** What decides between reports. */
export interface RankedReport {
  readonly sopInstanceUid: string;
  readonly isVerified: boolean;
  /** Content Date and Time run together, `YYYYMMDDHHMMSS`, so that texts order as times do. */
  readonly contentDateTime: string;
  /** SOP Instance UIDs of the reports this one follows (Predecessor Documents Sequence). PS3.3 C.17.2. */
  readonly predecessorUids: readonly string[];
}

/**
 * The report that counts; absent when there is none. A verified report is never superseded by an unverified one, even by
 * one that names it as predecessor. Among the rest a report loses to its successor whatever the clock says; then the
 * newest counts, and of two of the same second the one whose SOP Instance UID comes later as text.
 */
export function currentReport<Ranked extends RankedReport>(reports: readonly Ranked[]): Ranked | undefined {
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
