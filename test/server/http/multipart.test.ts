import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { parseMediaType } from '../../../server/http/media-type.ts';
import {
  boundaryOf,
  multipartLength,
  readMultipart,
  writeMultipart,
} from '../../../server/http/multipart.ts';
import type { MultipartLimits, OutgoingPart } from '../../../server/http/multipart.ts';
import { collect } from '../../support/bytes.ts';

interface ReadPart {
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function readAll(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  limits?: MultipartLimits,
): Promise<ReadPart[]> {
  const parts: ReadPart[] = [];
  for await (const part of readMultipart(source, boundary, limits)) {
    const body = await collect(part.body);
    parts.push({ headers: Object.fromEntries(part.headers), body: body.toString('latin1') });
  }
  return parts;
}

async function* cutAt(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    yield await Promise.resolve(bytes.subarray(start, end));
    start = end;
  }
}

const whole = (text: string): AsyncIterable<Uint8Array> => cutAt(Buffer.from(text, 'latin1'), []);

describe('reading multipart/related (RFC 2046 5.1.1)', () => {
  it('gives the same parts however the network cuts the body', async () => {
    const boundaryText = fc.stringMatching(/^[A-Za-z0-9'()+_,./:=?-]{1,70}$/);
    // Bodies made of pieces of delimiters, to hit every false start.
    const fragment = fc.constantFrom('\r\n', '--', '\r', '\n', '-', 'x', '\0', '\r\n--');
    const bodyText = fc.array(fragment, { maxLength: 30 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(
        boundaryText,
        fc.array(bodyText, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        async (boundary, bodies, cuts) => {
          fc.pre(bodies.every((body) => !`\r\n${body}`.includes(`\r\n--${boundary}`)));
          const parts: OutgoingPart[] = bodies.map((body, index) => ({
            headers: { 'Content-Type': 'application/dicom', 'X-Index': String(index) },
            body: Buffer.from(body, 'latin1'),
          }));
          const bytes = await collect(writeMultipart(parts, boundary));
          const heads = parts.map(({ headers }, index) => ({ headers, size: bodies[index]?.length ?? 0 }));
          expect(multipartLength(heads, boundary)).toBe(bytes.length);
          const read = await readAll(cutAt(bytes, cuts), boundary);
          expect(read).toEqual(
            bodies.map((body, index) => ({
              headers: { 'content-type': 'application/dicom', 'x-index': String(index) },
              body,
            })),
          );
        },
      ),
    );
  });

  it('answers hostile input with a PacsError or parts, never anything else', async () => {
    const fragment = fc.constantFrom('\r\n', '--b', '--b--', 'A: b', ':', ' ', '\r\n\r\n', '\xff', 'x');
    await fc.assert(
      fc.asyncProperty(fc.array(fragment), fc.array(fc.nat()), async (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        try {
          await readAll(cutAt(bytes, cuts), 'b');
        } catch (error) {
          expect(error).toBeInstanceOf(PacsError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('ignores preamble and epilogue, padding after a delimiter, and folds header lines', async () => {
    const text =
      'to be ignored\r\n--b \t\r\nContent-Type: application/dicom;\r\n transfer-syntax=1.2\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nignored too';
    expect(await readAll(whole(text), 'b')).toEqual([
      { headers: { 'content-type': 'application/dicom; transfer-syntax=1.2' }, body: 'one' },
      { headers: {}, body: 'two' },
    ]);
  });

  it('skips what the reader leaves of a part', async () => {
    const text = '--b\r\n\r\nfirst\r\n--b\r\n\r\nsecond\r\n--b--';
    const bodies: string[] = [];
    for await (const part of readMultipart(whole(text), 'b')) {
      if (bodies.length === 0) bodies.push('skipped');
      else bodies.push((await collect(part.body)).toString());
    }
    expect(bodies).toEqual(['skipped', 'second']);
  });

  it('refuses a body that ends before its closing delimiter', async () => {
    await expect(readAll(whole('--b\r\n\r\nhalf of a'), 'b')).rejects.toMatchObject({ kind: 'bad-request' });
    await expect(readAll(whole(''), 'b')).rejects.toMatchObject({ kind: 'bad-request' });
  });

  it('stops at the limits for parts and for part headers', async () => {
    const limits = { maxParts: 1, maxBodyBytes: Infinity, maxHeaderBytes: 20 };
    const many = '--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--';
    await expect(readAll(whole(many), 'b', limits)).rejects.toMatchObject({ kind: 'too-large' });
    const endless = `--b\r\nA: ${'x'.repeat(100)}\r\n\r\n1\r\n--b--`;
    await expect(readAll(whole(endless), 'b', limits)).rejects.toMatchObject({ kind: 'too-large' });
  });
});

describe('the boundary parameter (RFC 2046 5.1.1)', () => {
  it.each(['multipart/related; boundary=abc', 'Multipart/Related; type="x/y"; Boundary="abc"'])(
    'is read from %s',
    (text) => {
      const mediaType = parseMediaType(text);
      expect(mediaType && boundaryOf(mediaType)).toBe('abc');
    },
  );

  it('may have the 73 characters that the DICOMweb client of Orthanc sends', () => {
    const boundary = '7aca16c6-322c-43e4-81d9-e36305abf10d-7aca16c6-322c-43e4-81d9-e36305abf10d';
    const mediaType = parseMediaType(`multipart/related; type="application/dicom"; boundary=${boundary}`);
    expect(mediaType && boundaryOf(mediaType)).toBe(boundary);
  });

  it.each([
    'multipart/related',
    'multipart/related; boundary=""',
    `multipart/related; boundary=${'x'.repeat(201)}`,
  ])('is missed in %s', (text) => {
    const mediaType = parseMediaType(text);
    expect(() => mediaType && boundaryOf(mediaType)).toThrow(PacsError);
  });
});
