/**
 * Who makes a request, where authentication is demanded: the session of a person, an API key, or an access token.
 *
 * Who was known a moment ago is found in memory: nothing is asked of database or network, and nothing is verified anew.
 * Trap: browsers send cookies, and HTTP Basic credentials, by themselves, also for pages of others; a request that changes
 * something by them must come from a page of ours.
 */
import type { Request } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { looksLikeApiKey, type ApiKeys } from './api-key.ts';
import type { Identify } from './authentication.ts';
import type { BearerTokens } from './bearer-token.ts';
import { cookieOf, sessionCookieName } from './cookies.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { isSafeMethod } from './loopback.ts';
import { ANONYMOUS, type Principal } from './principal.ts';
import type { Sessions } from './session.ts';

/** Where credentials are looked up. */
export interface Credentials {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly keys: Pick<ApiKeys, 'find'>;
  /** Absent: no JWT is taken. */
  readonly tokens?: Pick<BearerTokens, 'find'>;
  readonly failures: Pick<FailedAttempts, 'record'>;
  /** Origins beside the request's own whose pages may change something: that of the reading room, of OHIF. */
  readonly origins: ReadonlySet<string>;
  /** True where browsers come over TLS. */
  readonly isSecure: boolean;
  /** Says which studies somebody sees. */
  readonly rules: { apply(principal: Principal): Principal };
  /** Told of wrong credentials, and how many came from the address of late. */
  readonly onFailure: (address: string, count: number) => void;
}

type Found = Principal | undefined | Promise<Principal | undefined>;

/** Says who makes a request; whoever brings nothing is anonymous. Wrong credentials are `unauthenticated`, after a wait. */
export function identifyBy(credentials: Credentials): Identify {
  const { rules } = credentials;
  const cookieName = sessionCookieName(credentials.isSecure);
  return (request) => {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      const { found, isAmbient } = lookUp(authorization, credentials);
      if (isAmbient) requireOwnPage(request, credentials.origins, request.headers.origin !== undefined);
      if (found !== undefined && !(found instanceof Promise)) return rules.apply(found);
      return knownOr(found, rules, () => refuse(request, credentials));
    }
    const token = cookieOf(cookie, cookieName);
    if (token === undefined) return ANONYMOUS;
    requireOwnPage(request, credentials.origins, true);
    const found = credentials.sessions.find(token);
    // A session that has ended leads to another sign-in: it is no attempt at anything.
    if (found instanceof Promise) return knownOr(found, rules, () => ANONYMOUS);
    return found === undefined ? ANONYMOUS : rules.apply(found);
  };
}

async function knownOr(
  found: Found,
  rules: Credentials['rules'],
  otherwise: () => Principal | Promise<Principal>,
): Promise<Principal> {
  const principal = await found;
  return principal === undefined ? await otherwise() : rules.apply(principal);
}

async function refuse(request: Request, { failures, onFailure }: Credentials): Promise<never> {
  const address = request.ip ?? '';
  onFailure(address, await failures.record(address));
  throw new PacsError('unauthenticated', 'The credentials are not valid');
}

/** RFC 6750 2.1, RFC 7617. */
function lookUp(
  authorization: string,
  { keys, tokens }: Credentials,
): { readonly found: Found; readonly isAmbient: boolean } {
  const [, scheme = '', text = ''] = /^(\w+) +(\S+)$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { found: looksLikeApiKey(text) ? keys.find(text) : tokens?.find(text), isAmbient: false };
    case 'basic':
      return { found: keys.find(passwordOf(text)), isAmbient: true };
    default:
      return { found: undefined, isAmbient: false };
  }
}

function passwordOf(text: string): string {
  const pair = Buffer.from(text, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Refuses what another site's page asks the browser to change. Programs send no Origin; browsers always do with such requests. */
function requireOwnPage(request: Request, origins: ReadonlySet<string>, isOriginDue: boolean): void {
  if (!isOriginDue || isSafeMethod(request.method)) return;
  const { origin } = request.headers;
  const own = `${request.protocol}://${request.host}`;
  if (origin !== undefined && (origin === own || origins.has(origin))) return;
  throw new PacsError('forbidden', 'A page of another site may not change anything here');
}
