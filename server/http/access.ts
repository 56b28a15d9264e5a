/**
 * How requests get into an application, before any route: whose word is taken about the client, who makes the request, and
 * where a browser is led that has not signed in.
 */
import type { Express, RequestHandler, RequestParamHandler, Router } from 'express';
import type { AuditEvent } from '../security/audit-event.ts';
import { trustProxies } from './forwarded.ts';
import { auditRequests } from './request-audit.ts';
import { leadToSignIn } from './sign-in.ts';
import { limitUploads } from './upload-quota.ts';

/** What an application needs of it. */
export interface HttpAccess {
  /** Gives each request its principal. */
  readonly authentication: RequestHandler;
  /** Addresses and subnets of proxies that are believed. */
  readonly trustedProxies: readonly string[];
  /** True where browsers come over TLS. */
  readonly isSecure: boolean;
  /** True where there is a provider to sign in at. */
  readonly canSignIn: boolean;
  /** Mounted at `/auth`. */
  readonly signIn: Router;
  /** Mounted at `/api/keys` of the main application. */
  readonly keys: Router;
  /** Mounted at `/api/audit-trail` of the main application. */
  readonly audit: Router;
  /** Lets those pass who see the study that a route names. */
  readonly guardStudy: RequestParamHandler;
  /** Bytes that one principal may send in a day; 0: no limit. */
  readonly uploadBytesPerDay: number;
  /** Takes what requests did. */
  readonly note: (event: AuditEvent) => void;
}

const guarded = new WeakSet<Router>();

/** Hides studies from those who may not see them, wherever a route of these names one. A router that both applications share is guarded once. */
export function guardRouters(access: HttpAccess, ...routers: readonly Router[]): void {
  for (const router of routers) {
    if (!guarded.has(router)) router.param('study', access.guardStudy);
    guarded.add(router);
  }
}

/** Lets requests in. Comes before every route. */
export function useAccess(app: Express, access: HttpAccess): void {
  if (access.trustedProxies.length > 0) trustProxies(app, access.trustedProxies);
  app.use(auditRequests(access.note));
  app.use(access.authentication);
  app.use(leadToSignIn(access.canSignIn));
  if (access.uploadBytesPerDay > 0) app.use(limitUploads(access.uploadBytesPerDay));
  app.use('/auth', access.signIn);
}
