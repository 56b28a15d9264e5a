/**
 * What lies at `/api` beside the routers that have a place of their own: administration, the door for programs that know no
 * DICOM, and the description of it all.
 */
import { Router } from 'express';
import { addDeliveryRoutes, type DeliveryServices } from './delivery-administration.ts';
import { addImageRules } from './image-rules.ts';
import { addNodeRoutes, type NodeServices } from './node-description.ts';
import { addOpenApiRoutes } from './open-api/routes.ts';
import { addPredictRoute, type PredictServices } from './predict.ts';
import { addRoutingRoutes, type RoutingServices } from './routing-administration.ts';
import { addUploadRoute, type UploadServices } from './upload.ts';

export interface ApiServices {
  readonly routing: RoutingServices;
  readonly deliveries: DeliveryServices;
  readonly node: NodeServices;
  readonly upload: UploadServices;
  readonly predict: PredictServices;
}

/** The router for `/api`. */
export function apiRouter(services: ApiServices): Router {
  const router = Router();
  addRoutingRoutes(router, services.routing);
  addDeliveryRoutes(router, services.deliveries);
  addNodeRoutes(router, services.node);
  addUploadRoute(router, services.upload);
  addPredictRoute(router, services.predict);
  addImageRules(router);
  addOpenApiRoutes(router, services.node.version);
  return router;
}
