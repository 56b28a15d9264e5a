/** The way to the provider and back: what a stranger could do with it. The provider itself is real in `test/e2e/sign-in.test.ts`. */
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { signInRouter, type SignInServices } from '../../../server/http/sign-in.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import type { AuditEvent } from '../../../server/security/audit-event.ts';
import { authenticateBy } from '../../../server/security/authentication.ts';
import type { PendingSignIn } from '../../../server/security/oidc.ts';
import { ANONYMOUS } from '../../../server/security/principal.ts';
import type { Identity } from '../../../server/security/session.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const servers: LoopbackServer[] = [];
const events: AuditEvent[] = [];
let plain: string;
let secure: string;
let count = 0;

/** A provider that knows everybody who comes back with the code that was given. */
const provider = {
  begin: (redirectUri: string) => {
    count += 1;
    const pending = { state: `state${count}`, nonce: `nonce${count}`, verifier: `verifier${count}` };
    const url = `https://id.example/auth?redirect_uri=${encodeURIComponent(redirectUri)}&state=${pending.state}`;
    return Promise.resolve({ url, pending });
  },
  finish: (callback: URL, pending: PendingSignIn): Promise<{ identity: Identity; idToken: string }> => {
    const code = callback.searchParams.get('code');
    if (callback.searchParams.get('state') !== pending.state || code === 'bad') {
      return Promise.reject(
        new PacsError('unauthenticated', 'The sign-in was not completed at the provider'),
      );
    }
    const roles = code === 'roleless' ? [] : (['radiologist'] as const);
    return Promise.resolve({ identity: { subject: 'rita', roles, groups: roles }, idToken: 'id' });
  },
  endSessionUrl: () => Promise.resolve('https://id.example/end'),
} as unknown as SignInServices['provider'];

async function serve(isSecure: boolean): Promise<string> {
  const services: SignInServices = {
    provider,
    sessions: { begin: () => Promise.resolve('the-token'), end: () => Promise.resolve(undefined) } as never,
    isSecure,
    publicUrl: isSecure ? 'https://osteon.example' : undefined,
    record: (event) => Promise.resolve(void events.push(event)),
    onError: () => undefined,
  };
  const app = express();
  app.use(authenticateBy(() => ANONYMOUS));
  app.use('/auth', signInRouter(services));
  app.use(errorHandler(SILENT_LOG));
  const server = await serveOnLoopback(app);
  servers.push(server);
  return server.origin;
}

beforeAll(async () => {
  [plain, secure] = [await serve(false), await serve(true)];
});
afterAll(async () => {
  for (const server of servers) await server.close();
});

const get = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { redirect: 'manual', headers });

/** Leaves for the provider; the cookie and the state that it took along. */
async function leave(
  base: string,
  place = '/',
): Promise<{ cookie: string; state: string; setCookie: string }> {
  const response = await get(`${base}/auth/sign-in?return=${encodeURIComponent(place)}`);
  const setCookie = response.headers.get('set-cookie') ?? '';
  const state = new URL(response.headers.get('location') ?? '').searchParams.get('state') ?? '';
  return { cookie: setCookie.split(';')[0] ?? '', state, setCookie };
}

const comeBack = ({ cookie, state }: { cookie: string; state: string }, base = plain, code = 'good') =>
  get(`${base}/auth/callback?code=${code}&state=${state}`, { cookie });

describe('sign-in', () => {
  it.each([
    ['/', '/'],
    ['/viewer?StudyInstanceUIDs=1.2', '/viewer?StudyInstanceUIDs=1.2'],
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/%2f/evil.example', '/%2f/evil.example'],
    ['javascript:alert(1)', '/'],
    ['@evil.example', '/'],
  ])('that was left from %s comes back to %s', async (place, expected) => {
    const response = await comeBack(await leave(plain, place));
    expect([response.status, response.headers.get('location')]).toEqual([303, expected]);
  });

  it('keeps its cookies from scripts and other sites, and to TLS where there is TLS', async () => {
    const { setCookie, ...pending } = await leave(plain);
    expect(setCookie).toMatch(
      /^osteon-sign-in-state\d+=[\w-]+; Path=\/auth; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const session = (await comeBack(pending)).headers.getSetCookie().find((one) => one.includes('session'));
    expect(session).toBe('osteon-session=the-token; Path=/; HttpOnly; SameSite=Lax');
    const tls = (await comeBack(await leave(secure), secure)).headers.getSetCookie();
    expect(tls.find((one) => one.includes('session'))).toBe(
      '__Host-osteon-session=the-token; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
  });

  it('is for the browser that began it: another, or another state, gets no session', async () => {
    const [mine, other] = [await leave(plain), await leave(plain)];
    for (const attempt of [
      { cookie: '', state: mine.state },
      { cookie: other.cookie, state: mine.state },
      { cookie: `osteon-sign-in-${mine.state}=bm9uc2Vuc2U`, state: mine.state },
      { cookie: mine.cookie, state: '' },
    ]) {
      const response = await comeBack(attempt);
      expect(response.status).toBe(401);
      expect(response.headers.getSetCookie().join()).not.toContain('session');
    }
    expect((await comeBack(mine, plain, 'bad')).status).toBe(401);
  });

  it('gives no session to whoever has no role, and says who was refused', async () => {
    const response = await comeBack(await leave(plain), plain, 'roleless');
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie().join()).not.toContain('session');
    expect(events.at(-1)).toMatchObject({
      principalId: 'person rita',
      action: 'sign-in',
      outcome: 'refused',
    });
  });

  it('comes back to the public address, whatever the request says that it is', async () => {
    const response = await get(`${secure}/auth/sign-in`, { 'x-forwarded-host': 'evil.example' });
    const redirect = new URL(response.headers.get('location') ?? '').searchParams.get('redirect_uri');
    expect(redirect).toBe('https://osteon.example/auth/callback');
  });
});
