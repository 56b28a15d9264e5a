/**
 * Retrieve of studies, series and instances as DICOM files, and of their metadata. PS3.18 10.4, Tables 10.4.1-1 and -2.
 *
 * Files go out as they came in. Trap: a client that names a transfer syntax other than the stored one must not get
 * the stored one instead; one that names none gets it.
 */
import type { Request, RequestHandler } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { MetadataText } from '../storage/study-index.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { negotiate, requireJson } from './media-type.ts';
import type { Offer } from './media-type.ts';
import type { OutgoingPart } from './multipart.ts';
import { sendMultipart, sendSinglePart } from './send-parts.ts';
import { baseUrlOf, requireFound, selectionOf, urlOf } from './web-address.ts';

const DICOM = 'application/dicom';
const MULTIPART: Offer = { name: DICOM, isMultipart: true };
const SINGLE_PART: Offer = { name: DICOM, isMultipart: false };

/** GET of a study, a series or an instance. One instance may also come as a single part. */
export function retrieveInstances({ index, objects }: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const selection = selectionOf(request);
    const isOne = selection.sopInstanceUid !== undefined;
    const choice = negotiate(request, isOne ? [MULTIPART, SINGLE_PART] : [MULTIPART]);
    const instances = requireFound(await index.listInstances(selection), selection);
    for (const instance of instances) requireSyntax(instance, choice.transferSyntax);
    const base = baseUrlOf(request);
    const parts = instances.map((instance) => (): OutgoingPart => ({
      headers: {
        'Content-Type': `${DICOM}; transfer-syntax=${instance.transferSyntaxUid}`,
        'Content-Location': locationOf(base, instance),
      },
      body: objects.stream(instance.objectKey),
    }));
    if (choice.offer.isMultipart) {
      await sendMultipart(response, DICOM, opened(parts));
    } else if (instances[0] && parts[0]) {
      response.setHeader('Content-Length', instances[0].sizeBytes);
      await sendSinglePart(response, parts[0]());
    }
  };
}

/** GET of the metadata of a study, a series or an instance: one JSON array, as stored at ingest. PS3.18 10.4.1.1.2. */
export function retrieveMetadata({ index }: DicomWebServices): RequestHandler {
  return async (request, response) => {
    requireJson(request);
    const selection = selectionOf(request);
    const found = requireFound(await index.listMetadata(selection), selection);
    const texts = found.map((metadata) => withPixelDataUrl(request, metadata));
    response.type('application/dicom+json; charset=utf-8').send(`[${texts.join(',')}]`);
  };
}

/** Opens one file after the other: a study of a thousand files must not hold a thousand descriptors. */
function* opened(parts: readonly (() => OutgoingPart)[]): Generator<OutgoingPart> {
  for (const part of parts) yield part();
}

function requireSyntax(instance: StoredInstance, wanted: string | undefined): void {
  if (wanted === undefined || wanted === '*' || wanted === instance.transferSyntaxUid) return;
  throw new PacsError(
    'not-acceptable',
    `Instance ${instance.sopInstanceUid} is stored in transfer syntax ${instance.transferSyntaxUid} and is not converted; ask for transfer-syntax=*`,
  );
}

function locationOf(base: string, instance: StoredInstance): string {
  return urlOf(base, {
    studyUid: instance.studyInstanceUid,
    seriesUid: instance.seriesInstanceUid,
    sopInstanceUid: instance.sopInstanceUid,
  });
}

/** Adds where Pixel Data is to the ready text, without parsing it. PS3.18 F.2.2 BulkDataURI. */
function withPixelDataUrl(request: Request, metadata: MetadataText): string {
  if (!metadata.hasPixelData) return metadata.json;
  const url = `${urlOf(baseUrlOf(request), metadata)}/bulkdata/7FE00010`;
  const element = JSON.stringify({ vr: 'OW', BulkDataURI: url });
  return `${metadata.json.slice(0, -1)},"7FE00010":${element}}`;
}
