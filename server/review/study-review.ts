/**
 * The review of a study: drafts that are saved step by step, and the signature that makes a verified report of one.
 *
 * Trap: signatures of one study follow each other, and each must have seen what came before. A crash at any line ends, after
 * the next try, in the same bytes: the moment of the signature is kept before the report is built.
 */
import { buildReviewDocument, type ReviewDocumentInput } from '../../dicom/results/review-document.ts';
import { nameBasedUid } from '../../dicom/results/identifiers.ts';
import { draftedReport } from '../../dicom/sr/review-draft.ts';
import { openQuestions, type ReviewContext } from '../../dicom/sr/review-steps.ts';
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { performedAtOf } from '../analysis/result-time.ts';
import { recordAuditEvent } from '../security/audit-trail.ts';
import { oneChunk } from '../ingest/one-chunk.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import { inTransaction, type Pool, type PoolClient } from '../storage/database.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import {
  clearDraft,
  lockStudyForSignature,
  saveDraft,
  signingTime,
  type KeptStep,
  type ReviewDraft,
} from './draft-records.ts';
import { personNameFrom, type Reader } from './reader.ts';
import { reviewStateOf, type ReviewSources, type ReviewState, type StoredReport } from './review-state.ts';
import type { DraftRequest } from './steps-schema.ts';

export interface StudyReviewServices extends ReviewSources {
  readonly database: Pool;
  readonly instances: Pick<InstanceStore, 'store'>;
  readonly observer: ReviewDocumentInput['observer'];
  readonly softwareVersion: string;
  readonly reportClass?: ReviewDocumentInput['reportClass'];
  /** Organization to which readers are accountable; absent: the institution of the study. */
  readonly organization?: string;
  /** Sends a signed report where the results of its study go. Doing it again changes nothing. */
  deliver?(
    state: ReviewState,
    report: { readonly kind: 'sr'; readonly sopInstanceUid: string },
  ): Promise<void>;
  now(): Date;
}

/** What a reader signs, by what was on the screen. */
export interface SignatureRequest {
  /** Revision of the own draft. */
  readonly revision: number;
  /** {@link ReviewState.seen} as it was shown. */
  readonly seen: string;
}

/** What became of a request: done, or the state is not the one it was made for. */
export type ReviewOutcome<Done> =
  ({ readonly status: 'done' } & Done) | { readonly status: 'changed'; readonly state: ReviewState };

/** Said of a study whose institution is not known and for which no organization is configured. */
const NO_ORGANIZATION = 'Not stated';

export class StudyReview {
  readonly #services: StudyReviewServices;

  constructor(services: StudyReviewServices) {
    this.#services = services;
  }

  /** How far the review is, for a reader. A signature that broke off once its report was stored is brought to its end. */
  async state(studyUid: string, reader: Reader): Promise<ReviewState> {
    const { database } = this.#services;
    const state = await reviewStateOf(database, this.#services, studyUid, reader.id);
    if (!this.#storedSignature(state, reader)) return state;
    return await inTransaction(database, async (client) => {
      await lockStudyForSignature(client, studyUid);
      const locked = await reviewStateOf(client, this.#services, studyUid, reader.id);
      const stored = this.#storedSignature(locked, reader);
      if (stored) await this.#finish(client, locked, reader, stored, {});
      return await reviewStateOf(client, this.#services, studyUid, reader.id);
    });
  }

  /** Keeps a draft. `changed` where it was made upon another revision than the one that is kept. Throws `not-applicable` without a report. */
  async save(
    studyUid: string,
    reader: Reader,
    { revision, steps }: DraftRequest,
  ): Promise<ReviewOutcome<{ readonly state: ReviewState }>> {
    const { database } = this.#services;
    const before = await this.state(studyUid, reader);
    reportOf(before);
    const times = new Map((before.draft?.steps ?? []).map(({ step, at }) => [step.id, at]));
    const now = this.#services.now().toISOString();
    const kept = steps.map((step): KeptStep => ({ step, at: times.get(step.id) ?? now }));
    const isSaved = await saveDraft(
      database,
      { studyInstanceUid: studyUid, readerId: reader.id },
      { ...(reader.name !== undefined && { readerName: reader.name }), revision, steps: kept },
    );
    return { status: isSaved ? 'done' : 'changed', state: await this.state(studyUid, reader) };
  }

  /**
   * Signs the reader's draft: builds the verified report, stores it, and puts it on record within the transaction that takes
   * the draft away. Throws `forbidden` for a reader who may not sign, `not-applicable` while something is undecided.
   */
  async sign(
    studyUid: string,
    reader: Reader,
    { revision, seen }: SignatureRequest,
    from: { readonly networkAddress?: string } = {},
  ): Promise<ReviewOutcome<{ readonly instance: StoredInstance }>> {
    if (!reader.maySign) {
      throw new PacsError('forbidden', 'Only a person who has signed in by name may sign; the draft is kept');
    }
    const { database } = this.#services;
    const key = { studyInstanceUid: studyUid, readerId: reader.id };
    return await inTransaction(database, async (client) => {
      await lockStudyForSignature(client, studyUid);
      const state = await reviewStateOf(client, this.#services, studyUid, reader.id);
      const begun = this.#storedSignature(state, reader);
      if (begun) {
        await this.#finish(client, state, reader, begun, from);
        return { status: 'done', instance: begun };
      }
      if (state.seen !== seen || (state.draft?.revision ?? 0) !== revision)
        return { status: 'changed', state };
      const { current } = reportOf(state);
      this.#signed(state, reader, current, this.#services.now()); // refuses before anything is kept
      // On a connection of its own: what follows may fail, and the moment must stay.
      const { sopInstanceUid } = current.instance;
      const signedAt = await signingTime(database, key, sopInstanceUid, this.#services.now());
      const { dataSet } = this.#signed(state, reader, current, signedAt);
      const outcome = await this.#services.instances.store(oneChunk(writePart10(dataSet)), {
        origin: 'analysis',
      });
      if (outcome.status === 'refused') throw outcome.failure;
      await this.#finish(client, state, reader, outcome.instance, from);
      return { status: 'done', instance: outcome.instance };
    });
  }

  /** The report of a signature that was begun and is stored, though the draft is still there. */
  #storedSignature(state: ReviewState, reader: Reader): StoredInstance | undefined {
    const signing = state.draft?.signing;
    const base = state.reports.find(({ instance }) => instance.sopInstanceUid === signing?.base);
    if (!signing || !base || !reader.maySign) return undefined;
    const { sopInstanceUid } = this.#signed(state, reader, base, signing.at);
    return state.instances.find((instance) => instance.sopInstanceUid === sopInstanceUid);
  }

  async #finish(
    client: PoolClient,
    state: ReviewState,
    { id }: Reader,
    { sopInstanceUid }: StoredInstance,
    from: { readonly networkAddress?: string },
  ): Promise<void> {
    const { studyInstanceUid, draft } = state;
    await this.#services.deliver?.(state, { kind: 'sr', sopInstanceUid });
    await clearDraft(client, { studyInstanceUid, readerId: id }, draft?.revision ?? 0);
    await recordAuditEvent(client, {
      at: this.#services.now(),
      principalId: id,
      action: 'review-findings',
      outcome: 'success',
      studyInstanceUids: [studyInstanceUid],
      ...from,
    });
  }

  #signed(
    state: ReviewState,
    reader: Reader,
    { report, instance: predecessor }: StoredReport,
    signedAt: Date,
  ) {
    const { draft } = state;
    if (!draft || draft.steps.length === 0) throw new PacsError('not-applicable', 'Nothing was decided');
    const studyAttributes = studyAttributesOf(state, { report, instance: predecessor });
    const name = personNameFrom(reader.name ?? '');
    const steps = draft.steps.map(({ step }) => step);
    const drafted = draftedReport(report, steps, contextOf(state, draft, name, studyAttributes));
    const open = openQuestions(drafted).length;
    if (open > 0) {
      throw new PacsError(
        'not-applicable',
        `${open} of the findings and images are undecided; decide on each`,
      );
    }
    const reviews = drafted.findings.flatMap(({ trackingUid, review }) =>
      review ? [[trackingUid, review] as const] : [],
    );
    const { softwareVersion, observer, reportClass } = this.#services;
    const writtenAt = performedAtOf(signedAt, studyAttributes);
    return buildReviewDocument({
      studyAttributes,
      report: { ...report, findings: drafted.findings },
      predecessor,
      reviews: new Map(reviews),
      statements: drafted.statements,
      writtenAt,
      signature: { name, organization: this.#organization(studyAttributes), signedAt: writtenAt },
      softwareVersion,
      observer,
      ...(reportClass && { reportClass }),
    });
  }

  #organization(studyAttributes: DataSet): string {
    const institution = textOf(studyAttributes, TAG.InstitutionName)?.trim();
    return this.#services.organization ?? (institution === '' ? undefined : institution) ?? NO_ORGANIZATION;
  }
}

function reportOf(state: ReviewState): ReviewState & { readonly current: StoredReport } {
  const { current } = state;
  if (!current) throw new PacsError('not-applicable', 'The study has no report that could be reviewed');
  return { ...state, current };
}

/** The header of an image that the report is about; the report's own where none is stored here. */
function studyAttributesOf({ instances }: ReviewState, { report, instance }: StoredReport): DataSet {
  const sources = new Set(report.images.map(({ source }) => source.sopInstanceUid));
  return (instances.find(({ sopInstanceUid }) => sources.has(sopInstanceUid)) ?? instance).metadata;
}

function contextOf(
  { studyInstanceUid }: ReviewState,
  { readerId, steps }: ReviewDraft,
  name: ReturnType<typeof personNameFrom>,
  studyAttributes: DataSet,
): ReviewContext {
  const times = new Map(steps.map(({ step, at }) => [step.id, at]));
  return {
    decidedBy: ({ id }) => ({
      reviewer: { name, loginName: readerId },
      decidedAt: performedAtOf(new Date(times.get(id) ?? 0), studyAttributes),
    }),
    trackingUidOf: (stepId) => nameBasedUid('reader-statement', studyInstanceUid, readerId, stepId),
  };
}
