/** The download of OHIF: what is not what was expected is not used, and a failure is a sentence. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { OhifApplication, type OhifState } from '../../../server/operations/ohif-application.ts';
import { ensureOhif, ohifVersionOf, OHIF_VERSION } from '../../../server/operations/ohif-download.ts';
import { showOhifProgress } from '../../../server/operations/ohif-progress.ts';

let folder: string;
let cacheFolder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-ohif-'));
  cacheFolder = join(folder, 'cache');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Puts a program in npm's place. It is called as `npm pack NAME … --pack-destination FOLDER`. */
async function npmDoes(script: string): Promise<void> {
  const path = join(folder, 'npm.js');
  await writeFile(path, script);
  vi.stubEnv('npm_execpath', path);
}

describe('the download of OHIF', () => {
  it('refuses a tarball with another hash, and leaves nothing behind', async () => {
    await mkdir(join(folder, 'package', 'dist'), { recursive: true });
    await writeFile(join(folder, 'package', 'dist', 'index.html'), 'not OHIF');
    execFileSync('tar', ['-czf', join(folder, 'other.tgz'), '-C', folder, 'package']);
    await npmDoes(
      `require('fs').copyFileSync(${JSON.stringify(join(folder, 'other.tgz'))}, process.argv.at(-1) + '/ohif-app.tgz')`,
    );
    await expect(ensureOhif({ cacheFolder })).rejects.toThrow(/another SHA-512/);
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it('asks for the exact version that is pinned', async () => {
    const asked = join(folder, 'asked.json');
    await npmDoes(
      `require('fs').writeFileSync(${JSON.stringify(asked)}, JSON.stringify(process.argv)); process.exit(1)`,
    );
    await expect(ensureOhif({ cacheFolder, version: '3.11.1' })).rejects.toThrow(/pack/);
    expect(execFileSync('cat', [asked], { encoding: 'utf8' })).toContain('"@ohif/app@3.11.1"');
    expect(() => ohifVersionOf('3.9.0')).toThrow(/3\.13\.2, 3\.12\.10, 3\.11\.1/);
  });

  it('that fails leaves a server without OHIF that says why', async () => {
    await npmDoes(`console.error('network is unreachable'); process.exit(1)`);
    const application = new OhifApplication({ cacheFolder });
    let said = '';
    showOhifProgress(application, { write: (text) => (said += text) });
    await new Promise<void>((resolve) => {
      application.onChange(({ kind }: OhifState) => {
        if (kind === 'absent') resolve();
      });
    });
    expect(application.state).toMatchObject({ kind: 'absent' });
    expect(said).toMatch(/could not be fetched: .*network is unreachable.*Everything else works/);
    await application.stop();
  });

  it('is left out where the application is in the cache already', async () => {
    const dist = join(cacheFolder, `ohif-app-${OHIF_VERSION}`, 'dist');
    await mkdir(dist, { recursive: true });
    await npmDoes('process.exit(1)');
    const application = new OhifApplication({ cacheFolder });
    expect(application.state).toEqual({ kind: 'ready', folder: dist });
    await application.stop();
  });

  it('is broken off when the server stops', async () => {
    await npmDoes('setTimeout(() => {}, 600_000)');
    const application = new OhifApplication({ cacheFolder });
    await application.stop();
    expect(application.state.kind).toBe('absent');
    expect(await readdir(cacheFolder)).toEqual([]);
  });
});
