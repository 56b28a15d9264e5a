import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { itemsOf, numberOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { multipartOf, serveDicomWeb, stow } from '../../support/http-server.ts';
import { servedStorage } from '../../support/served-storage.ts';

const { storage, server } = await servedStorage();

const instanceFile = (number: number, patientId = 'SECRET'): Buffer =>
  dicomFile({ SOPInstanceUID: `1.2.3.${number}`, PatientID: patientId });

const answerOf = async (response: Response): Promise<DataSet> => (await response.json()) as DataSet;

const failureReasons = (answer: DataSet, sequence: string): unknown[] =>
  itemsOf(answer, sequence).map((item) => numberOf(item, TAG.FailureReason));

describe('STOW-RS (PS3.18 10.5)', () => {
  it('answers 200 and names each instance and where to retrieve it', async () => {
    const response = await stow(`${server.base}/studies`, [instanceFile(1), instanceFile(2)]);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/dicom+json; charset=utf-8');
    const answer = await answerOf(response);
    expect(textOf(answer, TAG.RetrieveURL)).toBe(`${server.base}/studies/1.2.3`);
    expect(
      itemsOf(answer, TAG.ReferencedSOPSequence).map((item) => [
        textOf(item, TAG.ReferencedSOPInstanceUID),
        textOf(item, TAG.RetrieveURL),
      ]),
    ).toEqual([
      ['1.2.3.1', `${server.base}/studies/1.2.3/series/1.2.3.0/instances/1.2.3.1`],
      ['1.2.3.2', `${server.base}/studies/1.2.3/series/1.2.3.0/instances/1.2.3.2`],
    ]);
    expect(answer[TAG.FailedSOPSequence]).toBeUndefined();
    expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toHaveLength(2);
  });

  it('answers 200 again for identical bytes', async () => {
    await stow(`${server.base}/studies`, [instanceFile(1)]);
    expect((await stow(`${server.base}/studies`, [instanceFile(1)])).status).toBe(200);
  });

  it('keeps the first of two that differ within one request, and answers in the order of the parts', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
    const twice = numbers.flatMap((number) => [instanceFile(number), instanceFile(number, 'OTHER')]);
    const answer = await answerOf(await stow(`${server.base}/studies`, twice));
    const uidsIn = (sequence: string) =>
      itemsOf(answer, sequence).map((item) => textOf(item, TAG.ReferencedSOPInstanceUID));
    const expected = numbers.map((number) => `1.2.3.${number}`);
    expect(uidsIn(TAG.ReferencedSOPSequence)).toEqual(expected);
    expect(uidsIn(TAG.FailedSOPSequence)).toEqual(expected);
    const kept = await storage.index.listInstances({ studyUid: '1.2.3' });
    expect(kept.map(({ metadata }) => textOf(metadata, TAG.PatientID))).toEqual(numbers.map(() => 'SECRET'));
  });

  it('answers 202 when some are refused, with the reason of each (Table I.2-2)', async () => {
    await stow(`${server.base}/studies`, [instanceFile(1)]);
    const response = await stow(`${server.base}/studies`, [
      instanceFile(1, 'OTHER'),
      Buffer.from('not a file'),
      instanceFile(2),
    ]);
    expect(response.status).toBe(202);
    const text = await response.text();
    expect(text).not.toMatch(/SECRET|OTHER/);
    const answer = JSON.parse(text) as DataSet;
    expect(failureReasons(answer, TAG.FailedSOPSequence)).toEqual([0x0111]);
    expect(textOf(itemsOf(answer, TAG.FailedSOPSequence)[0] ?? {}, TAG.ErrorComment)).toMatch(
      /^Differs in PatientID from the stored instance/,
    );
    expect(failureReasons(answer, TAG.OtherFailuresSequence)).toEqual([0xc000]);
    expect(itemsOf(answer, TAG.ReferencedSOPSequence)).toHaveLength(1);
  });

  it('says each reason once in words, without what the file holds (Warning header)', async () => {
    const truncated = instanceFile(1).subarray(0, 300);
    const response = await stow(`${server.base}/studies`, [
      Buffer.from('garbage'),
      Buffer.from('more'),
      truncated,
    ]);
    const warning = response.headers.get('warning') ?? '';
    expect(warning).toMatch(/^299 osteon "C000: .*DICM.*", 299 osteon "C000: The bytes end within .*"$/);
    expect(warning).not.toContain('SECRET');
  });

  it('answers 409 when nothing was stored, as for instances of another study', async () => {
    const response = await stow(`${server.base}/studies/1.2.9`, [instanceFile(1)]);
    expect(response.status).toBe(409);
    const answer = await answerOf(response);
    expect(failureReasons(answer, TAG.FailedSOPSequence)).toEqual([0xc409]);
    expect(itemsOf(answer, TAG.FailedSOPSequence)[0]?.[TAG.ReferencedSOPInstanceUID]?.Value).toEqual([
      '1.2.3.1',
    ]);
  });

  it.each([
    ['application/json', 415],
    ['multipart/form-data; boundary=b', 415],
    ['multipart/related; type="text/html"; boundary=b', 415],
    ['multipart/related; type="application/dicom"', 400],
  ])('refuses Content-Type %s with %i', async (type, status) => {
    const response = await fetch(`${server.base}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: 'x',
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error: status === 415 ? 'unsupported-media-type' : 'bad-request',
    });
  });

  it('answers 400 to a body that is no multipart, or has no part', async () => {
    const headers = { 'Content-Type': 'multipart/related; type=application/dicom; boundary=b' };
    for (const body of ['', 'no delimiter', '--b--\r\n']) {
      const response = await fetch(`${server.base}/studies`, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
    }
  });

  it('names what was stored before a body broke off', async () => {
    const body = multipartOf([instanceFile(1), instanceFile(2)]).subarray(0, -60);
    const response = await fetch(`${server.base}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/related; type=application/dicom; boundary=boundary-of-test' },
      body: new Uint8Array(body),
    });
    expect(response.status).toBe(202);
    const answer = await answerOf(response);
    expect(itemsOf(answer, TAG.ReferencedSOPSequence)).toHaveLength(1);
    expect(failureReasons(answer, TAG.OtherFailuresSequence)).toHaveLength(1);
    expect((await storage.files()).staged).toEqual([]);
  });

  it('leaves nothing of an upload whose client went away, and is not alarmed', async () => {
    const upload = request(`${server.base}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/related; type=application/dicom; boundary=boundary-of-test' },
    });
    upload.on('error', () => undefined); // we are the ones who hang up
    upload.write(multipartOf([instanceFile(1)]).subarray(0, 300));
    await expect.poll(async () => (await storage.files()).staged.length).toBe(1);
    upload.destroy();
    await expect.poll(async () => (await storage.files()).staged.length).toBe(0);
    expect(server.log).toEqual([]);
  });

  it('refuses a part of another media type without harming its neighbours', async () => {
    const body = Buffer.concat([
      Buffer.from(
        '--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/dicom\r\n\r\n',
      ),
      instanceFile(1),
      Buffer.from('\r\n--b--'),
    ]);
    const response = await fetch(`${server.base}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary="b"' },
      body: new Uint8Array(body),
    });
    expect(response.status).toBe(202);
  });

  it('refuses a principal who may only do something else', async () => {
    const principal = {
      id: 'reader',
      kind: 'person',
      permissions: new Set(['read-studies'] as const),
    } as const;
    const reading = await serveDicomWeb(storage, {}, principal);
    expect((await stow(`${reading.base}/studies`, [instanceFile(1)])).status).toBe(403);
    expect((await fetch(`${reading.base}/studies`)).status).toBe(204);
    await reading.close();
    const storing = await serveDicomWeb(
      storage,
      {},
      { ...principal, permissions: new Set(['store-instances'] as const) },
    );
    expect((await fetch(`${storing.base}/studies`)).status).toBe(403);
    await storing.close();
  });

  it('keeps every answer out of caches, refusals too (RFC 9111 5.2.2)', async () => {
    for (const path of ['studies', 'studies/1.2.3.4/metadata', 'studies/no-uid']) {
      const response = await fetch(`${server.base}/${path}`);
      expect(response.headers.get('cache-control'), path).toBe('private, no-store');
    }
  });

  it('answers 405 with Allow to a method that the resource has not (RFC 9110 15.5.6)', async () => {
    const response = await fetch(`${server.base}/studies`, { method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
  });

  it('answers 413 when every object is too large, 503 with Retry-After when storage is away', async () => {
    const small = await serveDicomWeb(storage, { instances: storage.instances({ maxObjectBytes: 100 }) });
    expect((await stow(`${small.base}/studies`, [instanceFile(1)])).status).toBe(413);
    await small.close();
    const failure = new PacsError('storage-unavailable', 'The disk is full (ENOSPC)');
    const hooks = { inTransaction: () => Promise.reject(failure) };
    const failing = await serveDicomWeb(storage, { instances: storage.instances({ hooks }) });
    const response = await stow(`${failing.base}/studies`, [instanceFile(1)]);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    await failing.close();
  });
});
