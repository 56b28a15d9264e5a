import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evenly, readFracAtlas, readHands } from '../../scripts/evaluation/data-sets.ts';
import { readOptions } from '../../scripts/evaluation/options.ts';

const folder = mkdtempSync(join(tmpdir(), 'osteon-evaluation-'));
const entry = (file: string, split: string) => ({
  file,
  width: 100,
  height: 50,
  original_size: [2000, 1000],
  split,
  fractured: true,
  regions: ['hand'],
  views: ['frontal'],
  hardware: false,
  fractures: [{ bbox: [10, 20, 30, 5], polygon: [[10, 20, 40, 20, 40, 25]] }],
});

beforeAll(() => {
  mkdirSync(join(folder, 'images'));
  mkdirSync(join(folder, 'hand'));
  const images = [entry('a.jpg', 'train'), entry('b.jpg', 'val'), entry('gone.jpg', 'val')];
  writeFileSync(join(folder, 'annotations.json'), JSON.stringify({ images }));
  writeFileSync(join(folder, 'hand.csv'), 'file,bone_age_months,sex\n1.jpg,82,F\n2.jpg,46,M\n3.jpg,46,\n');
  for (const name of ['images/a.jpg', 'images/b.jpg', 'hand/1.jpg', 'hand/2.jpg', 'hand/3.jpg'])
    writeFileSync(join(folder, name), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('FracAtlas', () => {
  it('gives every image found, unless a split narrows it', () => {
    const files = (split: 'all' | 'train' | 'val') =>
      readFracAtlas(folder, split).images.map(({ truth }) => truth.file);
    expect([files('all'), files('train'), files('val')]).toEqual([['a.jpg', 'b.jpg'], ['a.jpg'], ['b.jpg']]);
  });

  it('names the images that have no file', () => {
    expect(readFracAtlas(folder, 'all').missing).toEqual(['gone.jpg']);
  });

  it('turns boxes and rings into image points', () => {
    const [first] = readFracAtlas(folder, 'train').images;
    expect(first?.truth.longSide).toBe(2000);
    expect(first?.truth.fractures).toEqual([
      {
        box: { left: 10, top: 20, right: 40, bottom: 25 },
        polygon: [
          { x: 10, y: 20 },
          { x: 40, y: 20 },
          { x: 40, y: 25 },
        ],
      },
    ]);
  });
});

describe('the hands', () => {
  it('are split by the ids that training left out', () => {
    const files = (split: 'all' | 'train' | 'val') =>
      readHands(folder, split, new Set(['2'])).images.map(({ truth }) => truth.file);
    expect(files('all')).toEqual(['1.jpg', '2.jpg', '3.jpg']);
    expect(files('train')).toEqual(['1.jpg', '3.jpg']);
    expect(files('val')).toEqual(['2.jpg']);
  });

  it('leave out a sex that is not stated', () => {
    const truths = readHands(folder, 'all', new Set()).images.map(({ truth }) => truth.sex);
    expect(truths).toEqual(['F', 'M', undefined]);
  });
});

it('a limit takes images evenly', () => {
  expect(evenly([0, 1, 2, 3, 4, 5, 6, 7], 4)).toEqual([0, 2, 4, 6]);
  expect(evenly([0, 1], 4)).toEqual([0, 1]);
});

describe('the command line', () => {
  const needed = ['--fracatlas', 'a', '--bone-age', 'b', '--json', 'c'];

  it('uses every image unless told otherwise', () => {
    expect(readOptions(needed)).toMatchObject({ split: 'all', limit: Infinity, hasRobustness: false });
  });

  it.each([[needed.slice(2)], [[...needed, '--split', 'test']], [[...needed, '--limit', '0']]])(
    'is refused when it makes no sense: %j',
    (args) => {
      expect(readOptions(args)).toBeUndefined();
    },
  );
});
