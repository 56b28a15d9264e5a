/**
 * The one place where a request gets its principal, and where a route says what it needs of one. How somebody is known is
 * in `identify.ts`; without authentication, see `loopback.ts`.
 *
 * Trap: a handler that is mounted with `use` answers without a route. `test/server/security/access-matrix.test.ts` walks the
 * routers and names every route that says nothing, and every middleware that it does not know.
 */
import type { Request, RequestHandler } from 'express';

import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { requireLocal } from './loopback.ts';
import type { Permission } from './permission.ts';
import { LOCAL_PRINCIPAL, type Principal } from './principal.ts';

const NO_ORIGINS: ReadonlySet<string> = new Set();

/** What a route needs: a permission, or nothing, since it shows nothing of patients. */
export type Access = Permission | 'open';

const principals = new WeakMap<Request, Principal>();
const demands = new WeakMap<Request, Demand>();
const accessOfHandler = new WeakMap<RequestHandler, Access>();

/** What was demanded of a request. */
export interface Demand {
  readonly permission: Permission;
  /** False: it was refused. */
  readonly isMet: boolean;
}

/** Says who makes a request. Throws `unauthenticated` for credentials that are not valid, `forbidden`. */
export type Identify = (request: Request) => Principal | Promise<Principal>;

/** Who is let in where there is no authentication. */
export interface LocalOptions {
  /** The principal of this machine. */
  readonly local?: Principal;
  /** Origins beside those of this machine whose pages may change something. */
  readonly origins?: ReadonlySet<string>;
}

/** Gives each request from this machine the local principal; refuses every other with `forbidden`. */
export function authenticate({
  local = LOCAL_PRINCIPAL,
  origins = NO_ORIGINS,
}: LocalOptions = {}): RequestHandler {
  return authenticateBy((request) => {
    requireLocal(request, origins);
    return local;
  });
}

/** Gives each request its principal. Must come before every route. */
export function authenticateBy(identify: Identify): RequestHandler {
  return function identifyPrincipal(request, _response, next) {
    const identified = identify(request);
    // Whoever is known already does not wait.
    if (!(identified instanceof Promise)) {
      principals.set(request, identified);
      next();
      return;
    }
    identified.then((principal) => {
      principals.set(request, principal);
      next();
    }, next);
  };
}

/** The principal of a request. Throws `internal` where no authentication has run. */
export function principalOf(request: Request): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw new PacsError('internal', 'A route was reached without authentication');
  return principal;
}

/** Lets only principals with `permission` pass; refuses with `unauthenticated` whoever has not signed in, else with `forbidden`. */
export function requirePermission(permission: Permission): RequestHandler {
  const handler: RequestHandler = (request, _response, next) => {
    const { permissions, kind } = principalOf(request);
    const isMet = permissions.has(permission);
    demands.set(request, { permission, isMet });
    if (isMet) {
      next();
      return;
    }
    if (kind !== 'anonymous') throw new PacsError('forbidden', `This needs the permission ${permission}`);
    throw new PacsError('unauthenticated', 'Nobody has signed in');
  };
  accessOfHandler.set(handler, permission);
  return handler;
}

/** What the route of a request demanded; `undefined` where it was never asked. */
export function demandOn(request: Request): Demand | undefined {
  return demands.get(request);
}

/** Says of a route that it needs nothing: it shows nothing of patients, and changes nothing. */
export function openToAll(): RequestHandler {
  const handler: RequestHandler = (_request, _response, next) => {
    next();
  };
  accessOfHandler.set(handler, 'open');
  return handler;
}

/** What a handler demands; `undefined` for one that demands nothing. */
export function accessOf(handler: RequestHandler): Access | undefined {
  return accessOfHandler.get(handler);
}
