/**
 * Retrieve of bulk data: Pixel Data, and every other value too long for the metadata. PS3.18 10.4.1.1.5, 10.4.1.1.7.
 *
 * Trap: native Pixel Data is one value and one part; compressed Pixel Data is a part a frame (PS3.18 8.7.3.3).
 */
import type { Request, RequestHandler, Response } from 'express';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { isItem } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { headerOf, type StoredInstance } from '../storage/stored-instance.ts';
import { bulkValue } from './bulk-value.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { isUnchanged } from './entity-tag.ts';
import { frameSyntax, openFrame } from './frame-bytes.ts';
import { negotiate, type Offer } from './media-type.ts';
import type { OutgoingPart } from './multipart.ts';
import { sendMultipart, sendRanged, wholeOf, type RangedPart } from './send-parts.ts';
import { findInstance, negotiatePixels, OCTETS, pixelHeaders, sendFrames } from './wado-frames.ts';
import { addressOf, baseUrlOf, requireFound, selectionOf } from './web-address.ts';

const NATIVE = TRANSFER_SYNTAX.explicitVrLittleEndian;
const OFFERS: readonly Offer[] = [
  { name: OCTETS, isMultipart: true },
  { name: OCTETS, isMultipart: false },
];

/** Bulk data goes out as it is stored where the client names no transfer syntax. */
const AS_STORED = '*';

/** GET of one bulk value by the address that the metadata gave. */
export function retrieveBulkData(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const path = String(request.params['path']).toUpperCase();
    const { instance, url } = await findInstance(services, request);
    if (path === TAG.PixelData) {
      await sendPixelData(services, request, response, instance, url);
      return;
    }
    const { offer } = negotiate(request, OFFERS);
    if (isUnchanged(request, response, [instance.sha256], path, String(offer.isMultipart), url)) return;
    const part = await bulkPart(services, instance, path, url);
    if (offer.isMultipart) await sendMultipart(response, OCTETS, [wholeOf(part)]);
    else await sendRanged(response, part);
  };
}

async function bulkPart(
  services: DicomWebServices,
  instance: StoredInstance,
  path: string,
  url: string,
): Promise<RangedPart> {
  const headers = { 'Content-Type': OCTETS, 'Content-Location': `${url}/bulkdata/${path}` };
  return await bulkValue(services, instance, path, headers);
}

async function sendPixelData(
  services: DicomWebServices,
  request: Request,
  response: Response,
  instance: StoredInstance,
  url: string,
): Promise<void> {
  if (!instance.pixelData)
    throw new PacsError('no-pixel-data', 'The instance holds no Pixel Data (7FE0,0010)');
  const location = `${url}/bulkdata/${TAG.PixelData}`;
  const isNative = isStoredNative(instance);
  const frames = isNative ? 1 : readImagePixel(headerOf(instance)).frames;
  const { offer, transferSyntaxUid } = isNative
    ? { offer: negotiate(request, OFFERS).offer, transferSyntaxUid: NATIVE }
    : negotiatePixels(request, instance, frames, AS_STORED);
  const form = ['pixels', offer.name, String(offer.isMultipart), transferSyntaxUid, url];
  if (isUnchanged(request, response, [instance.sha256], ...form)) return;
  if (isNative) {
    const part = nativePart(services, instance, location);
    if (offer.isMultipart) await sendMultipart(response, OCTETS, [wholeOf(part)]);
    else await sendRanged(response, part);
    return;
  }
  const part = async (frame: number) => ({
    headers: pixelHeaders(offer.name, transferSyntaxUid, `${url}/frames/${frame}`),
    ...(await openFrame(services, instance, frame - 1, transferSyntaxUid)),
  });
  await sendFrames(response, offer, upTo(frames), part);
}

/** GET of all Pixel Data, or of all bulk data, of a study, a series or an instance: a part each, octets as stored. */
export function retrieveAllBulkData(services: DicomWebServices, which: 'all' | 'pixels'): RequestHandler {
  return async (request, response) => {
    const selection = selectionOf(request);
    const { offer } = negotiate(request, [{ name: OCTETS, isMultipart: true }]);
    const found = requireFound(await services.index.listInstances(selection), selection);
    const holders = found.filter(
      ({ pixelData, metadata }) => pixelData ?? (which === 'all' && bulkPaths(metadata).length > 0),
    );
    if (holders.length === 0) throw new PacsError('not-found', 'Nothing here holds bulk data');
    const base = baseUrlOf(request);
    if (isUnchanged(request, response, holders.map(({ sha256 }) => sha256), which, base)) return; // prettier-ignore
    await sendMultipart(response, offer.name, partsOf(services, holders, which, base));
  };
}

async function* partsOf(
  services: DicomWebServices,
  instances: readonly StoredInstance[],
  which: 'all' | 'pixels',
  base: string,
): AsyncGenerator<OutgoingPart> {
  for (const instance of instances) {
    const url = addressOf(base, instance);
    for (const path of which === 'all' ? bulkPaths(instance.metadata) : []) {
      yield wholeOf(await bulkPart(services, instance, path, url));
    }
    if (instance.pixelData) yield* pixelParts(services, instance, url);
  }
}

async function* pixelParts(
  services: DicomWebServices,
  instance: StoredInstance,
  url: string,
): AsyncGenerator<OutgoingPart> {
  if (isStoredNative(instance)) {
    yield wholeOf(nativePart(services, instance, `${url}/bulkdata/${TAG.PixelData}`));
    return;
  }
  const { frames } = readImagePixel(headerOf(instance));
  const syntax = frameSyntax(instance, OCTETS, '*') ?? NATIVE;
  for (const frame of upTo(frames)) {
    const bytes = await openFrame(services, instance, frame - 1, syntax);
    yield wholeOf({ headers: pixelHeaders(OCTETS, syntax, `${url}/frames/${frame}`), ...bytes });
  }
}

function nativePart(
  { objects }: DicomWebServices,
  { objectKey, pixelData }: StoredInstance,
  location: string,
): RangedPart {
  const { offset, length } = pixelData ?? { offset: 0, length: 0 };
  return {
    headers: pixelHeaders(OCTETS, NATIVE, location),
    size: length,
    read: ({ start, end }) => objects.lend(objectKey, { start: offset + start, end: offset + end }),
  };
}

/** The paths behind every `BulkDataURI` of a header. */
function bulkPaths(dataSet: DataSet): readonly string[] {
  return Object.values(dataSet).flatMap(({ vr, BulkDataURI, Value }) => [
    ...(BulkDataURI === undefined ? [] : [BulkDataURI.replace(/^.*\//, '')]),
    ...(vr === 'SQ' ? (Value ?? []).filter(isItem).flatMap(bulkPaths) : []),
  ]);
}

/** All frame numbers. */
function upTo(frames: number): readonly number[] {
  return Array.from({ length: frames }, (_, index) => index + 1);
}

function isStoredNative({ transferSyntaxUid, pixelData }: StoredInstance): boolean {
  const isLittleEndian =
    transferSyntaxUid === NATIVE || transferSyntaxUid === TRANSFER_SYNTAX.implicitVrLittleEndian;
  return isLittleEndian && pixelData?.isEncapsulated === false;
}
