/**
 * What counts as this machine, where there is no authentication.
 *
 * Trap: a page of any web site can make the browser on this machine send requests here. By DNS rebinding it even
 * reads the answers. So the Host header must name loopback, and so must the Origin of a request that changes something.
 * A proxy on this machine makes everybody look local; where it says that it is one, it is refused.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

const LOOPBACK_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i;
const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const;

/** What is looked at of a request. */
export interface IncomingRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** True for a name or address of this machine; an IPv6 address may stand in brackets. */
export function isLoopbackName(host: string): boolean {
  return LOOPBACK_NAME.test(host);
}

/** True for methods that change nothing. RFC 9110 9.2.1. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** Refuses with `forbidden` what does not come from this machine, or from a page that is not ours and not among `origins`. */
export function requireLocal(request: IncomingRequest, origins: ReadonlySet<string>): void {
  const { headers, method, socket } = request;
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '')) {
    throw new PacsError('forbidden', 'Only requests from this machine are taken');
  }
  if (!isLoopbackAuthority(headers.host)) {
    throw new PacsError('forbidden', 'The Host header must name this machine by a loopback name');
  }
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) {
    throw new PacsError('forbidden', 'A proxy needs authentication behind it (OSTEON_AUTHENTICATION)');
  }
  const { origin } = headers;
  const isKnown = origin === undefined || isLoopbackOrigin(origin) || origins.has(origin);
  if (!isKnown && !SAFE_METHODS.has(method)) {
    throw new PacsError('forbidden', 'A page of another site may not change anything here');
  }
}

function isLoopbackAuthority(authority: string | undefined): boolean {
  return authority !== undefined && LOOPBACK_NAME.test(authority.replace(/:\d+$/, ''));
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK_NAME.test(new URL(origin).hostname);
}
