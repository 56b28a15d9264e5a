/** What HTTP offers beside the representation: entity tags, ranges, HEAD, OPTIONS, other origins. RFC 9110, PS3.18 8.9. */
import express from 'express';
import { beforeAll, describe, expect, it } from 'vitest';
import { crossOrigin } from '../../../server/http/cross-origin.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { authenticate } from '../../../server/security/authentication.ts';
import { bytesOf } from '../../support/answers.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { serveOnLoopback } from '../../support/loopback.ts';

const { storage, server } = await servedStorage({ keepsAll: true });
const FILE = dicomFile();
beforeAll(async () => {
  expect((await storeBytes(storage.instances(), FILE)).status).toBe('stored');
  const second = dicomFile({ SOPInstanceUID: '1.2.3.2' });
  expect((await storeBytes(storage.instances(), second)).status).toBe('stored');
});

const STUDY = '/studies/1.2.3';
const INSTANCE = `${STUDY}/series/1.2.3.0/instances/1.2.3.1`;
const DICOM = { Accept: 'application/dicom' };

async function get(path: string, headers: Record<string, string>, method = 'GET'): Promise<Response> {
  return await fetch(`${server.base}${path}`, { headers, method });
}

describe('entity tags (RFC 9110 8.8.3, 13.1.2)', () => {
  it.each([
    [INSTANCE, 'application/dicom'],
    [STUDY, 'multipart/related; type="application/dicom"'],
    [`${STUDY}/metadata`, 'application/dicom+json'],
    [`${INSTANCE}/frames/1`, 'application/octet-stream'],
    [`${INSTANCE}/bulkdata/7FE00010`, 'application/octet-stream'],
    [`${INSTANCE}/rendered`, 'image/png'],
    [`${STUDY}/thumbnail`, 'image/jpeg'],
  ])('of %s are strong, and answered 304 when the client has them', async (path, accept) => {
    const [first, again] = [await get(path, { Accept: accept }), await get(path, { Accept: accept })];
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[0-9a-f]{40}"$/);
    expect(first.headers.get('vary')?.split(', ')).toContain('Accept');
    expect(await bytesOf(again)).toEqual(await bytesOf(first)); // also the boundary
    const unchanged = await get(path, { Accept: accept, 'If-None-Match': tag });
    expect(unchanged.status).toBe(304);
    expect(await bytesOf(unchanged)).toHaveLength(0);
    expect((await get(path, { Accept: accept, 'If-None-Match': '"other"' })).status).toBe(200);
  });

  it('differ with the media type, the transfer syntax and the parameters', async () => {
    const tags = [
      await get(INSTANCE, { Accept: 'application/dicom' }),
      await get(INSTANCE, { Accept: 'application/dicom; transfer-syntax=*' }),
      await get(INSTANCE, { Accept: 'multipart/related; type="application/dicom"' }),
      await get(`${INSTANCE}/rendered`, { Accept: 'image/png' }),
      await get(`${INSTANCE}/rendered`, { Accept: 'image/jpeg' }),
      await get(`${INSTANCE}/rendered?quality=50`, { Accept: 'image/jpeg' }),
      await get(`${STUDY}/metadata`, { Accept: 'application/dicom+json' }),
      await get(`${STUDY}/metadata`, { Accept: 'multipart/related; type="application/dicom+xml"' }),
    ].map((response) => response.headers.get('etag'));
    expect(new Set(tags).size).toBe(tags.length);
  });
});

describe('ranges of a single part (RFC 9110 14.2)', () => {
  it.each([
    ['bytes=0-9', FILE.subarray(0, 10)],
    ['bytes=100-', FILE.subarray(100)],
    ['bytes=-4', FILE.subarray(-4)],
  ])('%s', async (range, expected) => {
    const response = await get(INSTANCE, { ...DICOM, Range: range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toMatch(new RegExp(`^bytes \\d+-\\d+/${FILE.length}$`));
    expect(response.headers.get('content-length')).toBe(String(expected.length));
    expect(await bytesOf(response)).toEqual(Buffer.from(expected));
  });

  it('outside are 416; several at once, other units and old copies get everything', async () => {
    const outside = await get(INSTANCE, { ...DICOM, Range: `bytes=${FILE.length}-` });
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${FILE.length}`]);
    for (const headers of [
      { Range: 'bytes=0-1,5-6' },
      { Range: 'pages=1-2' },
      { Range: 'bytes=0-1', 'If-Range': '"old"' },
    ]) {
      const response = await get(INSTANCE, { ...DICOM, ...headers });
      expect([response.status, (await bytesOf(response)).length]).toEqual([200, FILE.length]);
    }
  });
});

describe('HEAD (RFC 9110 9.3.2)', () => {
  it.each([
    [INSTANCE, 'application/dicom'],
    [STUDY, 'multipart/related; type="application/dicom"'],
    [`${STUDY}/metadata`, 'application/dicom+json'],
    [`${INSTANCE}/frames/1`, 'application/octet-stream'],
    [`${INSTANCE}/rendered`, 'image/png'],
  ])('of %s gives the headers of GET and no body', async (path, accept) => {
    const [head, whole] = [await get(path, { Accept: accept }, 'HEAD'), await get(path, { Accept: accept })];
    for (const name of ['content-type', 'content-length', 'etag']) {
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    }
    expect([head.status, (await bytesOf(head)).length]).toEqual([200, 0]);
  });
});

describe('the length of the body (RFC 9110 8.6)', () => {
  const MULTIPART = 'multipart/related; type="application/dicom"';
  it.each([
    ['as it is stored', STUDY, `${MULTIPART}; transfer-syntax=*`, true],
    ['as one frame', `${INSTANCE}/frames/1`, 'multipart/related; type="application/octet-stream"', true],
    ['made while it is sent', STUDY, `${MULTIPART}; transfer-syntax=1.2.840.10008.1.2.4.80`, false],
  ])('is told of what is sent %s', async (_what, path, accept, isTold) => {
    const response = await get(path, { Accept: accept });
    expect(response.status).toBe(200);
    const length = response.headers.get('content-length');
    expect(length).toBe(isTold ? String((await bytesOf(response)).length) : null);
  });
});

describe('capabilities (PS3.18 8.9)', () => {
  it('are WADL by default and JSON where asked for, and name every route', async () => {
    const wadl = await get('/', {}, 'OPTIONS');
    expect([wadl.status, wadl.headers.get('content-type')]).toEqual([
      200,
      'application/vnd.sun.wadl+xml; charset=utf-8',
    ]);
    const text = await wadl.text();
    expect(text).toContain('<resource path="studies/{study}/series/{series}/rendered">');
    expect(text).toContain('<param name="viewport" style="query"/>');
    const json = await get('/', { Accept: 'application/json' }, 'OPTIONS');
    const { application } = (await json.json()) as { application: { resources: { resource: { path: string; methods: string[] }[] } } }; // prettier-ignore
    expect(application.resources.resource.find(({ path }) => path === 'studies')?.methods).toEqual(['GET', 'HEAD', 'POST']); // prettier-ignore
    expect((await get('/', { Accept: 'image/png' }, 'OPTIONS')).status).toBe(406);
    const tag = wadl.headers.get('etag') ?? '';
    expect((await get('/', { 'If-None-Match': tag }, 'OPTIONS')).status).toBe(200); // 304 is for GET and HEAD
    expect((await get('/', {})).status).toBe(405);
  });

  it('of one resource name its methods', async () => {
    const response = await get(`${INSTANCE}/frames/1`, {}, 'OPTIONS');
    expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });
});

describe('pages of other origins (Fetch Standard, CORS protocol)', () => {
  const ALLOWED = 'https://viewer.example';

  async function asking(
    origins: readonly string[],
    headers: Record<string, string>,
    method: string,
  ): Promise<Response> {
    const app = express();
    const known = new Set(origins);
    app.use(crossOrigin(known), authenticate({ origins: known }));
    app.all('/', (_request, response) => {
      response.send('answer');
    });
    app.use(errorHandler({ error: () => undefined }));
    const listening = await serveOnLoopback(app);
    const response = await fetch(`${listening.origin}/`, { headers, method });
    const copy = new Response(response.status === 204 ? null : await response.text(), response);
    await listening.close();
    return copy;
  }

  it('are let in by their origin, and preflight requests are answered without a principal', async () => {
    const simple = await asking([ALLOWED], { Origin: ALLOWED }, 'GET');
    expect(simple.headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect(simple.headers.get('vary')).toContain('Origin');
    const preflight = await asking([ALLOWED], { Origin: ALLOWED, 'Access-Control-Request-Method': 'POST' }, 'OPTIONS'); // prettier-ignore
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET, HEAD, POST, DELETE, OPTIONS',
    ]);
    expect((await asking([ALLOWED], { Origin: ALLOWED }, 'POST')).status).toBe(200);
  });

  it('are let in nowhere by default, and others nowhere at all', async () => {
    for (const origins of [[], [ALLOWED]]) {
      const response = await asking(origins, { Origin: 'https://other.example' }, 'GET');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect((await asking(origins, { Origin: 'https://other.example' }, 'POST')).status).toBe(403);
    }
  });
});
