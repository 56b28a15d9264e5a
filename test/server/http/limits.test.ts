/**
 * Every limit on what one request may bring: a body just within is taken, one beyond is refused, with a message that
 * names the limit, and nothing of it stays.
 */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ReadLimits } from '../../../dicom/read/part10-reader.ts';
import { requireFrameWithin } from '../../../dicom/read/image-pixel.ts';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import type { MultipartLimits } from '../../../server/http/multipart.ts';
import { dicomFile, type FileAttributes } from '../../support/dicom-file.ts';
import { kindOf } from '../../support/failures.ts';
import { multipartOf, serveDicomWeb } from '../../support/http-server.ts';
import { bytes, dataSetBytes, fileMeta, imageElements, part10 } from '../../support/part10-bytes.ts';
import { ownStorage } from '../../support/served-storage.ts';

const storage = await ownStorage();

const ROOMY: MultipartLimits = { maxBodyBytes: 1_000_000, maxParts: 10, maxHeaderBytes: 10_000 };

interface Refusal {
  readonly status: number;
  readonly words: string;
}

/** Sends a body to a server with these limits; what it says. */
async function send(
  body: Buffer,
  limits: {
    readonly multipart?: Partial<MultipartLimits>;
    readonly read?: ReadLimits;
    readonly maxObjectBytes?: number;
  },
): Promise<Refusal> {
  const { maxObjectBytes = 1_000_000, read: readLimits = {} } = limits;
  const server = await serveDicomWeb(storage, {
    instances: storage.instances({ maxObjectBytes, readLimits }),
    multipartLimits: { ...ROOMY, ...limits.multipart },
  });
  try {
    const response = await fetch(`${server.base}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=boundary-of-test' },
      body: new Uint8Array(body),
    });
    const words = `${response.headers.get('warning') ?? ''} ${await response.text()}`;
    return { status: response.status, words };
  } finally {
    await server.close();
  }
}

async function expectNothingLeft(): Promise<void> {
  expect(await storage.files()).toEqual({ kept: [], staged: [] });
  expect(await storage.reservations()).toBe(0);
}

const ONE = multipartOf([dicomFile()]);

/** A study of `levels` sequences, each within the one before. */
function nested(levels: number): FileAttributes {
  return levels === 0 ? {} : { ReferencedStudySequence: [nested(levels - 1)] };
}

/** A deflated image whose pixels are `pixelBytes` zeros. */
function deflated(pixelBytes: number): Uint8Array {
  const dataSet = dataSetBytes(imageElements(pixelBytes / 2, 1, new Uint8Array(pixelBytes), 16));
  return bytes(fileMeta('1.2.840.10008.1.2.1.99'), deflateRawSync(dataSet));
}

describe('a body', () => {
  it('of as many bytes as allowed is taken, one byte more is 413', async () => {
    expect((await send(ONE, { multipart: { maxBodyBytes: ONE.length } })).status).toBe(200);
    await storage.clear();
    const refused = await send(ONE, { multipart: { maxBodyBytes: ONE.length - 1 } });
    expect(refused.status).toBe(413);
    expect(refused.words).toContain(`larger than ${ONE.length - 1} bytes`);
    await expectNothingLeft();
  });

  it('of more parts than allowed keeps the first ones, and says of the rest that there were too many', async () => {
    const files = [1, 2, 3].map((number) => dicomFile({ SOPInstanceUID: `1.2.3.${number}` }));
    const answer = await send(multipartOf(files), { multipart: { maxParts: 2 } });
    expect(answer.status).toBe(202);
    expect(answer.words).toContain('more than 2 parts');
    expect((await storage.files()).kept).toHaveLength(2);
  });

  it('whose part has longer headers than allowed is 413', async () => {
    const text = ONE.toString('latin1').replace(
      'Content-Type',
      `X-Filler: ${'x'.repeat(600)}\r\nContent-Type`,
    );
    const body = Buffer.from(text, 'latin1');
    expect((await send(body, { multipart: { maxHeaderBytes: 700 } })).status).toBe(200);
    await storage.clear();
    const refused = await send(body, { multipart: { maxHeaderBytes: 500 } });
    expect(refused.status).toBe(413);
    expect(refused.words).toContain('larger than 500 bytes');
    await expectNothingLeft();
  });
});

describe('an object', () => {
  it('of as many bytes as allowed is taken, of one more refused', async () => {
    const { length } = dicomFile();
    expect((await send(ONE, { maxObjectBytes: length })).status).toBe(200);
    await storage.clear();
    const refused = await send(ONE, { maxObjectBytes: length - 1 });
    expect(refused.status).toBe(413);
    expect(refused.words).toContain(`larger than ${length - 1} bytes`);
    await expectNothingLeft();
  });

  it('with sequences as deep as allowed is taken, with deeper ones refused', async () => {
    const body = multipartOf([dicomFile(nested(5))]);
    expect((await send(body, { read: { maxDepth: 5 } })).status).toBe(200);
    await storage.clear();
    const refused = await send(body, { read: { maxDepth: 4 } });
    expect(refused.status).toBe(413);
    expect(refused.words).toContain('deeper than 4 levels');
    await expectNothingLeft();
  });

  it('of more elements than allowed is refused, those of items counted', async () => {
    const items = Array.from({ length: 200 }, () => ({ StudyID: '1' }));
    const body = multipartOf([dicomFile({ ReferencedStudySequence: items })]);
    expect((await send(body, { read: { maxElements: 500 } })).status).toBe(200);
    await storage.clear();
    const refused = await send(body, { read: { maxElements: 300 } });
    expect(refused.status).toBe(413);
    expect(refused.words).toContain('more than 300 elements');
    await expectNothingLeft();
  });

  it('that inflates beyond what is allowed is refused, however small it is and wherever the bomb lies', async () => {
    const bomb = deflated(60_000_000);
    expect(bomb.length).toBeLessThan(100_000);
    expect((await send(multipartOf([deflated(40_000)]), { read: { maxInflatedBytes: 50_000 } })).status).toBe(
      200,
    );
    await storage.clear();
    const refused = await send(multipartOf([bomb]), { read: { maxInflatedBytes: 50_000_000 } });
    expect(refused.status).toBe(413);
    expect(refused.words).toMatch(/(deflated data set|inflates).* than \d+ bytes/);
    await expectNothingLeft();
  });
});

describe('a frame', () => {
  it('is not decoded when it declares more samples than allowed', () => {
    const header = readHeader(part10(imageElements(300, 200, new Uint8Array(2), 16)));
    expect(
      kindOf(() => {
        requireFrameWithin(header, 60_000);
      }),
    ).toBeUndefined();
    expect(
      kindOf(() => {
        requireFrameWithin(header, 59_999);
      }),
    ).toBe('too-large');
  });
});
