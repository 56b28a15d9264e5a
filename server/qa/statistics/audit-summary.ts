/**
 * The audit of a choice of studies: models against readers, both against reference labels, over time. Pure: the studies and
 * labels are given.
 */
import { BODY_REGIONS, type BodyRegion } from '../../../dicom/vocabulary/finding.ts';
import { agreementOf, type Agreement } from './agreement.ts';
import { boneAgeAgreement, type AgePair, type BoneAgeAgreement } from './bone-age-agreement.ts';
import type { StudyComparison, Verdict } from './study-comparison.ts';
import { histogram, modelTrends, quantile, weeklyTrends, type Trend } from './trends.ts';

/** Which studies are meant; what is absent does not choose. */
export interface AuditFilter {
  /** Study dates from and to, `YYYYMMDD`, both included. */
  readonly from?: string;
  readonly to?: string;
  /** `name version` of a model. */
  readonly model?: string;
  readonly region?: BodyRegion;
  readonly state?: StudyComparison['state'];
}

/** What is known of a study from elsewhere. */
export type ReferenceLabel = Verdict;

/** Two sides compared. */
export interface SidesCompared {
  readonly fracture: Agreement;
  readonly boneAge: BoneAgeAgreement;
}

export interface AuditSummary {
  readonly studies: number;
  readonly read: number;
  readonly labelled: number;
  /** The models judged by the readers. */
  readonly modelsByReaders: SidesCompared;
  readonly modelsByLabels: SidesCompared;
  readonly readersByLabels: SidesCompared;
  /** Mean and difference of each pair of bone ages, models minus readers, in months. */
  readonly blandAltman: readonly {
    readonly mean: number;
    readonly difference: number;
    readonly studyInstanceUid: string;
  }[];
  /** Scores in ten bins from 0 to 1, by what the reader decided. */
  readonly scores: {
    readonly fracture: readonly number[];
    readonly none: readonly number[];
    readonly unread: readonly number[];
  };
  readonly weeks: readonly Trend[];
  readonly models: readonly Trend[];
  /** Hours from the machine's report to the signature. */
  readonly turnaround: { readonly median?: number; readonly ninetieth?: number };
}

/** The studies that a filter means. */
export function filtered(
  studies: readonly StudyComparison[],
  filter: AuditFilter,
): readonly StudyComparison[] {
  const { from, to, model, region, state } = filter;
  return studies.filter(
    (study) =>
      (from === undefined || study.date >= from) &&
      (to === undefined || study.date <= to) &&
      (model === undefined || study.models.includes(model)) &&
      (region === undefined || study.regions.includes(region)) &&
      (state === undefined || study.state === state),
  );
}

/** What may be chosen among these studies. */
export function choicesIn(studies: readonly StudyComparison[]) {
  return {
    models: [...new Set(studies.flatMap(({ models }) => models))].sort(),
    regions: BODY_REGIONS.filter((region) => studies.some(({ regions }) => regions.includes(region))),
  };
}

/** Sums the studies up; `labels` by Study Instance UID. */
export function auditSummary(
  studies: readonly StudyComparison[],
  labels: ReadonlyMap<string, ReferenceLabel>,
): AuditSummary {
  const labelOf = ({ studyInstanceUid }: StudyComparison) => labels.get(studyInstanceUid);
  const hours = studies.flatMap(({ reader }) => reader?.turnaroundHours ?? []);
  const [median, ninetieth] = [quantile(hours, 0.5), quantile(hours, 0.9)];
  const scoresWhere = (isMeant: (study: StudyComparison) => boolean) =>
    histogram(studies.filter(isMeant).flatMap(({ score }) => (score === undefined ? [] : [score])));
  return {
    studies: studies.length,
    read: studies.filter(({ reader }) => reader).length,
    labelled: studies.filter(labelOf).length,
    modelsByReaders: compared(
      studies,
      ({ machine }) => machine,
      ({ reader }) => reader,
    ),
    modelsByLabels: compared(studies, ({ machine }) => machine, labelOf),
    readersByLabels: compared(studies, ({ reader }) => reader, labelOf),
    blandAltman: studies.flatMap(({ studyInstanceUid, machine, reader }) => {
      const [said, reference] = [machine.boneAgeMonths, reader?.boneAgeMonths];
      if (said === undefined || reference === undefined) return [];
      return [{ mean: (said + reference) / 2, difference: said - reference, studyInstanceUid }];
    }),
    scores: {
      fracture: scoresWhere(({ reader }) => reader?.hasFracture === true),
      none: scoresWhere(({ reader }) => reader?.hasFracture === false),
      unread: scoresWhere(({ reader }) => reader?.hasFracture === undefined),
    },
    weeks: weeklyTrends(studies),
    models: modelTrends(studies),
    turnaround: { ...(median !== undefined && { median }), ...(ninetieth !== undefined && { ninetieth }) },
  };
}

/** One side judged by the other, over the studies of which both say something. */
export function compared(
  studies: readonly StudyComparison[],
  saidOf: (study: StudyComparison) => Verdict | undefined,
  referenceOf: (study: StudyComparison) => Verdict | undefined,
): SidesCompared {
  const fractures = studies.flatMap((study) => {
    const [said, reference] = [saidOf(study)?.hasFracture, referenceOf(study)?.hasFracture];
    return said === undefined || reference === undefined ? [] : [{ said, reference }];
  });
  const ages = studies.flatMap((study): readonly AgePair[] => {
    const [said, reference] = [saidOf(study)?.boneAgeMonths, referenceOf(study)?.boneAgeMonths];
    return said === undefined || reference === undefined ? [] : [{ said, reference }];
  });
  return { fracture: agreementOf(fractures), boneAge: boneAgeAgreement(ages) };
}
