/** What comes from the network, and what goes to it: proxies, destinations, quotas. */
import { buffer } from 'node:stream/consumers';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange } from '../../../server/delivery/http-exchange.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { parseForwarded, trustProxies } from '../../../server/http/forwarded.ts';
import { limitUploads } from '../../../server/http/upload-quota.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { authenticate, requirePermission } from '../../../server/security/authentication.ts';
import { guardedLookup, mayBeSentTo } from '../../../server/security/destination-guard.ts';
import { FailedAttempts } from '../../../server/security/failed-attempts.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(app: express.Express): Promise<string> {
  const server = await serveOnLoopback(app);
  servers.push(server);
  return server.origin;
}

describe('behind a proxy', () => {
  const seenBehind = async (
    proxies: readonly string[],
    headers: Record<string, string>,
  ): Promise<unknown> => {
    const app = express();
    trustProxies(app, proxies);
    app.get('/', ({ ip, protocol, host }, response) => response.json([ip, protocol, host]));
    const base = await serve(app);
    const response = await fetch(base, { headers });
    return JSON.parse((await response.text()).replace(new URL(base).host, 'own'));
  };

  it('the client is whom the proxy names, by Forwarded or X-Forwarded', async () => {
    const forwarded = { forwarded: 'for="[2001:db8::7]:4711";proto=https;host=osteon.example' };
    expect(await seenBehind(['127.0.0.1'], forwarded)).toEqual(['2001:db8::7', 'https', 'osteon.example']);
    const older = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'a.example',
    };
    expect(await seenBehind(['127.0.0.0/8'], older)).toEqual(['203.0.113.9', 'https', 'a.example']);
  });

  it('what the client says of itself before the proxy does not count', async () => {
    const forged = { forwarded: 'for=10.9.9.9, for=203.0.113.9;proto=https;host=osteon.example' };
    expect(await seenBehind(['127.0.0.1'], forged)).toEqual(['203.0.113.9', 'https', 'osteon.example']);
    // Both headers: the one that the proxy is known by decides, the other is written over.
    const mixed = { ...forged, 'x-forwarded-for': '10.9.9.9', 'x-forwarded-host': 'evil.example' };
    expect(await seenBehind(['127.0.0.1'], mixed)).toEqual(['203.0.113.9', 'https', 'osteon.example']);
  });

  it('nobody else is believed', async () => {
    const forged = { forwarded: 'for=10.9.9.9;proto=https;host=evil.example', 'x-forwarded-for': '10.9.9.9' };
    expect(await seenBehind(['10.0.0.1'], forged)).toEqual(['127.0.0.1', 'http', 'own']);
  });

  it.each([
    ['for=1.2.3.4', [{ for: '1.2.3.4' }]],
    [
      'For="[2001:db8::1]";Proto=http, for=unknown',
      [{ for: '[2001:db8::1]', proto: 'http' }, { for: 'unknown' }],
    ],
    [String.raw`for="_a\"b,c;d=e"; host=x`, [{ for: '_a"b,c;d=e', host: 'x' }]],
    [',,', []],
    ['nonsense', []],
  ])('%s is read as RFC 7239 says', (header, expected) => {
    expect(parseForwarded(header)).toEqual(expected);
  });
});

describe('without authentication', () => {
  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'])(
    'a request that went through a proxy (%s) is not from this machine',
    async (name) => {
      const app = express();
      app.use(authenticate());
      app.get('/', (_request, response) => response.json({}));
      app.use(errorHandler(SILENT_LOG));
      const base = await serve(app);
      expect((await fetch(base)).status).toBe(200);
      expect((await fetch(base, { headers: { [name]: '203.0.113.9' } })).status).toBe(403);
    },
  );
});

describe('a destination', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    'fe80::1',
    'ff02::1',
    '::',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
  ])('is never %s, by name or by number', (address) => {
    expect([mayBeSentTo('pacs.example', address), mayBeSentTo(address, address)]).toEqual([false, false]);
  });

  it('may be private, and this machine where it is named as such', () => {
    expect(
      ['10.1.2.3', '192.168.0.9', 'fd12::9', '203.0.113.9'].map((address) =>
        mayBeSentTo('pacs.example', address),
      ),
    ).toEqual([true, true, true, true]);
    expect(mayBeSentTo('pacs.example', '127.0.0.1')).toBe(false);
    expect(
      ['localhost', '127.0.0.1', '[::1]'].map((host) =>
        mayBeSentTo(host, host === '[::1]' ? '::1' : '127.0.0.1'),
      ),
    ).toEqual([true, true, true]);
  });

  it('is looked up behind the guard', async () => {
    const found = await new Promise((resolve) => {
      guardedLookup('localhost', { all: true }, (error, addresses) => {
        resolve(error ?? addresses);
      });
    });
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ address: expect.stringMatching(/^(127\.|::1)/) as string }),
      ]),
    );
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://0.0.0.0/',
    'http://2852039166/',
  ])('%s is refused before a byte is sent', async (url) => {
    const question = {
      method: 'GET',
      url: new URL(url),
      headers: {},
      signal: AbortSignal.timeout(5000),
    } as const;
    await expect(exchange(question)).rejects.toThrow('not sent to');
  });
});

describe('an upload quota', () => {
  it('refuses what comes after it, announced or not, until the next day', async () => {
    let now = Date.UTC(2026, 2, 1, 23);
    const app = express();
    app.use(
      authenticate(),
      limitUploads(10_000, () => now),
    );
    app.post('/', requirePermission('store-instances'), async (request, response) => {
      await buffer(request);
      response.json({});
    });
    app.use(errorHandler(SILENT_LOG));
    const base = await serve(app);
    const send = async (bytes: number, isAnnounced = true): Promise<number> => {
      const body = Buffer.alloc(bytes);
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(body);
          controller.close();
        },
      });
      const init = isAnnounced ? { body } : { body: stream, duplex: 'half' as const };
      return (await fetch(base, { method: 'POST', ...init })).status;
    };
    expect(await send(11_000)).toBe(429);
    expect(await send(4_000)).toBe(200);
    expect(await send(7_000, false)).toBe(200);
    expect(await send(1)).toBe(429);
    now += 2 * 3_600_000;
    expect(await send(4_000)).toBe(200);
  });
});

describe('whoever tries credentials', () => {
  it('is refused at once when too many of them wait', async () => {
    const releases: (() => void)[] = [];
    const attempts = new FailedAttempts(() => new Promise<void>((resolve) => releases.push(resolve)));
    const waiting = Array.from({ length: 5 }, () => attempts.record('10.0.0.1'));
    await expect(attempts.record('10.0.0.1')).rejects.toMatchObject({ kind: 'too-many-requests' });
    const elsewhere = attempts.record('10.0.0.2');
    for (const release of releases) release();
    expect(await elsewhere).toBe(1);
    expect(await Promise.all(waiting)).toHaveLength(5);
  });
});
