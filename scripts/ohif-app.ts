/**
 * The published OHIF application, unmodified, in a folder of its own: fetched once by `npm pack` and checked against the
 * hash below. It cannot be a dependency: 200 MB, and it declares another Node than ours although it only runs in browsers.
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The version that is tested. An exact one: a range resolves to others, since engines are looked at. */
export const OHIF_VERSION = '3.13.2';
const TARBALL_SHA512 =
  'WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==';

/** Where it is kept: `OSTEON_CACHE`, else the user's cache folder. */
function cacheFolder(): string {
  return (
    process.env['OSTEON_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'osteon')
  );
}

/** The folder of the built application, fetched where it is not there yet. Throws when npm cannot fetch it or the hash differs. */
export async function ensureOhifApp(): Promise<string> {
  const folder = join(cacheFolder(), `ohif-app-${OHIF_VERSION}`);
  const dist = join(folder, 'dist');
  if (existsSync(dist)) return dist;
  // Unpacked beside its place and moved there whole, so that a broken download never looks like an application.
  const staging = `${folder}.${randomBytes(4).toString('hex')}`;
  await mkdir(staging, { recursive: true });
  try {
    run('npm', ['pack', `@ohif/app@${OHIF_VERSION}`, '--silent', '--pack-destination', staging]);
    const [tarball = ''] = await readdir(staging);
    const bytes = await readFile(join(staging, tarball));
    if (createHash('sha512').update(bytes).digest('base64') !== TARBALL_SHA512) {
      throw new Error(`the tarball of @ohif/app@${OHIF_VERSION} has another SHA-512 than the one expected`);
    }
    run('tar', ['-xzf', join(staging, tarball), '-C', staging]);
    await rename(join(staging, 'package'), folder).catch((error: unknown) => {
      if (!existsSync(dist)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return dist;
}

function run(program: string, parameters: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')} failed: ${error?.message ?? stderr}`);
}
