/**
 * Access of an application that nobody need sign in to, or that a test decides about.
 */
import type { RequestHandler } from 'express';
import { apiKeysRouter } from '../../server/http/api-keys.ts';
import { auditRouter } from '../../server/http/audit-search.ts';
import type { HttpAccess } from '../../server/http/access.ts';
import { signInRouter, type SignInServices } from '../../server/http/sign-in.ts';
import { authenticate } from '../../server/security/authentication.ts';

const nothing = undefined as never;

/** This machine alone, unless `authentication` says otherwise. Keys have nothing behind them. */
export function localAccess(
  authentication: RequestHandler = authenticate(),
  services?: SignInServices,
): HttpAccess {
  return {
    authentication,
    trustedProxies: [],
    isSecure: false,
    canSignIn: services !== undefined,
    signIn: signInRouter(services),
    keys: apiKeysRouter({ keys: nothing, record: nothing }),
    audit: auditRouter({ database: nothing, sourceId: 'test' }),
    guardStudy: (_request, _response, next) => {
      next();
    },
    uploadBytesPerDay: 0,
    note: () => undefined,
  };
}
