/**
 * How often one client may ask. The only importer of express-rate-limit.
 *
 * Counts are kept in memory, by the address of the connection. Trap: behind a proxy every client has the proxy's address;
 * limit there instead.
 */
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

const WINDOW_MS = 60_000;

/** Refuses as `too-many-requests` whatever an address asks beyond `perMinute` requests; says how many are left (draft-8 of the RateLimit fields). */
export function limitRequests(perMinute: number): RequestHandler {
  const limit = rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, _response, next) => {
      next(
        new PacsError(
          'too-many-requests',
          `More than ${perMinute} requests came from one address in a minute`,
        ),
      );
    },
  });
  return function limitRate(request, response, next) {
    void limit(request, response, next);
  };
}
