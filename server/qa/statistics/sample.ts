/**
 * A random sample for a second reader who sees nothing of what models and first readers said, and what comes of it.
 *
 * The draw follows from the seed alone: each study gets the SHA-256 of seed and UID, and the lowest are drawn.
 */
import { createHash } from 'node:crypto';
import { agreementOf, type Agreement } from './agreement.ts';
import type { StudyComparison, Verdict } from './study-comparison.ts';

/** Draws `size` studies, or all there are, in random order. */
export function drawSample(
  studyInstanceUids: readonly string[],
  size: number,
  seed: string,
): readonly string[] {
  const lotOf = (uid: string) => createHash('sha256').update(`${seed} ${uid}`).digest('hex');
  return [...new Set(studyInstanceUids)]
    .map((uid) => ({ uid, lot: lotOf(uid) }))
    .toSorted((one, other) => (one.lot < other.lot ? -1 : 1))
    .slice(0, size)
    .map(({ uid }) => uid);
}

/** A study of a sample with what the second reader said blindly, and who decided where readers differ. */
export interface SecondRead {
  readonly studyInstanceUid: string;
  readonly second?: Verdict;
  readonly adjudicated?: Verdict;
}

export interface SampleResult {
  readonly drawn: number;
  readonly read: number;
  /** Studies in which the two readers differ about a fracture and nobody has decided. */
  readonly toAdjudicate: readonly string[];
  readonly firstBySecond: Agreement;
  readonly modelsBySecond: Agreement;
  /** Against what both readers say, or the adjudicator where they differ. */
  readonly modelsByConsensus: Agreement;
}

/** What a sample shows so far. */
export function sampleResult(
  reads: readonly SecondRead[],
  studies: ReadonlyMap<string, StudyComparison>,
): SampleResult {
  const rows = reads.flatMap(({ studyInstanceUid, second, adjudicated }) => {
    const study = studies.get(studyInstanceUid);
    return study && second?.hasFracture !== undefined
      ? [{ studyInstanceUid, study, second: second.hasFracture, adjudicated: adjudicated?.hasFracture }]
      : [];
  });
  const pairs = (
    saidOf: (row: (typeof rows)[number]) => boolean | undefined,
    referenceOf: (row: (typeof rows)[number]) => boolean | undefined,
  ) =>
    agreementOf(
      rows.flatMap((row) => {
        const [said, reference] = [saidOf(row), referenceOf(row)];
        return said === undefined || reference === undefined ? [] : [{ said, reference }];
      }),
    );
  const first = ({ study }: (typeof rows)[number]) => study.reader?.hasFracture;
  const isDisputed = (row: (typeof rows)[number]) => first(row) !== undefined && first(row) !== row.second;
  return {
    drawn: reads.length,
    read: rows.length,
    toAdjudicate: rows
      .filter((row) => isDisputed(row) && row.adjudicated === undefined)
      .map(({ studyInstanceUid }) => studyInstanceUid),
    firstBySecond: pairs(first, ({ second }) => second),
    modelsBySecond: pairs(
      ({ study }) => study.machine.hasFracture,
      ({ second }) => second,
    ),
    modelsByConsensus: pairs(
      ({ study }) => study.machine.hasFracture,
      (row) => (isDisputed(row) ? row.adjudicated : row.second),
    ),
  };
}
