/**
 * `/api/node`: what others have to be told so that they can send here.
 */
import type { Request, Router } from 'express';
import { requirePermission } from '../security/authentication.ts';

export interface NodeServices {
  readonly version: string;
  /** The DICOM node as it listens; `undefined` where it does not. */
  readonly dimse: DimseListening | undefined;
}

/** Where associations are taken. */
export interface DimseListening {
  readonly aeTitle: string;
  /** Address that it listens on, e.g. `127.0.0.1` or `0.0.0.0`. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly tlsPort?: number | undefined;
}

/** `GET /node`. */
export function addNodeRoutes(router: Router, { version, dimse }: NodeServices): void {
  router.get('/node', requirePermission('administer'), (request, response) => {
    response
      .set('Cache-Control', 'no-store')
      .json({ name: 'Osteon', version, dicomWebRoot: `${originOf(request)}/dicom-web`, dimse });
  });
}

/** Scheme, host and port as the client sees them. */
export function originOf(request: Request): string {
  return `${request.protocol}://${request.host || 'localhost'}`;
}
