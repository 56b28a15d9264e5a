/**
 * Retrieve of frames and of Pixel Data as bulk data. PS3.18 10.4.1.1.5 and 10.4.1.1.6.
 */
import type { Request, RequestHandler } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { frameCountOf, frameSource } from './frame-bytes.ts';
import type { FrameSource } from './frame-bytes.ts';
import { negotiate } from './media-type.ts';
import type { Choice, Offer } from './media-type.ts';
import type { OutgoingPart } from './multipart.ts';
import { sendMultipart, sendSinglePart } from './send-parts.ts';
import { baseUrlOf, instanceSelectionOf, requireFound, urlOf } from './web-address.ts';

const OCTETS = 'application/octet-stream';
const OFFERS: readonly Offer[] = [
  { name: OCTETS, isMultipart: true },
  { name: OCTETS, isMultipart: false },
];
const MAX_FRAMES_PER_REQUEST = 10_000;

/** GET of frames by number (from 1, a comma list). One frame may come as a single part. */
export function retrieveFrames(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const choice = negotiate(request, OFFERS);
    const numbers = frameNumbersOf(request.params['frames']);
    const { instance, url } = await findInstance(services, request);
    const source = frameSource(services, instance, choice.transferSyntax);
    if (choice.offer.isMultipart) {
      const first = await partOf(source, numbers[0] ?? 1, url); // what fails, fails before the header is sent
      await sendMultipart(response, OCTETS, parts(source, numbers, url, first));
      return;
    }
    if (numbers.length > 1) {
      throw new PacsError('not-acceptable', 'Several frames can only be sent as multipart/related');
    }
    await sendSinglePart(response, await partOf(source, numbers[0] ?? 1, url));
  };
}

/** GET of the value of Pixel Data: native in one part, compressed frames in a part each. */
export function retrievePixelData(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const choice = negotiate(request, OFFERS);
    if (request.params['tag']?.toString().toUpperCase() !== '7FE00010') {
      throw new PacsError('not-found', 'The instance has no bulk data under this address');
    }
    const { instance, url } = await findInstance(services, request);
    const { pixelData } = instance;
    if (!pixelData) throw new PacsError('no-pixel-data', 'The instance holds no Pixel Data (7FE0,0010)');
    if (isStoredNative(instance)) {
      const range = { start: pixelData.offset, end: pixelData.offset + pixelData.length };
      const part: OutgoingPart = {
        headers: partHeaders(TRANSFER_SYNTAX.explicitVrLittleEndian, `${url}/bulkdata/7FE00010`),
        body: services.objects.stream(instance.objectKey, range),
      };
      if (choice.offer.isMultipart) await sendMultipart(response, OCTETS, [part]);
      else await sendSinglePart(response, part);
      return;
    }
    const source = frameSource(services, instance, choice.transferSyntax ?? '*');
    const numbers = Array.from({ length: frameCountOf(instance) }, (_, index) => index + 1);
    requireMultipart(choice, numbers);
    const first = await partOf(source, 1, url);
    if (choice.offer.isMultipart) await sendMultipart(response, OCTETS, parts(source, numbers, url, first));
    else await sendSinglePart(response, first);
  };
}

function requireMultipart(choice: Choice, numbers: readonly number[]): void {
  if (choice.offer.isMultipart || numbers.length === 1) return;
  throw new PacsError('not-acceptable', 'The frames of this instance can only be sent as multipart/related');
}

async function findInstance(
  { index }: DicomWebServices,
  request: Request,
): Promise<{ instance: StoredInstance; url: string }> {
  const selection = instanceSelectionOf(request);
  const [instance] = requireFound(await index.listInstances(selection), selection);
  if (!instance) throw new PacsError('not-found', 'No such instance is stored');
  return { instance, url: urlOf(baseUrlOf(request), selection) };
}

async function* parts(
  source: FrameSource,
  numbers: readonly number[],
  url: string,
  first: OutgoingPart,
): AsyncGenerator<OutgoingPart> {
  yield first;
  for (const number of numbers.slice(1)) yield await partOf(source, number, url);
}

async function partOf(source: FrameSource, frameNumber: number, url: string): Promise<OutgoingPart> {
  const { transferSyntaxUid, bytes } = await source(frameNumber - 1);
  return { headers: partHeaders(transferSyntaxUid, `${url}/frames/${frameNumber}`), body: bytes };
}

function partHeaders(transferSyntaxUid: string, location: string): Record<string, string> {
  return {
    'Content-Type': `${OCTETS}; transfer-syntax=${transferSyntaxUid}`,
    'Content-Location': location,
  };
}

function isStoredNative({ transferSyntaxUid, pixelData }: StoredInstance): boolean {
  const isLittleEndian =
    transferSyntaxUid === TRANSFER_SYNTAX.explicitVrLittleEndian ||
    transferSyntaxUid === TRANSFER_SYNTAX.implicitVrLittleEndian;
  return isLittleEndian && pixelData?.isEncapsulated === false;
}

function frameNumbersOf(value: unknown): number[] {
  const text = typeof value === 'string' ? value : '';
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/.test(text)) {
    throw new PacsError('bad-request', 'The frame list must be frame numbers from 1, with commas between');
  }
  const numbers = text.split(',').map(Number);
  if (numbers.length > MAX_FRAMES_PER_REQUEST) {
    throw new PacsError('too-large', `More than ${MAX_FRAMES_PER_REQUEST} frames are asked for`);
  }
  return numbers;
}
