/**
 * What of a study can be rendered, and how: images, presentation states, reports, documents. PS3.18 8.7.4, 10.4.1.1.3.
 *
 * One row per category: which instances belong to it, which media types they take, and what makes the bytes. Trap: a
 * presentation state is rendered as the images it is for, so one instance may give several renderings.
 */
import { presentedImages } from '../../dicom/read/presentation-state.ts';
import { isReportMediaType, REPORT_MEDIA_TYPES, reportAs } from '../../dicom/sr/report-text.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import type { ImageMediaType } from '../imaging/image-task.ts';
import type { StoredInstance, StoredPlace } from '../storage/stored-instance.ts';
import { bulkValue } from './bulk-value.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { orderImage, type ImageOrder } from './image-order.ts';
import type { OutgoingPart } from './multipart.ts';
import { wholeOf } from './send-parts.ts';

/** One thing to send: an image, a text, a document. */
export interface Rendering {
  /** The instance that it is a rendering of. */
  readonly place: StoredPlace;
  /** 1-based frame, where the path named one. */
  readonly frameNumber?: number;
  /** The default first. */
  readonly mediaTypes: readonly string[];
  /** SHA-256 of every instance that it is made of. */
  readonly sources: readonly string[];
  make(mediaType: string): Promise<OutgoingPart['body']>;
}

/** Everything of an order but its media type and what the category adds. */
export type RenderRequest = Pick<ImageOrder, 'options' | 'annotations' | 'frameNumber'>;

type Category = (
  services: DicomWebServices,
  place: StoredPlace,
  request: RenderRequest,
) => Promise<readonly Rendering[]>;

/** Media types of images, the default first. PS3.18 Table 8.7.4-1. */
export const IMAGE_MEDIA_TYPES: readonly ImageMediaType[] = ['image/jpeg', 'image/png', 'image/gif'];

const ENCAPSULATED_DOCUMENT = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.104\./;
const STRUCTURED_REPORT = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\./;

/** The renderings of an instance; none for what has no rendered form. */
export async function renderingsOf(
  services: DicomWebServices,
  place: StoredPlace,
  request: RenderRequest,
): Promise<readonly Rendering[]> {
  return (await categoryOf(place)?.(services, place, request)) ?? [];
}

function categoryOf({ sopClassUid, pixelData }: StoredPlace): Category | undefined {
  if (pixelData) return imageRenderings;
  if (STRUCTURED_REPORT.test(sopClassUid)) return reportRenderings;
  if (sopClassUid === SOP_CLASS.grayscaleSoftcopyPresentationState) return presentationRenderings;
  return ENCAPSULATED_DOCUMENT.test(sopClassUid) ? documentRenderings : undefined;
}

function imageRenderings(services: DicomWebServices, place: StoredPlace, request: RenderRequest) {
  const { frameNumber } = request;
  const rendering: Rendering = {
    place,
    ...(frameNumber !== undefined && { frameNumber }),
    mediaTypes: IMAGE_MEDIA_TYPES,
    sources: [place.sha256],
    make: async (type) =>
      await orderImage(services, await whole(services, place), { ...request, mediaType: imageType(type) }),
  };
  return Promise.resolve([rendering]);
}

function reportRenderings(services: DicomWebServices, place: StoredPlace) {
  const rendering: Rendering = {
    place,
    mediaTypes: REPORT_MEDIA_TYPES,
    sources: [place.sha256],
    make: async (type) => {
      const { metadata } = await whole(services, place);
      return Buffer.from(reportAs(isReportMediaType(type) ? type : 'text/html', metadata), 'utf8');
    },
  };
  return Promise.resolve([rendering]);
}

/** The images that the state is for, as far as they are stored. PS3.18 10.4.1.1.3.1: it brings its own window. */
async function presentationRenderings(
  services: DicomWebServices,
  place: StoredPlace,
  request: RenderRequest,
): Promise<readonly Rendering[]> {
  if (request.options.window) {
    throw new PacsError('bad-request', 'window cannot be given for a presentation state (PS3.18 8.3.5.1.4)');
  }
  const state = await whole(services, place);
  const renderings: Rendering[] = [];
  for (const { sopInstanceUid, frameNumbers } of presentedImages(state.metadata)) {
    const image = await services.index.findInstance(sopInstanceUid);
    if (!image?.pixelData || image.studyInstanceUid !== place.studyInstanceUid) continue;
    for (const frameNumber of frameNumbers.length === 0 ? [undefined] : frameNumbers) {
      const order = {
        options: request.options,
        annotations: request.annotations,
        presentationState: state.metadata,
        ...(frameNumber !== undefined && { frameNumber }),
      };
      renderings.push({
        place,
        mediaTypes: IMAGE_MEDIA_TYPES,
        sources: [place.sha256, image.sha256],
        make: (type) => orderImage(services, image, { ...order, mediaType: imageType(type) }),
      });
    }
  }
  return renderings;
}

/** A document goes out in the media type that it says it has. PS3.3 C.24.2. */
async function documentRenderings(services: DicomWebServices, place: StoredPlace) {
  const { metadata } = await whole(services, place);
  const mediaType = textOf(metadata, TAG.MIMETypeOfEncapsulatedDocument);
  if (mediaType !== 'application/pdf') return [];
  const rendering: Rendering = {
    place,
    mediaTypes: [mediaType],
    sources: [place.sha256],
    make: async () => wholeOf(await bulkValue(services, place, TAG.EncapsulatedDocument)).body,
  };
  return [rendering];
}

function imageType(type: string): ImageMediaType {
  return IMAGE_MEDIA_TYPES.find((candidate) => candidate === type) ?? 'image/jpeg';
}

async function whole({ index }: DicomWebServices, place: StoredPlace): Promise<StoredInstance> {
  const instance = await index.findInstance(place.sopInstanceUid);
  if (!instance) throw new PacsError('not-found', 'No such instance is stored');
  return instance;
}
