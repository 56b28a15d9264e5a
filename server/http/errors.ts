/**
 * The one place where a failure becomes an HTTP answer. Status by the table of `PacsError` kinds (PS3.18 8.5);
 * the body names kind and reason and never holds patient data.
 *
 * Trap: once the header is sent nothing can be said any more; the connection is cut, so that the client sees a
 * truncated body instead of a complete one that lies.
 */
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { asPacsError, FAILURES, PacsError } from '../../dicom/vocabulary/failure.ts';

/** The part of the program's log that HTTP needs. */
export interface HttpLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Seconds after which a client may try again when storage was not available. */
const RETRY_AFTER_SECONDS = 5;

/** Answers a failed request. Must be the last middleware. */
export function errorHandler(log: HttpLog): ErrorRequestHandler {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- express knows an error handler by its four parameters
  return function answerFailure(error: unknown, request, response, _next) {
    if (isAbort(error)) {
      response.destroy();
      return;
    }
    const failure = asPacsError(bodyParserFailure(error) ?? error);
    if (FAILURES[failure.kind].httpStatus >= 500) {
      log.error({ error, method: request.method }, 'A request failed');
    }
    if (response.headersSent) response.destroy();
    else sendFailure(response, failure);
  };
}

/** Sends the status and JSON body of a failure. */
export function sendFailure(response: Response, failure: PacsError): void {
  const { httpStatus, title } = FAILURES[failure.kind];
  if (failure.kind === 'storage-unavailable' || failure.kind === 'busy')
    response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  // RFC 9110 11.6.1: a 401 names a scheme.
  if (failure.kind === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer realm="osteon"');
  response
    .status(httpStatus)
    .json({ error: failure.kind, message: failure.kind === 'internal' ? title : failure.message });
}

/** Answers every request that no route took. */
export const notFound: RequestHandler = () => {
  throw new PacsError('not-found', 'There is no such resource');
};

/** Answers 405 with the methods that the resource knows. PS3.18 8.5, RFC 9110 15.5.6. */
export function methodNotAllowed(...allowed: string[]): RequestHandler {
  return function refuseMethod(request, response) {
    response.setHeader('Allow', allowed.join(', '));
    throw new PacsError('method-not-allowed', `${request.method} is not known here`);
  };
}

/** The client went away: nobody is left to be told, and nothing is wrong with us. */
function isAbort(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'EPIPE';
}

/** Express marks what it refuses itself (a malformed percent escape, say) with a status below 500. */
function bodyParserFailure(error: unknown): PacsError | undefined {
  if (!(error instanceof Error) || error instanceof PacsError || !('status' in error)) return undefined;
  const { status } = error;
  if (status === 413) return new PacsError('too-large', 'The body of the request is too large');
  return typeof status === 'number' && status >= 400 && status < 500
    ? new PacsError('bad-request', 'The request cannot be read')
    : undefined;
}
