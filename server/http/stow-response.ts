/**
 * The answer to a store: status, the Store Instances Response, and words beside its numbers. PS3.18 10.5.3, Annex I.
 */
import type { Request, Response } from 'express';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { FAILURES, type PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceIdentity } from '../../dicom/vocabulary/instance.ts';
import type { StoreOutcome } from '../ingest/store-instances.ts';
import { sendDataSet, type DataSetForm } from './data-set-answer.ts';
import { sendFailure } from './errors.ts';
import { noteStudies } from './request-audit.ts';
import { sendWarnings } from './warnings.ts';
import { baseUrlOf, urlOf } from './web-address.ts';

type Refused = StoreOutcome & { status: 'refused' };
/** What the answer says of one instance, and no more: a study of thousands must not keep their headers in memory. */
export type Outcome = Refused | { readonly status: 'stored'; readonly instance: InstanceIdentity };

/** Longest Error Comment: what LO holds. PS3.7 Annex C, PS3.5 6.2. */
const MOST_COMMENT_CHARACTERS = 64;

/** The part of a stored outcome that the answer needs. */
export function outcomeOf(outcome: StoreOutcome): Outcome {
  if (outcome.status === 'refused') return outcome;
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid } = outcome.instance;
  return {
    status: 'stored',
    instance: { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid },
  };
}

/** Sends what became of the instances. */
export async function sendOutcomes(
  request: Request,
  response: Response,
  form: DataSetForm,
  outcomes: readonly Outcome[],
  expectedStudyUid: string | undefined,
): Promise<void> {
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'refused' ? [outcome.failure] : []));
  const isNothingStored = failures.length === outcomes.length;
  const common = commonKind(failures);
  if (isNothingStored && common === 'storage-unavailable' && failures[0]) {
    sendFailure(response, failures[0]); // nothing is wrong with the instances: the client should come again
    return;
  }
  noteStudies(
    request,
    outcomes.flatMap((one) => (one.status === 'stored' ? [one.instance.studyInstanceUid] : [])),
  );
  sendWarnings(response, failures.map(inWords));
  response.status(statusOf(failures.length, isNothingStored, common));
  await sendDataSet(response, form, responseOf(baseUrlOf(request), outcomes, expectedStudyUid));
}

/** What was wrong, in words a person understands: the response itself holds numbers only. */
function inWords({ kind, message }: PacsError): string {
  return `${FAILURES[kind].failureReason.toString(16).toUpperCase().padStart(4, '0')}: ${message}`;
}

/** PS3.18 Table 10.5.3-1: 200 all, 202 some, 409 none; 413 and 415 where that is what is wrong with each of them. */
function statusOf(failureCount: number, isNothingStored: boolean, common: string | undefined): number {
  if (failureCount === 0) return 200;
  if (!isNothingStored) return 202;
  if (common === 'too-large' || common === 'unsupported-media-type') return FAILURES[common].httpStatus;
  return 409;
}

function commonKind(failures: readonly PacsError[]): PacsError['kind'] | undefined {
  const kinds = new Set(failures.map((failure) => failure.kind));
  const [kind] = kinds;
  return kinds.size === 1 ? kind : undefined;
}

/** The Store Instances Response. PS3.18 Tables I.2-1 and I.2-2. */
function responseOf(
  base: string,
  outcomes: readonly Outcome[],
  expectedStudyUid: string | undefined,
): DataSet {
  const stored = outcomes.flatMap((outcome) => (outcome.status === 'refused' ? [] : [outcome.instance]));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'refused' ? [outcome] : []));
  const named = refused.filter(({ identity }) => identity.sopInstanceUid !== undefined);
  const unnamed = refused.filter(({ identity }) => identity.sopInstanceUid === undefined);
  const studies = new Set(stored.map((instance) => instance.studyInstanceUid));
  const [onlyStudy] = studies;
  const studyUid = expectedStudyUid ?? (studies.size === 1 ? onlyStudy : undefined);
  return dataSetOf({
    RetrieveURL: studyUid === undefined || stored.length === 0 ? [] : urlOf(base, { studyUid }),
    FailedSOPSequence: sequence(named.map(failedItem)),
    ReferencedSOPSequence: sequence(
      stored.map((instance) =>
        dataSetOf({
          ReferencedSOPClassUID: instance.sopClassUid,
          ReferencedSOPInstanceUID: instance.sopInstanceUid,
          RetrieveURL: urlOf(base, {
            studyUid: instance.studyInstanceUid,
            seriesUid: instance.seriesInstanceUid,
            sopInstanceUid: instance.sopInstanceUid,
          }),
        }),
      ),
    ),
    OtherFailuresSequence: sequence(unnamed.map(failedItem)),
  });
}

function failedItem({ failure, identity }: Refused): DataSet {
  return dataSetOf({
    ReferencedSOPClassUID: identity.sopClassUid,
    ReferencedSOPInstanceUID: identity.sopInstanceUid,
    FailureReason: FAILURES[failure.kind].failureReason,
    ErrorComment: commentOf(failure),
  });
}

/** As much of the message as an Error Comment holds, cut between words. The standard leaves the attribute to us. */
function commentOf({ message }: PacsError): string {
  const text = message.replaceAll('\\', '/');
  if (text.length <= MOST_COMMENT_CHARACTERS) return text;
  return `${text.slice(0, text.lastIndexOf(' ', MOST_COMMENT_CHARACTERS - 1))}…`;
}

function sequence(items: readonly DataSet[]): readonly DataSet[] | undefined {
  return items.length === 0 ? undefined : items;
}
