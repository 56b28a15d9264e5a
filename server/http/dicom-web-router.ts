/**
 * The routes of the DICOMweb Studies Service. PS3.18 10.1, Table 10.3-2. Adding a resource is adding a row.
 *
 * Bodies are streamed by the handlers: no body parser may run before this router.
 */
import { Router } from 'express';
import type { RequestHandler } from 'express';
import { REPORT_MEDIA_TYPES } from '../../dicom/sr/report-text.ts';
import { openToAll, requirePermission } from '../security/authentication.ts';
import type { Permission } from '../security/permission.ts';
import { describeCapabilities, methodsOf, type Capability } from './capabilities.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { deleteInstances } from './delete.ts';
import { methodNotAllowed } from './errors.ts';
import { nameOfOffer } from './media-type.ts';
import { searchResources } from './qido.ts';
import { RENDER_PARAMETERS } from './render-options.ts';
import { IMAGE_MEDIA_TYPES } from './renderings.ts';
import { storeInstances } from './stow.ts';
import { retrieveInstances, retrieveMetadata } from './wado-dicom.ts';
import { retrieveAllBulkData, retrieveBulkData } from './wado-bulk-data.ts';
import { PIXEL_OFFERS, retrieveFrames } from './wado-frames.ts';
import { retrieveRendered, retrieveThumbnail } from './wado-rendered.ts';

/** What a request needs to be allowed, by its method. */
const PERMISSION = {
  get: 'read-studies',
  post: 'store-instances',
  delete: 'delete-instances',
} as const satisfies Record<string, Permission>;

/** PS3.18 8.3.4; attributes are matched beside them. */
const SEARCH_PARAMETERS = [
  'fuzzymatching',
  'includefield',
  'limit',
  'offset',
  'emptyvaluematching',
  'multiplevaluematching',
] as const;
const DICOM_PARTS = 'multipart/related; type="application/dicom"';
const XML_PARTS = 'multipart/related; type="application/dicom+xml"';
const OCTET_PARTS = 'multipart/related; type="application/octet-stream"';

/** What a GET of each kind of resource gives: media types, the default first, and the query parameters beside `accept`. */
const FORMS = {
  matches: { produces: ['application/dicom+json', XML_PARTS], parameters: SEARCH_PARAMETERS },
  files: { produces: [DICOM_PARTS], parameters: [] },
  file: { produces: [DICOM_PARTS, 'application/dicom'], parameters: [] },
  metadata: { produces: ['application/dicom+json', XML_PARTS], parameters: [] },
  bulk: { produces: [OCTET_PARTS], parameters: [] },
  pixels: { produces: PIXEL_OFFERS.map(nameOfOffer), parameters: [] },
  image: { produces: IMAGE_MEDIA_TYPES, parameters: RENDER_PARAMETERS },
  rendered: {
    produces: [...IMAGE_MEDIA_TYPES, ...REPORT_MEDIA_TYPES, 'application/pdf'],
    parameters: RENDER_PARAMETERS,
  },
  thumbnail: { produces: ['image/jpeg'], parameters: ['viewport'] },
} as const satisfies Record<string, Omit<Capability, 'path' | 'methods'>>;

type Form = keyof typeof FORMS;

interface Resource {
  readonly path: string;
  readonly get: RequestHandler;
  /** What a GET gives. */
  readonly form: Form;
  readonly post?: RequestHandler;
  readonly delete?: RequestHandler;
}

/** Everything under the DICOMweb root. Mount at `/dicom-web`, before the error handler. */
export function dicomWebRouter(services: DicomWebServices): Router {
  const router = Router();
  router.use(keepFromCaches);
  const table = resources(services);
  router
    .route('/')
    .options(openToAll(), describeCapabilities(table.map(capabilityOf)))
    .all(methodNotAllowed('OPTIONS'));
  for (const resource of table) {
    const { path, get, post, delete: remove } = resource;
    const capability = capabilityOf(resource);
    const route = router.route(path);
    route.get(requirePermission(PERMISSION.get), get);
    if (post) route.post(requirePermission(PERMISSION.post), post);
    if (remove) route.delete(requirePermission(PERMISSION.delete), remove);
    route.options(openToAll(), describeCapabilities([capability]));
    route.all(methodNotAllowed(...methodsOf([capability])));
  }
  return router;
}

/** What the routes offer, as OPTIONS says it. */
export function studiesServiceCapabilities(services: DicomWebServices): readonly Capability[] {
  return resources(services).map(capabilityOf);
}

function capabilityOf({ path, form, post, delete: remove }: Resource): Capability {
  const methods = ['GET', 'HEAD', ...(post ? ['POST'] : []), ...(remove ? ['DELETE'] : [])];
  return { path, methods, ...FORMS[form] };
}

/** Patient data must not lie in the cache of a browser or a proxy. RFC 9111 5.2.2. */
const keepFromCaches: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'private, no-store');
  next();
};

function resources(services: DicomWebServices): readonly Resource[] {
  const study = '/studies/:study';
  const series = `${study}/series/:series`;
  const instance = `${series}/instances/:instance`;
  const frames = `${instance}/frames/:frames`;
  const levels = [study, series, instance];
  const dicom = retrieveInstances(services);
  const metadata = retrieveMetadata(services);
  const rendered = retrieveRendered(services);
  const thumbnail = retrieveThumbnail(services);
  const store = storeInstances(services);
  const remove = deleteInstances(services);
  const everything = retrieveAllBulkData(services, 'all');
  const pixels = retrieveAllBulkData(services, 'pixels');
  const search = (path: string, level: 'study' | 'series' | 'instance'): Resource => {
    return { path, get: searchResources(services.index, level), form: 'matches' };
  };
  return [
    { ...search('/studies', 'study'), post: store },
    search('/series', 'series'),
    search('/instances', 'instance'),
    search(`${study}/series`, 'series'),
    search(`${study}/instances`, 'instance'),
    search(`${series}/instances`, 'instance'),
    { path: study, get: dicom, form: 'files', post: store, delete: remove },
    { path: series, get: dicom, form: 'files', delete: remove },
    { path: instance, get: dicom, form: 'file', delete: remove },
    ...levels.map((path): Resource => ({ path: `${path}/metadata`, get: metadata, form: 'metadata' })),
    ...levels.map((path): Resource => ({ path: `${path}/bulkdata`, get: everything, form: 'bulk' })),
    ...levels.map((path): Resource => ({ path: `${path}/pixeldata`, get: pixels, form: 'bulk' })),
    { path: `${instance}/bulkdata/:path`, get: retrieveBulkData(services), form: 'pixels' },
    { path: frames, get: retrieveFrames(services), form: 'pixels' },
    ...levels.map((path): Resource => ({ path: `${path}/rendered`, get: rendered, form: 'rendered' })),
    { path: `${frames}/rendered`, get: rendered, form: 'image' },
    ...[...levels, frames].map((path): Resource => ({
      path: `${path}/thumbnail`,
      get: thumbnail,
      form: 'thumbnail',
    })),
  ];
}
