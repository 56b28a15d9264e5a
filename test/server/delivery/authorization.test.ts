/**
 * How a DICOMweb destination is told who sends: Basic (RFC 7617), Bearer (RFC 6750), OAuth client credentials (RFC 6749
 * 4.4), certificates of both sides. Settings are read from a routing file, as a site writes them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import type { Destination, Parcel } from '../../../server/delivery/destination.ts';
import { Destinations } from '../../../server/delivery/open-destination.ts';
import { readRules } from '../../../server/routing/read-rules.ts';
import { createAuthority, pemOf } from '../../support/certificates.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { startReceivingPacs, type ReceivingPacsOptions } from '../../support/receiving-pacs.ts';
import { startTokenServer } from '../../support/token-server.ts';
import { serveOnLoopback } from '../../support/loopback.ts';

let folder: string;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-authorization-'));
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  for (const end of ends.splice(0)) await end();
  await rm(folder, { recursive: true });
});

async function pacsOf(options: ReceivingPacsOptions = {}) {
  const pacs = await startReceivingPacs(options);
  ends.push(() => pacs.close());
  return pacs;
}

async function tokensOf(tls?: Parameters<typeof startTokenServer>[0]) {
  const tokens = await startTokenServer(tls);
  ends.push(() => tokens.close());
  return tokens;
}

/** A destination with these settings beside its address. */
function open(root: string, settings: string): Destination {
  const text = `version: 1\ndestinations:\n  pacs: { dicomweb: "${root}", ${settings} }\n`;
  const none = () => {
    throw new Error('no DICOM here');
  };
  const [opened] = new Destinations(none).of(readRules(text, 'routing.yaml', []).destinations);
  if (!opened) throw new Error('no destination');
  return opened.destination;
}

const FILE = dicomFile({ SOPInstanceUID: '2.25.1' });

function parcel(): Parcel {
  const { studyInstanceUid, sopClassUid, sopInstanceUid, transferSyntaxUid } = readHeader(FILE);
  const identity = { studyInstanceUid, sopClassUid, sopInstanceUid, transferSyntaxUid };
  return { ...identity, sizeBytes: FILE.length, bytes: () => ReadableStream.from([FILE]) };
}

const send = (destination: Destination) => destination.send([parcel()], new AbortController().signal);
const echo = (destination: Destination) => destination.echo(new AbortController().signal);
const SENT = { accepted: ['2.25.1'], refused: new Map() };

describe('Basic', () => {
  it('names user and password, whatever letters they have, from the environment or a file', async () => {
    const pacs = await pacsOf();
    const password = 'gehëim:1';
    vi.stubEnv('PACS_PASSWORD', password);
    await writeFile(join(folder, 'password'), `${password}\n`);
    const expected = `Basic ${Buffer.from(`osteon:${password}`).toString('base64')}`;
    for (const place of ['{ env: PACS_PASSWORD }', `{ file: "${folder}/password" }`]) {
      const settings = `auth: { basic: { user: osteon, password: ${place} } }`;
      expect(await send(open(pacs.root, settings))).toEqual(SENT);
    }
    expect(pacs.authorizations).toEqual([expected, expected]);
  });

  it('says which secret is missing, and sends nothing', async () => {
    const pacs = await pacsOf();
    const variable = open(pacs.root, 'auth: { basic: { user: osteon, password: { env: NOT_SET } } }');
    const expected = { kind: 'down', message: 'The environment variable NOT_SET is not set' };
    await expect(send(variable)).rejects.toMatchObject(expected);
    const file = open(pacs.root, `auth: { bearer: { file: "${folder}/none" } }`);
    await expect(echo(file)).rejects.toMatchObject({
      kind: 'down',
      message: `${folder}/none cannot be read`,
    });
    expect(pacs.authorizations).toEqual([]);
  });
});

describe('Bearer', () => {
  it('takes over a token that was changed while the server runs', async () => {
    const pacs = await pacsOf();
    const path = join(folder, 'token');
    const destination = open(pacs.root, `auth: { bearer: { file: "${path}" } }`);
    for (const token of ['first', 'second']) {
      await writeFile(path, `${token}\n`);
      await send(destination);
    }
    expect(pacs.authorizations).toEqual(['Bearer first', 'Bearer second']);
  });
});

describe('OAuth', () => {
  beforeEach(() => {
    vi.stubEnv('PACS_SECRET', 'se:cret');
  });

  async function oauth(scope = '') {
    const tokens = await tokensOf();
    const isAllowed = (header = '') => tokens.valid.has(header.replace('Bearer ', ''));
    const pacs = await pacsOf({ isAllowed });
    const client = `clientId: "my client", clientSecret: { env: PACS_SECRET }${scope}`;
    const destination = open(pacs.root, `auth: { oauth: { tokenUrl: "${tokens.url}", ${client} } }`);
    return { tokens, pacs, destination };
  }

  it('asks for a token once, by Basic and the form of RFC 6749, and uses it for every request', async () => {
    const { tokens, pacs, destination } = await oauth(', scope: "dicom.write dicom.read"');
    await echo(destination);
    expect(await send(destination)).toEqual(SENT);
    expect(await send(destination)).toEqual(SENT);
    // RFC 6749 2.3.1: both are encoded before they are joined, so that a colon stays in its place.
    const authorization = `Basic ${Buffer.from('my%20client:se%3Acret').toString('base64')}`;
    const form = { grant_type: 'client_credentials', scope: 'dicom.write dicom.read' };
    expect(tokens.asked).toEqual([{ authorization, form }]);
    expect(pacs.authorizations).toEqual(['Bearer token-1', 'Bearer token-1']);
  });

  it.each([
    [{ expires_in: 100 }, 69, 71],
    [{}, 269, 271],
  ])('asks for another half a minute before one ends (%j)', async (answer, before, after) => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    const { tokens, destination } = await oauth();
    tokens.answer = answer;
    await send(destination);
    vi.setSystemTime(before * 1000);
    await send(destination);
    expect(tokens.asked).toHaveLength(1);
    vi.setSystemTime(after * 1000);
    await send(destination);
    expect(tokens.asked).toHaveLength(2);
  });

  it('gets over a token that ends before its time, and sends the whole body again', async () => {
    const { tokens, pacs, destination } = await oauth();
    await send(destination);
    tokens.valid.clear();
    expect(await send(destination)).toEqual(SENT);
    expect(pacs.authorizations).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    expect(pacs.received).toEqual(['2.25.1', '2.25.1']);
    expect(pacs.altered).toEqual([]);
  });

  it('tries a refused token once more and no oftener', async () => {
    const tokens = await tokensOf();
    const pacs = await pacsOf({ isAllowed: () => false });
    const client = 'clientId: osteon, clientSecret: { env: PACS_SECRET }';
    const destination = open(pacs.root, `auth: { oauth: { tokenUrl: "${tokens.url}", ${client} } }`);
    await expect(send(destination)).rejects.toMatchObject({
      kind: 'down',
      message: 'The server answered HTTP 401',
    });
    expect(tokens.asked).toHaveLength(2);
    expect(pacs.authorizations).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('says what the token server said, and no secret', async () => {
    const { tokens, pacs, destination } = await oauth();
    tokens.answer = 401;
    const failure = send(destination);
    await expect(failure).rejects.toMatchObject({
      kind: 'down',
      message: 'The token server gave no token (HTTP 401)',
    });
    tokens.answer = { expires_in: -1 };
    await expect(send(destination)).rejects.toThrow('The token server gave no token (HTTP 200)');
    expect(pacs.authorizations).toEqual([]);
  });
});

describe('a redirect', () => {
  it('is not followed: what was to go to one server goes to no other', async () => {
    const other = await pacsOf();
    const redirecting = await serveOnLoopback((request, response) => {
      request.resume();
      response.writeHead(307, { Location: `${other.root}/studies` }).end();
    });
    ends.push(() => redirecting.close());
    vi.stubEnv('PACS_TOKEN', 'token');
    const destination = open(redirecting.origin, 'auth: { bearer: { env: PACS_TOKEN } }');
    await expect(send(destination)).rejects.toThrow('The server answered HTTP 307');
    expect([other.authorizations, other.received]).toEqual([[], []]);
  });
});

describe('certificates of both sides', () => {
  function secured() {
    const authority = createAuthority(folder, 'hospital');
    const server = { ...pemOf(authority.issue('server')), ca: pemOf({ key: authority.certificate, certificate: authority.certificate }).cert };
    const tls = { ...server, requestCert: true, rejectUnauthorized: true };
    return { authority, client: authority.issue('osteon'), tls };
  } // prettier-ignore

  it('let a known client in, to the token server too', async () => {
    vi.stubEnv('PACS_SECRET', 'secret');
    const { authority, client, tls } = secured();
    const [pacs, tokens] = [await pacsOf({ tls }), await tokensOf(tls)];
    const files = `certificate: "${client.certificate}", key: "${client.key}", ca: "${authority.certificate}"`;
    const oauth = `tokenUrl: "${tokens.url}", clientId: osteon, clientSecret: { env: PACS_SECRET }`;
    const destination = open(pacs.root, `tls: { ${files} }, auth: { oauth: { ${oauth} } }`);
    await echo(destination);
    expect(await send(destination)).toEqual(SENT);
    expect(pacs.authorizations).toEqual(['Bearer token-1']);
  });

  it('keep out a client without a certificate, and one of another authority', async () => {
    const { authority, tls } = secured();
    const pacs = await pacsOf({ tls });
    const stranger = createAuthority(folder, 'elsewhere').issue('osteon');
    const ca = `ca: "${authority.certificate}"`;
    for (const own of ['', `certificate: "${stranger.certificate}", key: "${stranger.key}", `]) {
      await expect(send(open(pacs.root, `tls: { ${own}${ca} }`))).rejects.toMatchObject({ kind: 'down' });
    }
    expect(pacs.received).toEqual([]);
  });

  it('keep back from a server whose authority is not known', async () => {
    const { client, tls } = secured();
    const pacs = await pacsOf({ tls });
    const own = `certificate: "${client.certificate}", key: "${client.key}"`;
    await expect(send(open(pacs.root, `tls: { ${own} }`))).rejects.toThrow(
      /^No connection, or it broke \((UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/,
    );
    expect(pacs.received).toEqual([]);
  });

  it('are read again when they are renewed', async () => {
    const { authority, client, tls } = secured();
    const pacs = await pacsOf({ tls });
    const stranger = createAuthority(folder, 'elsewhere').issue('osteon');
    const [certificate, key] = [join(folder, 'own.pem'), join(folder, 'own.key')];
    const destination = open(
      pacs.root,
      `tls: { certificate: "${certificate}", key: "${key}", ca: "${authority.certificate}" }`,
    );
    const put = async (pem: { readonly key: string; readonly cert: string }) => {
      await writeFile(certificate, pem.cert);
      await writeFile(key, pem.key);
    };
    await put(pemOf(stranger));
    await expect(send(destination)).rejects.toMatchObject({ kind: 'down' });
    await put(pemOf(client));
    expect(await send(destination)).toEqual(SENT);
  });
});
