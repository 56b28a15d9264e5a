/**
 * Store (STOW-RS). PS3.18 10.5; the answer is in `stow-response.ts`, metadata with bulk data in `stow-metadata.ts`.
 *
 * Trap: the answer is about every instance, so a body that breaks off after some instances were stored still gets an
 * answer that names those.
 */
import type { Request, RequestHandler } from 'express';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { StoreOptions } from '../ingest/store-instances.ts';
import { chooseForm } from './data-set-answer.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { parseMediaType } from './media-type.ts';
import { boundaryOf, readMultipart } from './multipart.ts';
import type { IncomingPart } from './multipart.ts';
import { isMetadataType, storeMetadataParts } from './stow-metadata.ts';
import { outcomeOf, sendOutcomes, type Outcome } from './stow-response.ts';
import { baseUrlOf, uidParameter } from './web-address.ts';

const DICOM = 'application/dicom';

/** The body of a request: its parts, and the media type that the request says they have. */
interface StoreBody {
  readonly type: string;
  readonly parts: AsyncIterable<IncomingPart>;
}

/** POST /studies and POST /studies/:study. */
export function storeInstances(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const form = chooseForm(request);
    const expectedStudyUid =
      request.params['study'] === undefined ? undefined : uidParameter(request, 'study');
    const options: StoreOptions = {
      origin: 'stow',
      ...(expectedStudyUid === undefined ? {} : { expectedStudyUid }),
    };
    const { type, parts } = bodyOf(services, request);
    const outcomes =
      type === DICOM
        ? await storeParts(services, parts, options)
        : (await storeMetadataParts(services, parts, baseUrlOf(request), options)).map(outcomeOf);
    if (outcomes.length === 0) throw new PacsError('bad-request', 'The body holds no instance');
    await sendOutcomes(request, response, form, outcomes, expectedStudyUid);
  };
}

/** Reads the parts one after the other; while the next is read, the one before it is kept: of what disagrees within a study, the first to come counts. */
async function storeParts(
  { instances }: DicomWebServices,
  parts: AsyncIterable<IncomingPart>,
  options: StoreOptions,
): Promise<Outcome[]> {
  const outcomes: Promise<Outcome>[] = [];
  try {
    for await (const part of parts) {
      const failure = partFailure(part);
      if (failure) {
        outcomes.push(Promise.resolve({ status: 'refused', failure, identity: {} }));
        continue;
      }
      const received = await instances.receive(part.body, options);
      await outcomes.at(-1);
      outcomes.push(received.keep().then(outcomeOf));
    }
  } catch (error) {
    const failure = asPacsError(error);
    await Promise.all(outcomes);
    if (outcomes.length === 0 || failure.kind === 'internal') throw error;
    outcomes.push(Promise.resolve({ status: 'refused', failure, identity: {} }));
  }
  return await Promise.all(outcomes);
}

/** Multipart of files or of metadata; one file or one document of metadata may also come as it is. PS3.18 Table 10.5.2-1. */
function bodyOf({ multipartLimits }: DicomWebServices, request: Request): StoreBody {
  const mediaType = parseMediaType(request.get('content-type') ?? '');
  const isMultipart = mediaType?.name === 'multipart/related';
  const type = isMultipart ? mediaType.parameters.get('type')?.toLowerCase() : mediaType?.name;
  const isKnown = type === DICOM || (type?.startsWith('application/dicom') === true && isMetadataType(type));
  if (!mediaType || type === undefined || !isKnown) {
    throw new PacsError(
      'unsupported-media-type',
      'Content-Type must be multipart/related; type="application/dicom", "application/dicom+json" or "application/dicom+xml" (PS3.18 10.5.2)',
    );
  }
  return {
    type,
    parts: isMultipart
      ? readMultipart(request, boundaryOf(mediaType), multipartLimits)
      : onePart(request, type),
  };
}

async function* onePart(request: Request, type: string): AsyncGenerator<IncomingPart> {
  await Promise.resolve();
  yield { headers: new Map([['content-type', type]]), body: request };
}

/** A part without a Content-Type is taken for what the request says it holds. */
function partFailure(part: IncomingPart): PacsError | undefined {
  const text = part.headers.get('content-type');
  if (text === undefined || parseMediaType(text)?.name === DICOM) return undefined;
  return new PacsError('unsupported-media-type', 'A part has another Content-Type than application/dicom');
}
