/**
 * Rendered images and thumbnails. PS3.18 10.4.1.1.3, 10.4.1.1.4 and 8.3.5.
 *
 * Trap: `window` names values in modality units, so it replaces the file's VOI, not its Modality LUT.
 */
import type { Request, RequestHandler, Response } from 'express';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import type { PixelModule } from '../../dicom/read/pixel-module.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import { encodeJpeg, encodePng, fitWithin } from '../imaging/image-codec.ts';
import type { Raster } from '../imaging/image-codec.ts';
import { headerOf } from '../storage/stored-instance.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { negotiate } from './media-type.ts';
import type { Accepting, Offer } from './media-type.ts';
import { readRenderOptions } from './render-options.ts';
import type { RenderOptions } from './render-options.ts';
import { requireFound, selectionOf } from './web-address.ts';

const JPEG: Offer = { name: 'image/jpeg', isMultipart: false };
const PNG: Offer = { name: 'image/png', isMultipart: false };
const THUMBNAIL_SIZE = 256;
const THUMBNAIL_QUALITY = 80;

/** GET of an instance (its first frame) or of one frame as JPEG or PNG. */
export function retrieveRendered(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const { name } = chooseImage(request, [JPEG, PNG]);
    const options = readRenderOptions(request.query);
    const instance = await representative(services, request);
    const raster = await render(services, instance, frameIndexOf(request), options);
    const bytes =
      name === PNG.name ? await encodePng(raster) : await encodeJpeg(raster, options.quality ?? 90);
    sendImage(response, name, bytes);
  };
}

/** GET of the thumbnail of a study, series, instance or frame, as JPEG. */
export function retrieveThumbnail(services: DicomWebServices): RequestHandler {
  return async (request, response) => {
    const { name } = chooseImage(request, [JPEG]);
    const { viewport } = readRenderOptions(request.query);
    const options = { viewport: viewport ?? { columns: THUMBNAIL_SIZE, rows: THUMBNAIL_SIZE } };
    const instance = await representative(services, request);
    const raster = await render(services, instance, frameIndexOf(request), options);
    sendImage(response, name, await encodeJpeg(raster, THUMBNAIL_QUALITY));
  };
}

/** Viewers ask for images with an Accept header meant for frames and say `?accept=image/jpeg`; the query wins. */
function chooseImage(request: Accepting, offers: readonly Offer[]): Offer {
  return negotiate(request, offers).offer;
}

/** The instance that stands for what the path names: the first that has pixels. */
async function representative({ index }: DicomWebServices, request: Request): Promise<StoredInstance> {
  const selection = selectionOf(request);
  const found = requireFound(await index.listInstances(selection), selection);
  const instance = found.find(({ pixelData }) => pixelData !== undefined);
  if (!instance) throw new PacsError('no-pixel-data', 'Nothing here holds Pixel Data (7FE0,0010)');
  return instance;
}

async function render(
  { objects, decode, decodingPlaces }: DicomWebServices,
  instance: StoredInstance,
  frameIndex: number,
  options: RenderOptions,
): Promise<Raster> {
  const raster = await decodingPlaces.pass(async () => {
    const bytes = await objects.read(instance.objectKey);
    const header = headerOf(instance);
    const module = readPixelModule(header);
    const frame = await decode(bytes, header, frameIndex);
    return rasterOf(frame, options.window ? { ...module, voi: [options.window] } : module);
  });
  const { viewport } = options;
  return viewport ? await fitWithin(raster, viewport.columns, viewport.rows) : raster;
}

/** Colour goes out as it is; grey through the display pipeline. */
function rasterOf(frame: PixelFrame, module: PixelModule): Raster {
  const { columns, rows } = frame;
  if (frame.samplesPerPixel === 3 && frame.samples instanceof Uint8Array) {
    return { columns, rows, channels: 3, samples: frame.samples };
  }
  const grey = toGrey(frame, module);
  const samples = new Uint8Array(grey.samples.length);
  for (let at = 0; at < samples.length; at += 1) samples[at] = Math.round((grey.samples[at] ?? 0) * 255);
  return { columns, rows, channels: 1, samples };
}

/** Frame number of the path, counted from 1 there and from 0 here; the first frame where the path names none. */
function frameIndexOf(request: Request): number {
  const { frames } = request.params;
  if (frames === undefined) return 0;
  if (typeof frames !== 'string' || !/^[1-9]\d{0,8}$/.test(frames)) {
    throw new PacsError('bad-request', 'One frame number from 1 is expected');
  }
  return Number(frames) - 1;
}

function sendImage(response: Response, type: string, bytes: Uint8Array): void {
  response.status(200);
  response.setHeader('Content-Type', type);
  response.end(bytes);
}
