/**
 * The routes of the DICOMweb Studies Service. PS3.18 10.1, Table 10.3-2. Adding a resource is adding a row.
 *
 * Bodies are streamed by the handlers: no body parser may run before this router.
 */
import { Router } from 'express';
import type { RequestHandler } from 'express';
import { requirePermission } from '../security/authentication.ts';
import type { Permission } from '../security/permission.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { deleteInstances } from './delete.ts';
import { methodNotAllowed } from './errors.ts';
import { searchResources } from './qido.ts';
import { storeInstances } from './stow.ts';
import { retrieveInstances, retrieveMetadata } from './wado-dicom.ts';
import { retrieveFrames, retrievePixelData } from './wado-frames.ts';
import { retrieveRendered, retrieveThumbnail } from './wado-rendered.ts';

/** What a request needs to be allowed, by its method. */
const PERMISSION = {
  get: 'read-studies',
  post: 'store-instances',
  delete: 'delete-instances',
} as const satisfies Record<string, Permission>;

interface Resource {
  readonly path: string;
  readonly get: RequestHandler;
  readonly post?: RequestHandler;
  readonly delete?: RequestHandler;
}

/** Everything under the DICOMweb root. Mount at `/dicom-web`, before the error handler. */
export function dicomWebRouter(services: DicomWebServices): Router {
  const router = Router();
  router.use(keepFromCaches);
  for (const { path, get, post, delete: remove } of resources(services)) {
    const route = router.route(path);
    route.get(requirePermission(PERMISSION.get), get);
    if (post) route.post(requirePermission(PERMISSION.post), post);
    if (remove) route.delete(requirePermission(PERMISSION.delete), remove);
    route.all(methodNotAllowed('GET', 'HEAD', ...(post ? ['POST'] : []), ...(remove ? ['DELETE'] : [])));
  }
  return router;
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
  const dicom = retrieveInstances(services);
  const metadata = retrieveMetadata(services);
  const rendered = retrieveRendered(services);
  const thumbnail = retrieveThumbnail(services);
  const store = storeInstances(services);
  const remove = deleteInstances(services);
  const search = (level: 'study' | 'series' | 'instance'): RequestHandler =>
    searchResources(services.index, level);
  return [
    { path: '/studies', get: search('study'), post: store },
    { path: '/series', get: search('series') },
    { path: '/instances', get: search('instance') },
    { path: `${study}/series`, get: search('series') },
    { path: `${study}/instances`, get: search('instance') },
    { path: `${series}/instances`, get: search('instance') },
    { path: study, get: dicom, post: store, delete: remove },
    { path: series, get: dicom, delete: remove },
    { path: instance, get: dicom, delete: remove },
    { path: `${study}/metadata`, get: metadata },
    { path: `${series}/metadata`, get: metadata },
    { path: `${instance}/metadata`, get: metadata },
    { path: frames, get: retrieveFrames(services) },
    { path: `${instance}/bulkdata/:tag`, get: retrievePixelData(services) },
    { path: `${instance}/rendered`, get: rendered },
    { path: `${frames}/rendered`, get: rendered },
    { path: `${study}/thumbnail`, get: thumbnail },
    { path: `${series}/thumbnail`, get: thumbnail },
    { path: `${instance}/thumbnail`, get: thumbnail },
    { path: `${frames}/thumbnail`, get: thumbnail },
  ];
}
