/**
 * The name of a request in logs and metrics: the template of its route, never its path, whose UIDs point at patients.
 */
import type { Request } from 'express';

/** Where routers are mounted. Express forgets the mount point when a handler fails, so it is read off the path. */
export const MOUNTS = [
  '/dicom-web',
  '/api/analyses',
  '/api/events',
  '/api/imports',
  '/api/keys',
  '/api/audit-trail',
  '/auth',
  '/api/reviews',
  '/api/audit',
  '/audit',
  '/admin',
  '/api',
  '/IHEInvokeImageDisplay',
  '/ohif',
  '/osteon',
  '/health',
  '/metrics',
];

/** E.g. `/dicom-web/studies/:study`; `static` for files of the reading room and `unmatched` for what no route took. */
export function routeTemplateOf(request: Request, status: number): string {
  const [path = ''] = request.originalUrl.split('?');
  const mount = MOUNTS.find((candidate) => path === candidate || path.startsWith(`${candidate}/`));
  const route: unknown = request.route;
  if (typeof route === 'object' && route !== null && 'path' in route && typeof route.path === 'string') {
    return `${mount ?? ''}${route.path === '/' ? '' : route.path}`;
  }
  if (mount !== undefined) return `${mount}/unmatched`;
  return status < 400 ? 'static' : 'unmatched';
}
