/** Stored samples to what the viewport shows: PS3.3 C.7.6.3, C.11; and the answer that carries them. */
import { describe, expect, test } from 'vitest';
import { dataSetOf, type ElementInput, type Keyword } from '../../dicom/vocabulary/dictionary.ts';
import { displayImageOf } from '../../viewer-extension/standalone/display-image.ts';
import { frameBytes } from '../../viewer-extension/standalone/frame-response.ts';
import { thumbnailOf } from '../../viewer-extension/standalone/thumbnail.ts';

function header(attributes: { readonly [K in Keyword]?: ElementInput } = {}) {
  return dataSetOf({
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 1,
    Columns: 4,
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 0,
    ...attributes,
  });
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(values).buffer);
}

describe('samples', () => {
  test('keeps all sixteen bits', () => {
    const image = displayImageOf(header(), words(0, 1, 40_000, 65_535));
    expect([...image.samples]).toEqual([0, 1, 40_000, 65_535]);
    expect([image.minimum, image.maximum]).toEqual([0, 65_535]);
  });

  test('drops what lies above Bits Stored (PS3.5 8.1.1)', () => {
    const image = displayImageOf(header({ BitsStored: 12, HighBit: 11 }), words(0xf001, 0x0fff, 0x1000, 2));
    expect([...image.samples]).toEqual([1, 4095, 0, 2]);
  });

  test('extends the sign of signed samples from Bits Stored', () => {
    const attributes = { BitsStored: 12, HighBit: 11, PixelRepresentation: 1 };
    expect([...displayImageOf(header(attributes), words(0x0fff, 0x0800, 0x07ff, 0)).samples]).toEqual([
      -1, -2048, 2047, 0,
    ]);
  });

  test('does not write into the bytes it was given', () => {
    const bytes = words(0xf001, 2, 3, 4);
    displayImageOf(header({ BitsStored: 12, HighBit: 11 }), bytes);
    expect(bytes).toEqual(words(0xf001, 2, 3, 4));
  });

  test('reads bytes that lie at an odd offset', () => {
    const bytes = new Uint8Array([9, ...words(1, 2, 3, 4)]).subarray(1);
    expect([...displayImageOf(header(), bytes).samples]).toEqual([1, 2, 3, 4]);
  });

  test('spreads colour by plane and by pixel to RGBA', () => {
    const colour = { PhotometricInterpretation: 'RGB', SamplesPerPixel: 3, BitsAllocated: 8, Columns: 2 };
    const byPixel = displayImageOf(header(colour), new Uint8Array([1, 2, 3, 4, 5, 6]));
    const byPlane = displayImageOf(
      header({ ...colour, PlanarConfiguration: 1 }),
      new Uint8Array([1, 4, 2, 5, 3, 6]),
    );
    expect([...byPixel.samples]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(byPlane.samples).toEqual(byPixel.samples);
  });

  test.each([
    ['a short frame', header(), words(1)],
    ['a palette', header({ PhotometricInterpretation: 'PALETTE COLOR' }), words(1, 2, 3, 4)],
    ['32 bits', header({ BitsAllocated: 32 }), new Uint8Array(16)],
    ['no rows', header({ Rows: undefined }), words(1, 2, 3, 4)],
  ])('refuses %s with words', (_, metadata, bytes) => {
    expect(() => displayImageOf(metadata, bytes)).toThrow(Error);
  });
});

describe('window and padding', () => {
  test('takes the window of the header, in modality units', () => {
    const attributes = { WindowCenter: '100', WindowWidth: '50', RescaleSlope: '2', RescaleIntercept: '-10' };
    expect(displayImageOf(header(attributes), words(1, 2, 3, 4))).toMatchObject({
      windowCenter: 100,
      windowWidth: 50,
      slope: 2,
      intercept: -10,
    });
  });

  test('spans the values, rescaled, when the header has no window', () => {
    const image = displayImageOf(header({ RescaleSlope: 2, RescaleIntercept: 1 }), words(10, 20, 30, 40));
    expect([image.windowCenter, image.windowWidth]).toEqual([51, 60]);
  });

  test('leaves padding out of the range and shows it black, also in MONOCHROME1', () => {
    const padded = { PixelPaddingValue: 65_535 };
    const bytes = words(10, 20, 65_535, 30);
    const bright = displayImageOf(header(padded), bytes);
    expect([bright.minimum, bright.maximum, bright.samples[2]]).toEqual([10, 30, 10]);
    const inverted = displayImageOf(header({ ...padded, PhotometricInterpretation: 'MONOCHROME1' }), bytes);
    expect([inverted.isInverted, inverted.samples[2]]).toEqual([true, 30]);
  });

  test('takes a whole padding range (PS3.3 C.7.5.1.1.2)', () => {
    const image = displayImageOf(
      header({ PixelPaddingValue: 60_000, PixelPaddingRangeLimit: 65_535 }),
      words(1, 2, 61_000, 65_000),
    );
    expect([image.minimum, image.maximum]).toEqual([1, 2]);
  });

  test('reads a VOI LUT with inline data', () => {
    const lut = dataSetOf({ LUTDescriptor: [4, 0, 16] });
    const item = {
      ...lut,
      '00283006': { vr: 'OW', InlineBinary: btoa(String.fromCharCode(0, 0, 1, 0, 2, 0, 3, 1)) },
    };
    const image = displayImageOf(header({ VOILUTSequence: [item] }), words(0, 1, 2, 3));
    expect(image.voiLut).toEqual({ firstValueMapped: 0, numBitsPerEntry: 16, lut: [0, 1, 2, 259, 65_535] });
  });

  test('takes the shape of pixels from spacing, then from the aspect ratio, else square', () => {
    const spacing = (attributes: Parameters<typeof header>[0]) => {
      const { rowSpacing, columnSpacing } = displayImageOf(header(attributes), words(1, 2, 3, 4));
      return [rowSpacing, columnSpacing];
    };
    expect(spacing({ PixelSpacing: ['0.2', '0.1'], PixelAspectRatio: [1, 1] })).toEqual([0.2, 0.1]);
    expect(spacing({ ImagerPixelSpacing: ['0.3', '0.1'] })).toEqual([0.3, 0.1]);
    expect(spacing({ PixelAspectRatio: [2, 1] })).toEqual([2, 1]);
    expect(spacing({ PixelSpacing: ['0', '0'] })).toEqual([1, 1]);
  });
});

describe('the way to grey is the server’s (PS3.3 C.11)', () => {
  const item = (entries: number[], first = 0) => ({
    ...dataSetOf({ LUTDescriptor: [entries.length, first, 16] }),
    '00283006': { vr: 'OW', InlineBinary: Buffer.from(words(...entries)).toString('base64') },
  });
  const WINDOW = { WindowCenter: 2, WindowWidth: 2 };

  test('puts a VOI LUT before a window', () => {
    const VOILUTSequence = [item([9, 99, 999, 65_535])];
    const image = displayImageOf(header({ ...WINDOW, VOILUTSequence }), words(0, 1, 2, 3));
    expect(image.voiLut?.lut).toEqual([9, 99, 999, 65_535, 65_535]);
  });

  test('states the scale of a VOI LUT that never reaches white', () => {
    const image = displayImageOf(header({ VOILUTSequence: [item([0, 100, 200, 300])] }), words(0, 1, 2, 3));
    expect(Math.max(...(image.voiLut?.lut ?? []))).toBe(65_535);
    expect(thumbnailOf(image, 4).data[12]).toBe(Math.round((255 * 300) / 65_535));
  });

  test('bakes SIGMOID: half at the center, also under a falling rescale', () => {
    const attributes = { VOILUTFunction: 'SIGMOID', WindowCenter: -2, WindowWidth: 2, RescaleSlope: -1 };
    const image = displayImageOf(header(attributes), words(1, 2, 3, 4));
    const grey = thumbnailOf(image, 4).data;
    expect(grey[4]).toBe(128);
    expect(grey[0]).toBeGreaterThan(grey[12] ?? 255);
  });

  test('tells LINEAR from LINEAR_EXACT, which may be narrower than 1', () => {
    const exact = { VOILUTFunction: 'LINEAR_EXACT', WindowCenter: 2, WindowWidth: 0.5 };
    expect(displayImageOf(header(exact), words(1, 2, 3, 4))).toMatchObject({
      windowFunction: 'LINEAR_EXACT',
      windowWidth: 0.5,
    });
    expect(displayImageOf(header(WINDOW), words(1, 2, 3, 4)).windowFunction).toBe('LINEAR');
  });

  test('inverts MONOCHROME2 of Presentation LUT Shape INVERSE, and MONOCHROME1 only once (C.11.6)', () => {
    const inverse = { PresentationLUTShape: 'INVERSE' };
    const both = { ...inverse, PhotometricInterpretation: 'MONOCHROME1' };
    for (const attributes of [inverse, both]) {
      expect(displayImageOf(header(attributes), words(1, 2, 3, 4)).isInverted).toBe(true);
    }
  });

  test('applies a Modality LUT from its first mapped value on', () => {
    const image = displayImageOf(header({ ModalityLUTSequence: [item([7, 8, 9], 2)] }), words(1, 2, 3, 9));
    expect([...image.samples]).toEqual([7, 7, 8, 9]);
    expect([image.minimum, image.maximum]).toEqual([7, 9]);
  });
});

describe('colour as it is sent', () => {
  const colour = { SamplesPerPixel: 3, BitsAllocated: 8, Columns: 2 };

  test.each(['YBR_FULL', 'YBR_FULL_422', 'YBR_ICT', 'RGB'])('shows a decoded frame of %s as RGB', (name) => {
    const metadata = header({ ...colour, PhotometricInterpretation: name });
    expect([...displayImageOf(metadata, new Uint8Array([1, 2, 3, 4, 5, 6])).samples]).toEqual([
      1, 2, 3, 255, 4, 5, 6, 255,
    ]);
  });

  test('refuses uncompressed YBR_FULL_422 and a palette in words', () => {
    const metadata = header({ ...colour, PhotometricInterpretation: 'YBR_FULL_422' });
    expect(() => displayImageOf(metadata, new Uint8Array(4))).toThrow(/Uncompressed YBR_FULL_422/);
    const palette = header({ PhotometricInterpretation: 'PALETTE COLOR' });
    expect(() => displayImageOf(palette, words(1, 2, 3, 4))).toThrow(/PALETTE COLOR cannot be shown here/);
  });
});

describe('thumbnails', () => {
  test('show dense bone bright for both photometric interpretations, at the aspect of the pixels', () => {
    const attributes = { WindowCenter: 2048, WindowWidth: 4096, PixelSpacing: ['2', '1'] };
    const air = thumbnailOf(displayImageOf(header(attributes), words(0, 0, 4096, 4096)), 4);
    const inverted = displayImageOf(
      header({ ...attributes, PhotometricInterpretation: 'MONOCHROME1' }),
      words(4096, 4096, 0, 0),
    );
    expect([air.width, air.height]).toEqual([4, 2]);
    expect([air.data[0], air.data[12]]).toEqual([0, 255]);
    expect(thumbnailOf(inverted, 4).data).toEqual(air.data);
  });
});

describe('the frame response (PS3.18 10.4)', () => {
  const part = (head: string, body: string) =>
    new TextEncoder().encode(`--b\r\n${head}\r\n\r\n${body}\r\n--b--\r\n`);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

  test('finds the first part, quoted boundary or not', () => {
    const body = part('Content-Type: application/octet-stream', 'pixels');
    expect(text(frameBytes(body, 'multipart/related; type="application/octet-stream"; boundary=b'))).toBe(
      'pixels',
    );
    expect(text(frameBytes(body, 'Multipart/Related; boundary="b"; type="x"'))).toBe('pixels');
  });

  test('trusts a stated length over a look-alike boundary in the pixels', () => {
    const body = part('Content-Length: 11', 'ab\r\n--b\r\ncd');
    expect(text(frameBytes(body, 'multipart/related; boundary=b'))).toBe('ab\r\n--b\r\ncd');
  });

  test('takes a single part as it is', () => {
    expect(text(frameBytes(new TextEncoder().encode('pixels'), 'application/octet-stream'))).toBe('pixels');
  });

  test.each(['--b\r\nno header end', '--b\r\nx: y\r\n\r\ncut off', ''])(
    'refuses a body without a whole part: %j',
    (body) => {
      expect(() => frameBytes(new TextEncoder().encode(body), 'multipart/related; boundary=b')).toThrow(
        /whole part/,
      );
    },
  );
});
