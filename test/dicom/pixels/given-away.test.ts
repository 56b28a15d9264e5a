/** Pixels that may be overwritten come out as those that may not. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toDisplay } from '../../../dicom/pixels/display.ts';
import { storedSamples, type SampleBits } from '../../../dicom/pixels/stored-samples.ts';
import type { PixelModule } from '../../../dicom/read/pixel-module.ts';

const bits = fc
  .record({
    bitsAllocated: fc.constantFrom(8 as const, 16 as const, 32 as const),
    stored: fc.integer({ min: 1, max: 32 }),
    above: fc.nat(31),
    isSigned: fc.boolean(),
  })
  .map(({ bitsAllocated, stored, above, isSigned }): SampleBits => {
    const bitsStored = Math.min(stored, bitsAllocated);
    return {
      bitsAllocated,
      bitsStored,
      highBit: Math.min(bitsStored - 1 + above, bitsAllocated - 1),
      isSigned,
    };
  });

/** Bytes that begin so far into shared memory. */
function shared(bytes: Uint8Array, offset: number): Uint8Array {
  const memory = new Uint8Array(new SharedArrayBuffer(bytes.length + offset + 8), offset, bytes.length);
  memory.set(bytes);
  return memory;
}

it('stored values, wherever in memory the bytes begin', () => {
  fc.assert(
    fc.property(bits, fc.uint8Array({ minLength: 4, maxLength: 70 }), fc.nat(7), (of, bytes, offset) => {
      const count = Math.floor(bytes.length / (of.bitsAllocated / 8));
      const kept = storedSamples(bytes, count, of);
      const given = storedSamples(shared(bytes, offset), count, of, true);
      expect(given.constructor).toBe(kept.constructor);
      expect([...given]).toEqual([...kept]);
    }),
  );
});

it('values for a screen', () => {
  fc.assert(
    fc.property(
      bits,
      fc.uint8Array({ minLength: 4, maxLength: 70 }),
      fc.boolean(),
      (of, bytes, isInverted) => {
        const columns = Math.floor(bytes.length / (of.bitsAllocated / 8));
        const photometricInterpretation = isInverted ? 'MONOCHROME1' : 'MONOCHROME2';
        const frame = { columns, rows: 1, samplesPerPixel: 1, photometricInterpretation } as const;
        const module = {
          photometricInterpretation,
          modality: { kind: 'rescale', slope: 1, intercept: 0 },
          voi: [],
        } as unknown as PixelModule;
        const kept = storedSamples(bytes, columns, of);
        const given = storedSamples(shared(bytes, 0), columns, of, true);
        expect(toDisplay({ ...frame, samples: given }, module, true)).toEqual(
          toDisplay({ ...frame, samples: kept }, module),
        );
      },
    ),
  );
});
