/**
 * Rendered studies, series, instances and frames, and thumbnails. PS3.18 10.4.1.1.3, 10.4.1.1.4 and 8.3.5.
 *
 * One rendering is a single part; several are parts of one body, whichever of the two the client names. Trap: what a
 * client does not accept of a study (a report, where it wants images) is left out, and refused only when nothing is left.
 */
import type { Request, RequestHandler, Response } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { isUnchanged } from './entity-tag.ts';
import { negotiate } from './media-type.ts';
import type { OutgoingPart } from './multipart.ts';
import { readAnnotations, readRenderOptions } from './render-options.ts';
import { renderingsOf, type Rendering, type RenderRequest } from './renderings.ts';
import { sendMultipart, sendSinglePart } from './send-parts.ts';
import { frameNumbersOf, inTurn } from './wado-frames.ts';
import { addressOf, baseUrlOf, requireFound, selectionOf } from './web-address.ts';

const THUMBNAIL = { columns: 256, rows: 256 } as const;
const THUMBNAIL_QUALITY = 80;
const TEXT = /^text\//;

/** GET of everything that can be rendered below a path, or of the frames that it names. */
export function retrieveRendered(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const places = await placesOf(services, request);
    const order = {
      options: readRenderOptions(request.query),
      annotations: readAnnotations(request.query),
    };
    const renderings: Rendering[] = [];
    for (const frame of framesOf(request)) {
      for (const place of places) renderings.push(...(await renderingsOf(services, place, { ...order, ...frame })));
    }
    await sendRenderings(request, response, renderings);
  };
} // prettier-ignore

/** GET of the thumbnail of a study, series, instance or frame, as JPEG: of its first image. */
export function retrieveThumbnail(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const place = (await placesOf(services, request)).find(({ pixelData }) => pixelData !== undefined);
    if (!place) throw nothingToRender();
    const { viewport = THUMBNAIL, ...options } = readRenderOptions(request.query);
    const order: RenderRequest = {
      options: { ...options, viewport, quality: THUMBNAIL_QUALITY },
      annotations: [],
      ...framesOf(request)[0],
    };
    const [image] = await renderingsOf(services, place, order);
    if (image) await sendRenderings(request, response, [{ ...image, mediaTypes: ['image/jpeg'] }]);
  };
}

async function placesOf({ index }: DicomWebServices, request: Request): Promise<readonly StoredPlace[]> {
  const selection = selectionOf(request);
  return requireFound(await index.listPlaces(selection), selection);
}

/** The frames that the path names; one nameless one where it names none. */
function framesOf(request: Request): readonly Pick<RenderRequest, 'frameNumber'>[] {
  const { frames } = request.params;
  return frames === undefined ? [{}] : frameNumbersOf(frames).map((frameNumber) => ({ frameNumber }));
}

interface Chosen {
  readonly rendering: Rendering;
  readonly mediaType: string;
  readonly isMultipart: boolean;
}

async function sendRenderings(
  request: Request,
  response: Response,
  renderings: readonly Rendering[],
): Promise<void> {
  const [first, ...rest] = chooseTypes(request, renderings);
  if (!first) throw nothingToRender();
  const base = baseUrlOf(request);
  const query = request.originalUrl.replace(/^[^?]*/, '');
  const sources = [first, ...rest].flatMap(({ rendering, mediaType }) => [...rendering.sources, mediaType]);
  const isMultipart = first.isMultipart || rest.length > 0;
  if (isUnchanged(request, response, sources, base, request.path, query, String(isMultipart))) return;
  const part = async ({ rendering, mediaType }: Chosen): Promise<OutgoingPart> => ({
    headers: {
      'Content-Type': TEXT.test(mediaType) ? `${mediaType}; charset=utf-8` : mediaType,
      'Content-Location': locationOf(base, rendering),
    },
    body: await rendering.make(mediaType),
  });
  const start = await part(first); // what fails, fails before the header is sent
  if (isMultipart) await sendMultipart(response, first.mediaType, inTurn(start, rest, part));
  else await sendSinglePart(response, start);
}

/** What the client accepts of each. Throws `not-acceptable` when it accepts none. */
function chooseTypes(request: Request, renderings: readonly Rendering[]): readonly Chosen[] {
  const chosen = renderings.flatMap((rendering): Chosen[] => {
    try {
      const offers = rendering.mediaTypes.flatMap((name) => [
        { name, isMultipart: false },
        { name, isMultipart: true },
      ]);
      const { offer } = negotiate(request, offers);
      return [{ rendering, mediaType: offer.name, isMultipart: offer.isMultipart }];
    } catch (error) {
      if (error instanceof PacsError && error.kind === 'not-acceptable' && renderings.length > 1) return [];
      throw error;
    }
  });
  if (chosen.length === 0 && renderings.length > 0) {
    throw new PacsError('not-acceptable', 'Nothing here can be rendered in a media type of Accept');
  }
  return chosen;
}

function locationOf(base: string, { place, frameNumber }: Rendering): string {
  const frame = frameNumber === undefined ? '' : `/frames/${frameNumber}`;
  return `${addressOf(base, place)}${frame}/rendered`;
}

function nothingToRender(): PacsError {
  return new PacsError('no-pixel-data', 'Nothing here has a rendered form');
}
