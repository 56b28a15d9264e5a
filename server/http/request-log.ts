/**
 * One log line and one measurement per request: method, route template, status, milliseconds. Never a path or a query.
 */
import type { RequestHandler } from 'express';

import type { Log } from '../operations/log.ts';
import type { Metrics } from './metrics.ts';
import { routeTemplateOf } from './route-template.ts';

/** Must be the first middleware, so that refused requests count too. */
export function requestLog(log: Log, metrics: Metrics): RequestHandler {
  return function logRequest(request, response, next) {
    const startedAt = performance.now();
    response.once('close', () => {
      const milliseconds = performance.now() - startedAt;
      const status = response.statusCode;
      const route = routeTemplateOf(request, status);
      metrics.observeRequest({ method: request.method, route, status, seconds: milliseconds / 1000 });
      log.debug(
        {
          method: request.method,
          route,
          status,
          ms: Math.round(milliseconds),
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
