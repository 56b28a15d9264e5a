import { describe, expect, it } from 'vitest';
import { negotiate, parseMediaType } from '../../../server/http/media-type.ts';
import type { Offer } from '../../../server/http/media-type.ts';

const FRAMES: Offer = { name: 'application/octet-stream', isMultipart: true };
const FRAME: Offer = { name: 'application/octet-stream', isMultipart: false };
const JPEG: Offer = { name: 'image/jpeg', isMultipart: false };

const asking = (accept?: string, query: Record<string, unknown> = {}) => ({
  headers: accept === undefined ? {} : { accept },
  query,
});

describe('choosing a media type (PS3.18 8.7)', () => {
  it.each([
    'multipart/related; type=application/octet-stream; transfer-syntax=*',
    'multipart/related; type="application/octet-stream"; transfer-syntax="*"',
    'MULTIPART/RELATED;TYPE="application/octet-stream";Transfer-Syntax=*',
  ])('reads type and transfer syntax quoted or not: %s', (accept) => {
    expect(negotiate(asking(accept), [FRAMES, FRAME])).toEqual({ offer: FRAMES, transferSyntax: '*' });
  });

  it('splits ranges at commas outside quotes only', () => {
    const accept = 'multipart/related; type="a,b/c;d", application/octet-stream';
    expect(negotiate(asking(accept), [FRAMES, FRAME])).toEqual({ offer: FRAME });
  });

  it('prefers the greater weight, and never takes what has weight 0 (RFC 9110 12.4.2)', () => {
    const accept = 'image/jpeg; q=0.2, application/octet-stream; q=0.9';
    expect(negotiate(asking(accept), [JPEG, FRAME]).offer).toBe(FRAME);
    expect(() => negotiate(asking('image/jpeg; q=0'), [JPEG])).toThrow(/can be sent as image\/jpeg/);
  });

  it('lets ?accept= win over the header, as viewers need that cannot set it', () => {
    const accept = 'multipart/related; type="application/octet-stream"';
    expect(negotiate(asking(accept, { accept: 'image/jpeg' }), [JPEG]).offer).toBe(JPEG);
  });

  it('sends the default for */*, and where no Accept came', () => {
    expect(negotiate(asking('*/*'), [FRAMES, FRAME]).offer).toBe(FRAMES);
    expect(negotiate(asking(), [FRAMES, FRAME]).offer).toBe(FRAMES);
    expect(negotiate(asking('image/*'), [JPEG]).offer).toBe(JPEG);
  });

  it('ignores ranges it cannot read (PS3.18 8.7.5)', () => {
    expect(negotiate(asking('nonsense, image/jpeg'), [JPEG]).offer).toBe(JPEG);
    expect(parseMediaType('nonsense')).toBeUndefined();
  });
});
