/** Who is let in, over a real socket with a real database: keys, tokens, sessions; and what is tried by those who should not be. */
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import express from 'express';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorHandler } from '../../../server/http/errors.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { ApiKeys } from '../../../server/security/api-key.ts';
import { authenticateBy, principalOf, requirePermission } from '../../../server/security/authentication.ts';
import { BearerTokens } from '../../../server/security/bearer-token.ts';
import { FailedAttempts } from '../../../server/security/failed-attempts.ts';
import { identifyBy } from '../../../server/security/identify.ts';
import { Sessions } from '../../../server/security/session.ts';
import { query } from '../../../server/storage/database.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const AUDIENCE = 'osteon-api';
const CLIENT_ID = 'osteon';

let database: TestDatabase;
let keys: ApiKeys;
let sessions: Sessions;
let server: LoopbackServer;
let provider: LoopbackServer;
let issuer: string;
let base: string;
const failures: (readonly [string, number])[] = [];
const pauses: number[] = [];
const signing = generateKeyPairSync('rsa', { modulusLength: 2048 });

beforeAll(async () => {
  database = await createTestDatabase();
  keys = new ApiKeys(database.pool);
  sessions = new Sessions(database.pool, 3600);
  provider = await serveOnLoopback((_request, response) => {
    const jwk = { ...signing.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  issuer = provider.origin;
  const settings = {
    issuer,
    clientId: CLIENT_ID,
    clientSecret: undefined,
    scope: 'openid',
    rolesClaim: ['realm_access', 'roles'],
    roles: undefined,
    audience: AUDIENCE,
  };
  const app = express();
  app.use(
    authenticateBy(
      identifyBy({
        sessions,
        keys,
        tokens: new BearerTokens(settings, () => Promise.resolve({ issuer, jwksUri: `${issuer}/keys` })),
        failures: new FailedAttempts((milliseconds) => Promise.resolve(pauses.push(milliseconds))),
        origins: new Set(['https://ohif.example']),
        isSecure: false,
        rules: { apply: (principal) => principal },
        onFailure: (...failure) => failures.push(failure),
      }),
    ),
  );
  app.get('/open', (request, response) => response.json({ id: principalOf(request).id }));
  app.get('/read', requirePermission('read-studies'), (request, response) => {
    const { id, kind } = principalOf(request);
    response.json({ id, kind });
  });
  app.post('/store', requirePermission('store-instances'), (_request, response) => response.json({}));
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
  base = server.origin;
});
afterAll(async () => {
  await Promise.all([server.close(), provider.close()]);
  await database.close();
});

const read = async (headers: Record<string, string>) => {
  const response = await fetch(`${base}/read`, { headers });
  return [response.status, (await response.json()) as Record<string, unknown>] as const;
};
const statusOf = async (headers: Record<string, string>): Promise<number> => (await read(headers))[0];
const store = async (headers: Record<string, string>): Promise<number> =>
  (await fetch(`${base}/store`, { method: 'POST', headers })).status;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}`,
});

/** A token as the provider would sign it, but for `changes`. */
const tokenOf = (changes: Record<string, unknown> = {}, key: KeyObject = signing.privateKey) =>
  new SignJWT({
    iss: issuer,
    aud: AUDIENCE,
    sub: 'svc-7',
    realm_access: { roles: ['service'] },
    exp: Math.floor(Date.now() / 1000) + 300,
    ...changes,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .sign(key);

it('lets whoever brings nothing be nobody, with a 401 that names a scheme', async () => {
  expect(await (await fetch(`${base}/open`)).json()).toEqual({ id: 'anonymous' });
  const response = await fetch(`${base}/read`);
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="osteon"']);
});

describe('an API key', () => {
  it('is taken as a bearer token and as the password of Basic, and does what its role may', async () => {
    const key = await keys.create({ id: 'gateway-2', roles: ['service'], createdBy: 'test' });
    for (const headers of [bearer(key), basic(key)]) {
      expect(await read(headers)).toEqual([200, { id: 'key gateway-2', kind: 'service' }]);
      expect(await store(headers)).toBe(200);
    }
  });

  it('may be narrowed to what it needs', async () => {
    const key = await keys.create({
      id: 'modality',
      roles: ['service'],
      permissions: ['store-instances'],
      createdBy: 'test',
    });
    expect([await store(bearer(key)), await statusOf(bearer(key))]).toEqual([200, 403]);
    const beyond = {
      id: 'beyond',
      roles: ['service'],
      permissions: ['administer'],
      createdBy: 'test',
    } as const;
    await expect(keys.create(beyond)).rejects.toMatchObject({ kind: 'bad-request' });
  });

  it('is refused when it was taken back, has ended, or is another one', async () => {
    const key = await keys.create({ id: 'old', roles: ['service'], createdBy: 'test' });
    expect(await statusOf(bearer(key))).toBe(200);
    await keys.revoke('old');
    expect(await statusOf(bearer(key))).toBe(401);
    const ended = await keys.create({
      id: 'ended',
      roles: ['service'],
      createdBy: 'test',
      expiresAt: new Date(Date.now() - 1000),
    });
    expect(await statusOf(bearer(ended))).toBe(401);
    const other = await keys.create({ id: 'other', roles: ['service'], createdBy: 'test' });
    for (const wrong of [
      `${other.slice(0, -1)}${other.endsWith('A') ? 'B' : 'A'}`,
      other.replace('other', 'gateway-2'),
      'osteon__',
      `osteon_x'--_${'A'.repeat(43)}`,
    ]) {
      expect([wrong, await statusOf(bearer(wrong))]).toEqual([wrong, 401]);
    }
    await expect(keys.create({ id: 'old', roles: ['qa'], createdBy: 'test' })).rejects.toMatchObject({
      kind: 'bad-request',
    });
  });

  it('is kept as a hash: nothing in the database lets one in', async () => {
    const key = await keys.create({ id: 'hashed', roles: ['service'], createdBy: 'test' });
    const [row] = await query(database.pool, `SELECT api_key::text AS text FROM api_key WHERE id = 'hashed'`);
    expect(JSON.stringify(row)).not.toContain(key.split('_')[2]);
  });
});

describe('an access token', () => {
  it('of the provider, for us, is taken', async () => {
    expect(await read(bearer(await tokenOf()))).toEqual([200, { id: 'service svc-7', kind: 'service' }]);
  });

  const now = Math.floor(Date.now() / 1000);
  it.each([
    ['for somebody else', { aud: 'another-api' }],
    ['that is an ID token', { aud: CLIENT_ID, nonce: 'x' }],
    ['of another issuer', { iss: 'https://id.elsewhere' }],
    ['that has ended', { exp: now - 600 }],
    ['that never ends', { exp: undefined }],
    ['of nobody', { sub: undefined }],
    ['that is not valid yet', { nbf: now + 600 }],
  ])('%s is refused', async (_what, changes) => {
    expect(await statusOf(bearer(await tokenOf(changes)))).toBe(401);
  });

  it('with roles in the wrong place, or none, may do nothing', async () => {
    expect(await statusOf(bearer(await tokenOf({ realm_access: undefined, roles: ['service'] })))).toBe(403);
    expect(await statusOf(bearer(await tokenOf({ realm_access: { roles: ['root', '__proto__'] } })))).toBe(
      403,
    );
  });

  it('signed by another key, by none, or by our public key as a secret is refused', async () => {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = encode({
      iss: issuer,
      aud: AUDIENCE,
      sub: 'a',
      realm_access: { roles: ['pacs-admin'] },
      exp: now + 300,
    });
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(await statusOf(bearer(await tokenOf({}, stranger.privateKey)))).toBe(401);
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await statusOf(bearer(`${encode({ alg, kid: 'one' })}.${claims}.`))).toBe(401);
    }
    const pem = signing.publicKey.export({ type: 'spki', format: 'pem' });
    const head = encode({ alg: 'HS256', kid: 'one' });
    const mac = createHmac('sha256', pem).update(`${head}.${claims}`).digest('base64url');
    expect(await statusOf(bearer(`${head}.${claims}.${mac}`))).toBe(401);
    // A key that the token brings itself counts for nothing.
    const jwk = stranger.publicKey.export({ format: 'jwk' });
    const own = await new SignJWT({ iss: issuer, aud: AUDIENCE, sub: 'a', exp: now + 300 })
      .setProtectedHeader({ alg: 'RS256', jwk, jku: 'http://127.0.0.1:1/keys', kid: 'two' })
      .sign(stranger.privateKey);
    expect(await statusOf(bearer(own))).toBe(401);
    const [header = '', , signature = ''] = (await tokenOf()).split('.');
    expect(await statusOf(bearer(`${header}.${claims}.${signature}`))).toBe(401);
  });
});

describe('a session', () => {
  const rita = { subject: 'rita', name: 'Rita', roles: ['radiologist'], groups: ['radiologist'] } as const;
  const cookie = (token: string) => ({ cookie: `a=b; osteon-session=${token}` });

  it('lets its person in, until it is ended', async () => {
    const token = await sessions.begin(rita, 'id-token');
    expect(await read(cookie(token))).toEqual([200, { id: 'person rita', kind: 'person' }]);
    expect(await sessions.end(token)).toEqual({ principalId: 'person rita', idToken: 'id-token' });
    expect(await statusOf(cookie(token))).toBe(401);
    expect(await statusOf(cookie('made-up'))).toBe(401);
  });

  it('ends by age, and by silence', async () => {
    const [old, silent] = [await sessions.begin(rita, ''), await sessions.begin(rita, '')];
    await query(
      database.pool,
      `UPDATE session SET created_at = now() - interval '61 minutes' WHERE token_sha256 = sha256($1)`,
      [old],
    );
    await query(
      database.pool,
      `UPDATE session SET seen_at = now() - interval '16 minutes' WHERE token_sha256 = sha256($1)`,
      [silent],
    );
    expect([await statusOf(cookie(old)), await statusOf(cookie(silent))]).toEqual([401, 401]);
  });

  it('changes nothing for the page of another site (CSRF), nor for one that hides where it is', async () => {
    const token = await sessions.begin(rita, '');
    const from = (origin?: string) => store({ ...cookie(token), ...(origin !== undefined && { origin }) });
    expect(await from(base)).toBe(200);
    expect(await from('https://ohif.example')).toBe(200);
    for (const origin of [
      'https://evil.example',
      'null',
      base.replace('127.0.0.1', 'localhost'),
      `${base}.evil.example`,
      'http://127.0.0.1:1',
      undefined,
    ]) {
      expect([origin, await from(origin)]).toEqual([origin, 403]);
    }
  });

  it('nor do credentials of HTTP Basic, which browsers send by themselves', async () => {
    const key = await keys.create({ id: 'in-browser', roles: ['service'], createdBy: 'test' });
    expect(await store({ ...basic(key), origin: 'https://evil.example' })).toBe(403);
    expect(await store({ ...basic(key), origin: base })).toBe(200);
  });
});

describe('whoever tries credentials', () => {
  it('waits longer each time, is told of, and locks nobody out who is known', async () => {
    const key = await keys.create({ id: 'known', roles: ['service'], createdBy: 'test' });
    expect(await statusOf(bearer(key))).toBe(200);
    pauses.length = failures.length = 0;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await statusOf(bearer(`osteon_known_${String(attempt).padStart(43, 'A')}`))).toBe(401);
    }
    expect(pauses.every((pause, index) => index === 0 || pause >= (pauses[index - 1] ?? 0))).toBe(true);
    expect(pauses.at(-1)).toBe(5000);
    expect(failures.map(([address]) => address)).toEqual(Array(20).fill('127.0.0.1'));
    expect(await statusOf(bearer(key))).toBe(200);
  });
});
