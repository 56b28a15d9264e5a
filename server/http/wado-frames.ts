/**
 * Retrieve of frames. PS3.18 10.4.1.1.6, 8.7.3: octets, or compressed pixels in the media type of their syntax.
 */
import type { Request, RequestHandler, Response } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { isUnchanged } from './entity-tag.ts';
import { frameSyntax, openFrame, PIXEL_MEDIA_TYPES } from './frame-bytes.ts';
import { negotiate, type Choice, type Offer } from './media-type.ts';
import type { OutgoingPart } from './multipart.ts';
import { sendMultipart, sendRanged, wholeOf } from './send-parts.ts';
import type { RangedPart } from './send-parts.ts';
import { baseUrlOf, instanceSelectionOf, requireFound, urlOf } from './web-address.ts';

/** Media type of bytes without a form. */
export const OCTETS = 'application/octet-stream';

/** What pixels can be sent as; the first is the default. */
export const PIXEL_OFFERS: readonly Offer[] = [OCTETS, ...Object.keys(PIXEL_MEDIA_TYPES)].flatMap((name) => [
  { name, isMultipart: true },
  { name, isMultipart: false },
]);
const MAX_FRAMES_PER_REQUEST = 10_000;

/** GET of frames by number (from 1, a comma list). One frame may come as a single part. */
export function retrieveFrames(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const numbers = frameNumbersOf(request.params['frames']);
    const { instance, url } = await findInstance(services, request);
    const { offer, transferSyntaxUid } = negotiatePixels(request, instance, numbers.length);
    const form = [offer.name, String(offer.isMultipart), transferSyntaxUid, numbers.join(), url];
    if (isUnchanged(request, response, [instance.sha256], ...form)) return;
    const part = async (number: number): Promise<RangedPart> => ({
      headers: pixelHeaders(offer.name, transferSyntaxUid, `${url}/frames/${number}`),
      ...(await openFrame(services, instance, number - 1, transferSyntaxUid)),
    });
    await sendFrames(response, offer, numbers, part);
  };
}

/** Sends frames in the form that was chosen. What fails at the first, fails before the header is sent. */
export async function sendFrames(
  response: Response,
  offer: Offer,
  [number = 1, ...others]: readonly number[],
  part: (number: number) => Promise<RangedPart>,
): Promise<void> {
  const first = await part(number);
  if (!offer.isMultipart) await sendRanged(response, first);
  else {
    const whole = async (other: number): Promise<OutgoingPart> => wholeOf(await part(other));
    await sendMultipart(response, offer.name, inTurn(wholeOf(first), others, whole));
  }
}

/** The first part and then the others, each made when the one before it is sent. */
export function inTurn<T>(
  first: OutgoingPart,
  others: readonly T[],
  part: (of: T) => Promise<OutgoingPart>,
): readonly OutgoingPart[] | AsyncGenerator<OutgoingPart> {
  return others.length === 0 ? [first] : followed(first, others, part);
}

async function* followed<T>(
  first: OutgoingPart,
  others: readonly T[],
  part: (of: T) => Promise<OutgoingPart>,
): AsyncGenerator<OutgoingPart> {
  yield first;
  for (const other of others) yield await part(other);
}

/** The form in which `count` frames of an instance are sent; `unnamed` is the transfer syntax meant where the client names none. Throws `no-pixel-data` and `not-acceptable`. */
export function negotiatePixels(
  request: Request,
  instance: StoredInstance,
  count: number,
  unnamed?: string,
): { readonly offer: Offer; readonly transferSyntaxUid: string } {
  if (!instance.pixelData)
    throw new PacsError('no-pixel-data', 'The instance holds no Pixel Data (7FE0,0010)');
  const syntaxOf = ({ offer, transferSyntax }: Choice): string | undefined =>
    frameSyntax(instance, offer.name, transferSyntax ?? unnamed);
  const offers = PIXEL_OFFERS.filter(({ isMultipart }) => isMultipart || count === 1);
  const choice = negotiate(request, offers, (candidate) => syntaxOf(candidate) !== undefined);
  return { offer: choice.offer, transferSyntaxUid: syntaxOf(choice) ?? '' };
}

/** Headers of pixels in a transfer syntax. */
export function pixelHeaders(
  type: string,
  transferSyntaxUid: string,
  location: string,
): Record<string, string> {
  return { 'Content-Type': `${type}; transfer-syntax=${transferSyntaxUid}`, 'Content-Location': location };
}

/** The one instance that the path names, with its address. Throws `not-found`. */
export async function findInstance(
  { index }: Pick<DicomWebServices, 'index'>,
  request: Request,
): Promise<{ readonly instance: StoredInstance; readonly url: string }> {
  const selection = instanceSelectionOf(request);
  const [instance] = requireFound(await index.listInstances(selection), selection);
  if (!instance) throw new PacsError('not-found', 'No such instance is stored');
  return { instance, url: urlOf(baseUrlOf(request), selection) };
}

/** A list of frame numbers from 1, by comma. Throws `bad-request`, `too-large`. PS3.18 10.4.1.1.6. */
export function frameNumbersOf(value: unknown): number[] {
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
