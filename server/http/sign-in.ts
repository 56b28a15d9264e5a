/**
 * `/auth`: sign-in at the provider (authorization code with PKCE, OpenID Connect Core 1.0 3.1), sign-out, and who one is.
 *
 * What is remembered between leaving and coming back lies in a cookie of the browser that left, so that nobody else can
 * come back in its place. Trap: the place to return to comes from outside; only paths of this server are gone to.
 */
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { AuditEvent } from '../security/audit-event.ts';
import { openToAll, principalOf } from '../security/authentication.ts';
import { cookieOf, sessionCookieName, setCookie } from '../security/cookies.ts';
import type { OidcProvider } from '../security/oidc.ts';
import { personOf } from '../security/principal.ts';
import type { Sessions } from '../security/session.ts';

/** What sign-in works with. */
export interface SignInServices {
  readonly provider: OidcProvider;
  readonly sessions: Sessions;
  /** True where browsers come over TLS. */
  readonly isSecure: boolean;
  /** Origin of this application as browsers see it; absent: what the request says. */
  readonly publicUrl: string | undefined;
  readonly record: (event: AuditEvent) => Promise<void>;
  /** Told why a sign-in failed. */
  readonly onError: (error: unknown) => void;
}

const PENDING = 'osteon-sign-in';
const PENDING_SECONDS = 600;
const pendingCookie = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});

/** `GET /me` says who one is; with a provider, `GET /sign-in?return=PATH`, `GET /callback`, `POST /sign-out` and `GET /signed-out`. */
export function signInRouter(services: SignInServices | undefined): Router {
  const router = Router();
  router.get('/me', openToAll(), (request, response) => {
    const { kind, name, roles = [], permissions } = principalOf(request);
    response.set('Cache-Control', 'no-store').json({
      kind,
      ...(name !== undefined && { name }),
      roles,
      permissions: [...permissions],
      canSignIn: services !== undefined,
    });
  });
  if (!services) return router;
  router.get('/sign-in', openToAll(), (request, response) => beginSignIn(services, request, response));
  router.get('/callback', openToAll(), (request, response) => finishSignIn(services, request, response));
  router.post('/sign-out', openToAll(), (request, response) => signOut(services, request, response));
  router.get('/signed-out', openToAll(), (_request, response) => {
    sendPage(response, 200, 'Signed out', 'You have signed out.', 'Sign in again');
  });
  return router;
}

/** Leads a browser that opens a page, and has not signed in, to the sign-in; programs get their 401. */
export function leadToSignIn(canSignIn: boolean): RequestHandler {
  return function leadToSignIn(request, response, next) {
    const isPage = request.method === 'GET' && request.get('sec-fetch-mode') === 'navigate';
    if (!isPage || request.path.startsWith('/auth/') || principalOf(request).kind !== 'anonymous') {
      next();
    } else if (canSignIn) {
      const place = encodeURIComponent(request.originalUrl);
      response.set('Cache-Control', 'no-store').redirect(302, `/auth/sign-in?return=${place}`);
    } else {
      sendPage(
        response,
        401,
        'Sign-in',
        'Nobody can sign in here: no provider is configured (OSTEON_OIDC_ISSUER).',
      );
    }
  };
}

async function beginSignIn(services: SignInServices, request: Request, response: Response): Promise<void> {
  const returnTo = placeOf(request.query['return'], originOf(services, request));
  const { url, pending } = await services.provider.begin(`${originOf(services, request)}/auth/callback`);
  const value = Buffer.from(JSON.stringify({ ...pending, returnTo })).toString('base64url');
  response.append(
    'Set-Cookie',
    setCookie(pendingNameOf(pending.state), value, cookieIn(services, PENDING_SECONDS)),
  );
  response.set('Cache-Control', 'no-store').redirect(302, url);
}

async function finishSignIn(services: SignInServices, request: Request, response: Response): Promise<void> {
  const { provider, sessions, isSecure, record, onError } = services;
  response.set('Cache-Control', 'no-store');
  const { state } = request.query;
  const name = pendingNameOf(typeof state === 'string' ? state : '');
  const pending = pendingOf(cookieOf(request.headers.cookie, name));
  response.append('Set-Cookie', setCookie(name, '', cookieIn(services, 0)));
  const at = {
    at: new Date(),
    studyInstanceUids: [],
    ...(request.ip !== undefined && { networkAddress: request.ip }),
  };
  try {
    if (!pending)
      throw new PacsError('unauthenticated', 'The sign-in began in another browser, or too long ago');
    const origin = originOf(services, request);
    const { identity, idToken } = await provider.finish(new URL(request.originalUrl, origin), pending);
    const principalId = personOf(identity).id;
    if (identity.roles.length === 0) {
      await record({ ...at, principalId, action: 'sign-in', outcome: 'refused' });
      sendPage(
        response,
        403,
        'No role',
        'You are known, but have no role here. Ask whoever runs Osteon for one.',
        'Sign in as somebody else',
      );
      return;
    }
    const token = await sessions.begin(identity, idToken);
    await record({ ...at, principalId, action: 'sign-in', outcome: 'success' });
    response.append('Set-Cookie', setCookie(sessionCookieName(isSecure), token, { isSecure }));
    response.redirect(303, placeOf(pending.returnTo, origin));
  } catch (error) {
    onError(error);
    if (asPacsError(error).kind !== 'unauthenticated') throw error;
    await record({ ...at, principalId: 'unknown', action: 'sign-in', outcome: 'failed' });
    sendPage(response, 401, 'Sign-in', 'The sign-in was not completed.', 'Try again');
  }
}

/** Answers where to go next: the provider has a session of its own, which only the browser can end. */
async function signOut(services: SignInServices, request: Request, response: Response): Promise<void> {
  const { sessions, provider, isSecure, record, onError } = services;
  const name = sessionCookieName(isSecure);
  const token = cookieOf(request.headers.cookie, name);
  const ended = token === undefined ? undefined : await sessions.end(token);
  response.append('Set-Cookie', setCookie(name, '', { isSecure, maxAge: 0 }));
  const here = `${originOf(services, request)}/auth/signed-out`;
  let location = here;
  if (ended) {
    const { principalId, idToken } = ended;
    await record({
      at: new Date(),
      principalId,
      action: 'sign-out',
      outcome: 'success',
      studyInstanceUids: [],
      ...(request.ip !== undefined && { networkAddress: request.ip }),
    });
    // Who cannot be reached cannot be asked to end its session; ours has ended.
    location = (await provider.endSessionUrl(idToken, here).catch(onError)) ?? here;
  }
  response.set('Cache-Control', 'no-store').json({ location });
}

function originOf({ publicUrl }: SignInServices, request: Request): string {
  return publicUrl ?? `${request.protocol}://${request.host}`;
}

/** A path of this server, else its first page. */
function placeOf(given: unknown, origin: string): string {
  if (typeof given !== 'string' || !given.startsWith('/') || !URL.canParse(given, origin)) return '/';
  const url = new URL(given, origin);
  return url.origin === new URL(origin).origin ? `${url.pathname}${url.search}${url.hash}` : '/';
}

/** Several sign-ins may be under way in one browser, each in its tab. */
function pendingNameOf(state: string): string {
  return `${PENDING}-${state.replace(/[^A-Za-z0-9]/g, '').slice(0, 12)}`;
}

function pendingOf(value: string | undefined): z.infer<typeof pendingCookie> | undefined {
  try {
    return pendingCookie.parse(JSON.parse(Buffer.from(value ?? '', 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

function cookieIn({ isSecure }: SignInServices, maxAge: number) {
  return { isSecure, maxAge, path: '/auth' };
}

/** A page of our own words alone: nothing from outside is in it. */
function sendPage(response: Response, status: number, title: string, text: string, link?: string): void {
  const next = link === undefined ? '' : `<p><a href="/">${link}</a></p>`;
  response
    .status(status)
    .set('Cache-Control', 'no-store')
    .set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    .type('text/html')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Osteon · ${title}</title><main><h1>${title}</h1><p>${text}</p>${next}</main></html>`,
    );
}
