/** The same inputs make the same bytes under the same UIDs, and other inputs other UIDs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameBasedUid } from '../../../dicom/results/identifiers.ts';
import { buildResultSet, CAPTURE_ENCODINGS, RESULT_OBJECT_KINDS } from '../../../dicom/results/index.ts';
import { isUid } from '../../../dicom/vocabulary/uids.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { resultInputs } from '../../support/arbitrary-results.ts';
import { filesOfSet } from '../../support/result-files.ts';
import { ANALYSED, FRACTURE_MODEL, resultInput } from '../../support/result-inputs.ts';

const uidsOf = (input = resultInput()) => buildResultSet(input).map(({ sopInstanceUid }) => sopInstanceUid);

describe('a result set', () => {
  it('is the same bytes for the same input', () => {
    fc.assert(
      fc.property(resultInputs, (input) => {
        const bytes = () =>
          buildResultSet(input).map(({ dataSet }) => Buffer.from(writePart10(dataSet)).toString('hex'));
        expect(bytes()).toEqual(bytes());
      }),
      { numRuns: 10 },
    );
  });

  it('is the same in every kind of object, shape by shape and pixel by pixel', () => {
    fc.assert(
      fc.property(resultInputs, (input) => {
        const whole = { ...input, objects: RESULT_OBJECT_KINDS };
        expect(buildResultSet(whole)).toEqual(buildResultSet(whole));
      }),
      { numRuns: 10 },
    );
  });

  it.each(CAPTURE_ENCODINGS)('is the same files, summary images %s', async (captureEncoding) => {
    const input = { ...resultInput(), objects: RESULT_OBJECT_KINDS, captureEncoding };
    const [one, other] = [await filesOfSet(input), await filesOfSet(input)];
    expect(one.results.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).toEqual(
      other.results.map(({ bytes }) => Buffer.from(bytes).toString('base64')),
    );
  });

  it('has the same UIDs at any time: times are in the objects, not in their names', () => {
    expect(uidsOf({ ...resultInput(), performedAt: '20270101000000' })).toEqual(uidsOf());
  });

  it('has other UIDs for other weights', () => {
    const model = { ...FRACTURE_MODEL, weightsSha256: 'ef'.repeat(32) };
    const outcome = { ...ANALYSED, runs: [{ model, status: 'succeeded' }] } as const;
    expect(uidsOf(resultInput(outcome))[0]).not.toBe(uidsOf()[0]);
  });

  it('has other UIDs once a failed run succeeds, so that the success is stored', () => {
    const failed = { ...ANALYSED, runs: [{ model: FRACTURE_MODEL, status: 'failed', reason: 'x' }] } as const;
    const succeeded = { ...ANALYSED, runs: [{ model: FRACTURE_MODEL, status: 'succeeded' }] } as const;
    expect(uidsOf(resultInput(failed))[0]).not.toBe(uidsOf(resultInput(succeeded))[0]);
  });

  it('is the same bytes in whatever order the images come', () => {
    const input = resultInput();
    const second = {
      ...ANALYSED,
      source: { ...ANALYSED.source, sopInstanceUid: '1.2.3' },
      findings: [],
    } as const;
    const images = [...input.images, { outcome: second, metadata: input.studyAttributes }];
    expect(buildResultSet({ ...input, images })).toEqual(
      buildResultSet({ ...input, images: images.toReversed() }),
    );
  });

  it('never uses a UID twice', () => {
    const uids = uidsOf();
    expect(new Set(uids).size).toBe(uids.length);
  });
});

describe('a name-based UID', () => {
  it('is a UID of a version 8 UUID (PS3.5 B.2, RFC 9562)', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (names) => {
        const uid = nameBasedUid(...names);
        const uuid = BigInt(uid.slice('2.25.'.length)).toString(16).padStart(32, '0');
        expect(isUid(uid)).toBe(true);
        expect(uuid.charAt(12)).toBe('8');
        expect('89ab').toContain(uuid.charAt(16));
      }),
    );
  });

  it('tells apart names that would run together', () => {
    expect(nameBasedUid('a', 'bc')).not.toBe(nameBasedUid('ab', 'c'));
  });
});
