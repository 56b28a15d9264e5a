import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storedSamples, type SampleBits } from '../../../dicom/pixels/stored-samples.ts';

const layouts: fc.Arbitrary<SampleBits> = fc
  .record({
    bitsAllocated: fc.constantFrom<8 | 16 | 32>(8, 16, 32),
    stored: fc.double({ min: 0, max: 1, noNaN: true }),
    shift: fc.double({ min: 0, max: 1, noNaN: true }),
    isSigned: fc.boolean(),
  })
  .map(({ bitsAllocated, stored, shift, isSigned }) => {
    const bitsStored = 1 + Math.floor(stored * (bitsAllocated - 1));
    return {
      bitsAllocated,
      bitsStored,
      highBit: bitsStored - 1 + Math.floor(shift * (bitsAllocated - bitsStored)),
      isSigned,
    };
  });

it('makes the same of bytes that are given away, wherever they begin, as of a copy, and spares what stands around them', () => {
  const places = fc.record({ before: fc.integer({ min: 0, max: 5 }), count: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(
      layouts,
      places,
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      (bits, { before, count }, stream) => {
        const length = (count * bits.bitsAllocated) / 8;
        const file = Uint8Array.from({ length: before + length + 3 }, () => Number(stream.next().value));
        const untouched = file.slice();
        const frame = file.subarray(before, before + length);
        const copied = storedSamples(frame, count, bits);
        expect(file).toEqual(untouched);
        const inPlace = storedSamples(frame, count, bits, true);
        expect(inPlace).toEqual(copied);
        for (const at of [...file.keys()].filter((index) => index < before || index >= before + length)) {
          expect(file[at]).toBe(untouched[at]);
        }
        const { bitsStored, highBit, isSigned, bitsAllocated } = bits;
        const expected = Array.from({ length: count }, (_, index) => {
          const bytes = untouched.subarray(
            before + (index * bitsAllocated) / 8,
            before + ((index + 1) * bitsAllocated) / 8,
          );
          const whole = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
          const value = whole >> BigInt(highBit - bitsStored + 1);
          return Number(isSigned ? BigInt.asIntN(bitsStored, value) : BigInt.asUintN(bitsStored, value));
        });
        expect([...copied]).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
