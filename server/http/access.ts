/**
 * How requests get into an application, before any route: whose word is taken about the client, who makes the request, and
 * where a browser is led that has not signed in.
 */
import type { Express, RequestHandler, Router } from 'express';
import type { AuditEvent } from '../security/audit-event.ts';
import { trustProxies } from './forwarded.ts';
import { auditRequests } from './request-audit.ts';
import { leadToSignIn } from './sign-in.ts';

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
  /** Takes what requests did. */
  readonly note: (event: AuditEvent) => void;
}

/** Lets requests in. Comes before every route. */
export function useAccess(app: Express, access: HttpAccess): void {
  if (access.trustedProxies.length > 0) trustProxies(app, access.trustedProxies);
  app.use(auditRequests(access.note));
  app.use(access.authentication);
  app.use(leadToSignIn(access.canSignIn));
  app.use('/auth', access.signIn);
}
