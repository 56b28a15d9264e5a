/**
 * Store (STOW-RS). PS3.18 10.5; response data set Annex I.
 *
 * Trap: the answer is about every instance, so a body that breaks off after some instances were stored still gets an
 * answer that names those.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { asPacsError, FAILURES, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceIdentity } from '../../dicom/vocabulary/instance.ts';
import type { StoreOutcome } from '../ingest/store-instances.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { sendFailure } from './errors.ts';
import { parseMediaType, requireJson } from './media-type.ts';
import { boundaryOf, readMultipart } from './multipart.ts';
import type { IncomingPart } from './multipart.ts';
import { sendWarnings } from './warnings.ts';
import { baseUrlOf, uidParameter, urlOf } from './web-address.ts';

type Refused = StoreOutcome & { status: 'refused' };
/** What the answer says of one instance, and no more: a study of thousands must not keep their headers in memory. */
type Outcome = Refused | { readonly status: 'stored'; readonly instance: InstanceIdentity };

const JSON_TYPE = 'application/dicom+json; charset=utf-8';

/** POST /studies and POST /studies/:study. */
export function storeInstances(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    requireJson(request);
    const expectedStudyUid =
      request.params['study'] === undefined ? undefined : uidParameter(request, 'study');
    const outcomes = await storeParts(services, request, expectedStudyUid);
    sendOutcomes(request, response, outcomes, expectedStudyUid);
  };
}

async function storeParts(
  services: DicomWebServices,
  request: Request,
  expectedStudyUid: string | undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const options = {
    origin: 'stow',
    ...(expectedStudyUid === undefined ? {} : { expectedStudyUid }),
  } as const;
  try {
    for await (const part of readMultipart(request, boundaryOfRequest(request))) {
      const failure = partFailure(part);
      outcomes.push(
        failure
          ? { status: 'refused', failure, identity: {} }
          : outcomeOf(await services.instances.store(part.body, options)),
      );
    }
  } catch (error) {
    const failure = asPacsError(error);
    if (outcomes.length === 0 || failure.kind === 'internal') throw error;
    outcomes.push({ status: 'refused', failure, identity: {} });
  }
  if (outcomes.length === 0) throw new PacsError('bad-request', 'The multipart body has no part');
  return outcomes;
}

function outcomeOf(outcome: StoreOutcome): Outcome {
  if (outcome.status === 'refused') return outcome;
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid } = outcome.instance;
  return {
    status: 'stored',
    instance: { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid },
  };
}

function boundaryOfRequest(request: Request): string {
  const mediaType = parseMediaType(request.get('content-type') ?? '');
  const type = mediaType?.parameters.get('type')?.toLowerCase();
  if (mediaType?.name !== 'multipart/related' || type !== 'application/dicom') {
    throw new PacsError(
      'unsupported-media-type',
      'Content-Type must be multipart/related; type="application/dicom" (PS3.18 10.5.2)',
    );
  }
  return boundaryOf(mediaType);
}

/** A part without a Content-Type is taken for what the request says it holds. */
function partFailure(part: IncomingPart): PacsError | undefined {
  const text = part.headers.get('content-type');
  if (text === undefined || parseMediaType(text)?.name === 'application/dicom') return undefined;
  return new PacsError('unsupported-media-type', 'A part has another Content-Type than application/dicom');
}

function sendOutcomes(
  request: Request,
  response: Response,
  outcomes: readonly Outcome[],
  expectedStudyUid: string | undefined,
): void {
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'refused' ? [outcome.failure] : []));
  const isNothingStored = failures.length === outcomes.length;
  const common = commonKind(failures);
  if (isNothingStored && common === 'storage-unavailable' && failures[0]) {
    sendFailure(response, failures[0]); // nothing is wrong with the instances: the client should come again
    return;
  }
  sendWarnings(response, failures.map(inWords));
  response
    .status(statusOf(failures.length, isNothingStored, common))
    .type(JSON_TYPE)
    .send(JSON.stringify(responseOf(baseUrlOf(request), outcomes, expectedStudyUid)));
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
  });
}

function sequence(items: readonly DataSet[]): readonly DataSet[] | undefined {
  return items.length === 0 ? undefined : items;
}
