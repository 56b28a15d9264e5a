/**
 * Damaged copies of real files: whatever is done to them, every step gives a value or a named failure, soon.
 * `npm run test:fuzz -- --cases 1000000` walks more of them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../../dicom/phantom/random.ts';
import { fuzz, type FuzzOptions } from '../fuzz/fuzz.ts';
import { mutate } from '../fuzz/mutate.ts';
import { walk } from '../fuzz/walk.ts';
import { dicomFile } from '../support/dicom-file.ts';
import { sharedData } from '../support/shared-data.ts';

const CASES = 10_000;
const SMALL_BYTES = 200 * 1024;

describe.skipIf(!sharedData())('damaged real files (needs ../shared/data)', () => {
  it(`end in a value or a named failure, ${CASES} of them`, { timeout: 600_000 }, async () => {
    const folder = join(sharedData() ?? '', 'dicom');
    const { failures, outcomes } = await fuzz({
      folder,
      cases: CASES,
      seed: 20_261_121,
      threads: 2,
      maxFileBytes: SMALL_BYTES,
    });
    expect(failures).toEqual([]);
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(CASES);
    // Damage that stopped every file at its first bytes would prove nothing about what comes behind.
    expect(outcomes.get('shown')).toBeGreaterThan(CASES / 20);
    expect(outcomes.get('undecodable-pixels')).toBeGreaterThan(CASES / 200);
  });
});

describe('damage', () => {
  const file = dicomFile();

  it('is the same for the same seed, and leaves the file itself alone', () => {
    const before = Buffer.from(file);
    for (let seed = 0; seed < 200; seed++) {
      expect(mutate(file, file, randomFrom(seed))).toEqual(mutate(file, file, randomFrom(seed)));
    }
    expect(Buffer.compare(file, before)).toBe(0);
  });

  it('leads hand-made files to many kinds of end', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 2000; seed++) {
      outcomes.add(await walk(mutate(file, file, randomFrom(seed)).bytes));
    }
    expect([...outcomes]).toEqual(
      expect.arrayContaining(['shown', 'not-dicom', 'malformed-dicom', 'missing-attribute', 'invalid-value']),
    );
  });
});

describe('the watch over damaged files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'osteon-fuzz-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const options: FuzzOptions = {
    folder: '',
    cases: 2,
    seed: 1,
    threads: 1,
    maxFileBytes: 1,
    patienceMs: 500,
  };

  it.each([
    ['never ends', 'for (;;);', /did not end within 0\.5 s/],
    ['breaks its thread', "throw new Error('broken')", /broke its thread: .*broken/s],
  ])('tells a case that %s, and goes on with the next', async (_, program, expected) => {
    const workerFile = join(folder, 'worker.mjs');
    await writeFile(workerFile, program);
    const { failures } = await fuzz({ ...options, workerFile });
    expect(failures).toEqual([expect.stringMatching(expected), expect.stringMatching(expected)]);
    expect(failures.map((text) => text.slice(0, 7))).toEqual(['case 0:', 'case 1:']);
  });
});
