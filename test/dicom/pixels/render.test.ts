import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toGrey } from '../../../dicom/pixels/render.ts';
import type { PixelModule, VoiTransform } from '../../../dicom/read/pixel-module.ts';
import type { PixelFrame, SampleArray } from '../../../dicom/vocabulary/image.ts';

const MODULE: PixelModule = {
  rows: 1,
  columns: 1,
  frames: 1,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  isPlanar: false,
  bitsAllocated: 16,
  bitsStored: 16,
  highBit: 15,
  isSigned: false,
  modality: { kind: 'rescale', slope: 1, intercept: 0 },
  voi: [],
};
const frameOf = (samples: SampleArray, photometricInterpretation = 'MONOCHROME2'): PixelFrame => ({
  columns: samples.length,
  rows: 1,
  samplesPerPixel: 1,
  photometricInterpretation,
  samples,
});
const grey = (samples: SampleArray, module: Partial<PixelModule> = {}): number[] => [
  ...toGrey(frameOf(samples), { ...MODULE, ...module }).samples,
];
const window = (center: number, width: number): VoiTransform => ({
  kind: 'window',
  center,
  width,
  function: 'LINEAR_EXACT',
});

describe('order: modality, VOI, photometric (PS3.4 N.2)', () => {
  test('the window is in modality units, not stored values', () => {
    const module: Partial<PixelModule> = {
      modality: { kind: 'rescale', slope: 2, intercept: -1000 },
      voi: [window(0, 1000)],
    };
    expect(grey(Uint16Array.of(250, 500, 750), module)).toEqual([0, 0.5, 1]);
  });

  test('a Modality LUT is looked up before the window', () => {
    const lut = { firstMapped: 0, bits: 16, entries: Uint16Array.of(0, 100, 50) };
    expect(grey(Uint16Array.of(0, 1, 2), { modality: { kind: 'lut', lut }, voi: [window(50, 100)] })).toEqual(
      [0, 1, 0.5],
    );
  });

  test('the first VOI transform counts', () => {
    expect(grey(Uint16Array.of(10), { voi: [window(10, 20), window(100, 1)] })).toEqual([0.5]);
  });

  test('MONOCHROME1 turns low values white (PS3.3 C.7.6.3.1.2)', () => {
    expect(grey(Uint16Array.of(0, 5, 10), { photometricInterpretation: 'MONOCHROME1' })).toEqual([1, 0.5, 0]);
  });

  test('MONOCHROME1 with Presentation LUT Shape INVERSE, as DX has it, is inverted once (PS3.3 C.8.11.3.1.2)', () => {
    const module: Partial<PixelModule> = {
      photometricInterpretation: 'MONOCHROME1',
      presentationLutShape: 'INVERSE',
    };
    expect(grey(Uint16Array.of(0, 10), module)).toEqual([1, 0]);
    expect(grey(Uint16Array.of(0, 10), { presentationLutShape: 'INVERSE' })).toEqual([1, 0]);
  });
});

describe('without a window', () => {
  test('the range of the samples is shown, signed ones too', () => {
    expect(grey(Int16Array.of(-32768, 0, 32767))).toEqual([0, expect.closeTo(0.5, 4), 1]);
    expect(grey(Int8Array.of(-128, 127))).toEqual([0, 1]);
    expect(grey(Uint32Array.of(0, 2_000_000_000, 4_000_000_000))).toEqual([0, 0.5, 1]);
  });

  test('a negative slope turns the image round', () => {
    expect(
      grey(Uint16Array.of(0, 5, 10), { modality: { kind: 'rescale', slope: -1, intercept: 0 } }),
    ).toEqual([1, 0.5, 0]);
  });

  test('a flat image is black, not NaN', () => {
    expect(grey(Uint16Array.of(7, 7))).toEqual([0, 0]);
  });
});

describe('padding (PS3.3 C.7.5.1.1.2)', () => {
  test('takes no part in the range and is black', () => {
    expect(grey(Uint16Array.of(0, 100, 150, 200), { padding: { low: 0, high: 0 } })).toEqual([0, 0, 0.5, 1]);
  });

  test('stays black where the image is inverted, both ends of the range included', () => {
    const module: Partial<PixelModule> = {
      photometricInterpretation: 'MONOCHROME1',
      padding: { low: 0, high: 2 },
    };
    expect(grey(Uint16Array.of(0, 1, 2, 100, 200), module)).toEqual([0, 0, 0, 1, 0]);
  });

  test('an image of nothing but padding is black', () => {
    expect(grey(Uint16Array.of(9, 9), { padding: { low: 9, high: 9 } })).toEqual([0, 0]);
  });
});

describe('colour', () => {
  test('becomes luma', () => {
    const samples = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
    const frame: PixelFrame = {
      columns: 4,
      rows: 1,
      samplesPerPixel: 3,
      photometricInterpretation: 'RGB',
      samples,
    };
    const { samples: luma } = toGrey(frame, {
      ...MODULE,
      samplesPerPixel: 3,
      photometricInterpretation: 'RGB',
    });
    expect([...luma].map((value) => value.toFixed(3))).toEqual(['0.299', '0.587', '0.114', '1.000']);
  });

  test('a palette is looked up, then becomes luma', () => {
    const ramp = { firstMapped: 0, bits: 16, entries: Uint16Array.of(0, 65535) };
    const module: Partial<PixelModule> = {
      photometricInterpretation: 'PALETTE COLOR',
      palette: { red: ramp, green: ramp, blue: ramp },
    };
    expect(grey(Uint8Array.of(0, 1, 2), module)).toEqual([0, 1, 1]);
  });
});

test('display values never leave 0–1 whatever the transforms', () => {
  const finite = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
  const voi = fc.record({
    kind: fc.constant('window' as const),
    center: finite,
    width: fc.double({ noNaN: true, min: 1, max: 1e6 }),
    function: fc.constantFrom('LINEAR' as const, 'LINEAR_EXACT' as const, 'SIGMOID' as const),
  });
  fc.assert(
    fc.property(
      fc.int16Array({ minLength: 1, maxLength: 50 }),
      fc.array(voi, { maxLength: 1 }),
      finite,
      finite,
      fc.constantFrom('MONOCHROME1', 'MONOCHROME2'),
      (samples, windows, slope, intercept, photometricInterpretation) => {
        const module = {
          modality: { kind: 'rescale', slope, intercept } as const,
          voi: windows,
          photometricInterpretation,
        };
        for (const value of grey(samples, module)) expect(value >= 0 && value <= 1).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});
