/**
 * Cross-origin requests: pages of other origins may read DICOMweb where the configuration names their origin. Fetch
 * Standard 3.2 (CORS protocol). Nothing is allowed by default.
 *
 * Trap: the answer depends on Origin also where it allows nothing, so caches must be told in any case.
 */
import type { RequestHandler } from 'express';

/** Headers of answers that a page may read beside the few that it always may. */
const EXPOSED =
  'Allow, Accept-Ranges, Content-Length, Content-Location, Content-Range, ETag, Location, Retry-After, Warning';
/** Headers that a page may send. */
const ALLOWED = 'Accept, Authorization, Content-Type, If-Match, If-None-Match, If-Range, Range';
const METHODS = 'GET, HEAD, POST, DELETE, OPTIONS';
/** Seconds for which a browser need not ask again. */
const MAX_AGE = '600';

/** Lets pages of `origins` (scheme, host and port, as browsers send them) through, and answers their preflight requests. Must run before authentication: a preflight request carries no credentials. */
export function crossOrigin(origins: ReadonlySet<string>): RequestHandler {
  return function allowOrigins(request, response, next) {
    const { origin } = request.headers;
    if (origins.size > 0) response.vary('Origin');
    if (origin === undefined || !origins.has(origin)) {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', EXPOSED);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Methods', METHODS);
    response.setHeader('Access-Control-Allow-Headers', ALLOWED);
    response.setHeader('Access-Control-Max-Age', MAX_AGE);
    response.status(204).end();
  };
}
