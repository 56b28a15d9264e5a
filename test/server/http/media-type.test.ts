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

  it('never takes what the more specific range refuses (RFC 9110 12.5.1)', () => {
    expect(negotiate(asking('image/jpeg;q=0, */*'), [JPEG, FRAME]).offer).toBe(FRAME);
    expect(negotiate(asking('*/*, application/octet-stream'), [JPEG, FRAME]).offer).toBe(FRAME);
  });

  it('goes on to the next range where the first cannot be made', () => {
    const accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2, */*;q=0.1';
    const choice = negotiate(asking(accept), [FRAMES], ({ transferSyntax }) => transferSyntax === undefined);
    expect(choice).toEqual({ offer: FRAMES });
  });

  it('refuses DICOM and rendered types in one header (PS3.18 8.7.4)', () => {
    expect(() => negotiate(asking('application/dicom, image/jpeg'), [JPEG])).toThrow(/must name one kind/);
    expect(negotiate(asking('application/dicom', { accept: 'image/jpeg' }), [JPEG]).offer).toBe(JPEG);
  });
});
