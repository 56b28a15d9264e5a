/**
 * `npm run models:check -- FOLDER` as a person runs it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GRAPHS, network } from '../models/graphs/networks.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'osteon-check-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function check(...args: readonly string[]) {
  const script = join(ROOT, 'scripts', 'models-check.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A copy of one of the graphs with another manifest, as a person who brings a model might write it. */
function folderWith(id: string, change: object): string {
  const path = join(folder, id);
  cpSync(join(GRAPHS, id), path, { recursive: true });
  writeFileSync(join(path, 'manifest.json'), JSON.stringify({ ...network(id), ...change }));
  return path;
}

describe('the check of a model folder', () => {
  it('says of a sound one what it takes and gives, and what it found', () => {
    const { status, stdout, stderr } = check(join(GRAPHS, 'mask-rcnn'));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('image 3×64×64 → boxes ?×4, labels ?, scores ?, masks ?×1×?×?');
    expect(stdout).toMatch(/✓ synthetic hand, broken radius \(\d+ ms\): /);
    expect(stdout).toContain('The folder can be served.');
  });

  it('ends with the first thing that is wrong, and code 1', () => {
    const { input } = network('unet');
    const { status, stdout, stderr } = check(folderWith('unet', { input: { ...input, width: 128 } }));
    expect(status).toBe(1);
    expect(stderr).toBe('✗ models/unet: input "image" has shape 1×1×64×64; the manifest states 1×1×64×128\n');
    expect(stdout).not.toContain('can be served');
  });

  it('says of a network that answers nonsense that it fails', () => {
    const { status, stderr } = check(join(GRAPHS, 'not-a-number'));
    expect(status).toBe(1);
    expect(stderr).toContain('output "probability" holds a value outside 0 to 1 or no number');
  });

  it('says how it is used, and that a folder holds no manifest', () => {
    expect(check()).toMatchObject({ status: 1, stderr: '✗ usage: npm run models:check -- FOLDER\n' });
    expect(check(folder).stderr).toContain('holds no manifest.json');
  });
});
