/**
 * The one place where a request gets its principal. There is no sign-in yet: a request from this machine gets the
 * local principal, every other is refused.
 *
 * Trap: a page of any web site can make the browser on this machine send requests here. By DNS rebinding it even
 * reads the answers. So the Host header must name loopback, and so must the Origin of a request that changes something.
 */
import type { Request, RequestHandler } from 'express';

import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Permission } from './permission.ts';
import { LOCAL_PRINCIPAL, type Principal } from './principal.ts';

const LOOPBACK_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;
const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

const principals = new WeakMap<Request, Principal>();

/** Who is let in. */
export interface AuthenticationOptions {
  /** The principal of this machine. */
  readonly local?: Principal;
  /** Origins beside those of this machine whose pages may change something. */
  readonly origins?: ReadonlySet<string>;
}

/** Gives each request its principal. Must come before every route; refuses with `forbidden`. */
export function authenticate({
  local = LOCAL_PRINCIPAL,
  origins,
}: AuthenticationOptions = {}): RequestHandler {
  return (request, _response, next) => {
    requireLocal(request, origins);
    principals.set(request, local);
    next();
  };
}

/** The principal of a request. Throws `internal` where {@link authenticate} has not run. */
export function principalOf(request: Request): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw new PacsError('internal', 'A route was reached without authentication');
  return principal;
}

/** Lets only principals with `permission` pass; refuses with `forbidden`. */
export function requirePermission(permission: Permission): RequestHandler {
  return (request, _response, next) => {
    if (!principalOf(request).permissions.has(permission)) {
      throw new PacsError('forbidden', `This needs the permission ${permission}`);
    }
    next();
  };
}

function requireLocal(request: Request, origins: ReadonlySet<string> = new Set()): void {
  if (!LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '')) {
    throw new PacsError('forbidden', 'Only requests from this machine are taken');
  }
  if (!isLoopbackAuthority(request.headers.host)) {
    throw new PacsError('forbidden', 'The Host header must name this machine by a loopback name');
  }
  const { origin } = request.headers;
  const isKnown = origin === undefined || isLoopbackOrigin(origin) || origins.has(origin);
  if (!isKnown && !SAFE_METHODS.has(request.method)) {
    throw new PacsError('forbidden', 'A page of another site may not change anything here');
  }
}

function isLoopbackAuthority(authority: string | undefined): boolean {
  return authority !== undefined && LOOPBACK_NAME.test(authority.replace(/:\d+$/, ''));
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK_NAME.test(new URL(origin).hostname);
}
