/**
 * Retrieve of studies, series and instances as DICOM files, and of their metadata. PS3.18 10.4, Tables 10.4.1-1 and -2.
 *
 * Trap: a client that names a transfer syntax must get that one or none; one that names none gets Explicit VR Little
 * Endian, and as stored only what cannot be turned into it.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { MetadataText } from '../storage/study-index.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import { chooseListForm, sendDataSets, sendJson } from './data-set-answer.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { isUnchanged } from './entity-tag.ts';
import { announced, canSend, openInstance, type InstanceBytes } from './instance-bytes.ts';
import { negotiate } from './media-type.ts';
import type { Offer } from './media-type.ts';
import type { OutgoingHeaders, OutgoingPart } from './multipart.ts';
import { sendMultipart, sendRanged, sendSinglePart, type PartHead } from './send-parts.ts';
import { addressOf, baseUrlOf, requireFound, selectionOf, urlOf } from './web-address.ts';

const DICOM = 'application/dicom';
const MULTIPART: Offer = { name: DICOM, isMultipart: true };
const SINGLE_PART: Offer = { name: DICOM, isMultipart: false };

/** GET of a study, a series or an instance. One instance may also come as a single part. */
export function retrieveInstances(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const selection = selectionOf(request);
    const places = requireFound(await services.index.listPlaces(selection), selection);
    const offers = selection.sopInstanceUid === undefined ? [MULTIPART] : [MULTIPART, SINGLE_PART];
    const { offer, transferSyntax } = negotiate(request, offers, (choice) =>
      places.every((place) => canSend(place, choice.transferSyntax)),
    );
    const form = [String(offer.isMultipart), transferSyntax ?? '', baseUrlOf(request)];
    if (isUnchanged(request, response, places.map(({ sha256 }) => sha256), ...form)) return; // prettier-ignore
    const open = (place: StoredPlace) => openInstance(services, place, transferSyntax);
    const parts = await startedParts(places, open, baseUrlOf(request));
    if (offer.isMultipart) {
      const heads = headsOf(places, parts.first, transferSyntax, baseUrlOf(request));
      await sendMultipart(response, DICOM, parts.all(), { heads });
    } else await sendOne(response, parts.first);
  };
}

/** Opens the first instance, so that what fails, fails before the header is sent; the others one after the other: a study of a thousand files must not hold a thousand descriptors. */
async function startedParts(
  places: readonly StoredPlace[],
  open: (place: StoredPlace) => Promise<InstanceBytes>,
  base: string,
): Promise<{ first: InstanceBytes; all(): AsyncGenerator<OutgoingPart> }> {
  const [place, ...rest] = places;
  if (!place) throw new PacsError('not-found', 'No instance is stored here');
  const first = await open(place);
  return {
    first,
    async *all() {
      yield partOf(base, place, first);
      for (const next of rest) yield partOf(base, next, await open(next));
    },
  };
}

async function sendOne(response: Response, { transferSyntaxUid, size, read }: InstanceBytes): Promise<void> {
  const headers = { 'Content-Type': typeOf(transferSyntaxUid) };
  if (size === undefined) await sendSinglePart(response, { headers, body: read() });
  else await sendRanged(response, { headers, size, read });
}

function partOf(base: string, place: StoredPlace, { transferSyntaxUid, read }: InstanceBytes): OutgoingPart {
  return { headers: headersOf(base, place, transferSyntaxUid), body: read() };
}

/** What is known of all parts before they are opened; `undefined` where the length of one is not. */
function headsOf(
  places: readonly StoredPlace[],
  first: InstanceBytes,
  transferSyntax: string | undefined,
  base: string,
): PartHead[] | undefined {
  const heads: PartHead[] = [];
  for (const [at, place] of places.entries()) {
    const { transferSyntaxUid, size } = at === 0 ? first : announced(place, transferSyntax);
    if (size === undefined) return undefined;
    heads.push({ headers: headersOf(base, place, transferSyntaxUid), size });
  }
  return heads;
}

function headersOf(base: string, place: StoredPlace, transferSyntaxUid: string): OutgoingHeaders {
  return { 'Content-Type': typeOf(transferSyntaxUid), 'Content-Location': addressOf(base, place) };
}

function typeOf(transferSyntaxUid: string): string {
  return `${DICOM}; transfer-syntax=${transferSyntaxUid}`;
}

/** GET of the metadata of a study, a series or an instance, as stored at ingest: one JSON array, or XML in parts. PS3.18 10.4.1.1.2. */
export function retrieveMetadata({ index }: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const form = chooseListForm(request);
    const selection = selectionOf(request);
    const found = requireFound(await index.listMetadata(selection), selection);
    const base = baseUrlOf(request);
    if (isUnchanged(request, response, found.map(({ sha256 }) => sha256), form, base)) return; // prettier-ignore
    const texts = found.map((metadata) => withAddresses(request, metadata));
    if (form === 'json') sendJson(response, `[${texts.join(',')}]`);
    else await sendDataSets(response, form, dataSetsOf(texts));
  };
}

/** The texts are data sets that we wrote. */
function* dataSetsOf(texts: readonly string[]): Generator<DataSet> {
  for (const text of texts) yield JSON.parse(text) as DataSet;
}

/**
 * Makes the addresses of bulk data absolute and adds that of Pixel Data, without parsing the ready text. PS3.18 F.2.6.
 * A quote inside a JSON string is escaped, so the pattern stands nowhere but at an element.
 */
function withAddresses(request: Request, metadata: MetadataText): string {
  const address = urlOf(baseUrlOf(request), metadata);
  const json = metadata.json.replaceAll('"BulkDataURI":"', `"BulkDataURI":"${address}/`);
  if (!metadata.hasPixelData) return json;
  const element = JSON.stringify({ vr: 'OW', BulkDataURI: `${address}/bulkdata/${TAG.PixelData}` });
  return `${json.slice(0, -1)},"${TAG.PixelData}":${element}}`;
}
