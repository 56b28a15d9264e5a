/**
 * The published OHIF application, unmodified, in a folder of its own: fetched once by `npm pack` and checked against the
 * hash below. It cannot be a dependency: 200 MB, and some of its own dependencies are not published at its version.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** Exact versions and the SHA-512 of their tarballs; a range would resolve to others, since npm looks at engines. */
const TARBALLS = {
  '3.13.2': 'WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==',
  '3.12.10': '0kuF66Mq9c9dMD++bUsTjMrJpXJwaZhz9B4uS244DawAjSkTwIYFU93pxPuRUQixaRi7QAHlF3Fe1qudBlZrmA==',
  '3.11.1': '0lJRyHguGuIR06PxeJ3rqnPWf1OAqsaXGuqT2kl5HkNjIOxBDnRTTMvyHnkn3ZyjcHlsIhY8gf0h7AhVORqsSQ==',
} as const;

export type OhifVersion = keyof typeof TARBALLS;

/** Every version that the extension is tested on, the newest first. */
export const OHIF_VERSIONS = Object.keys(TARBALLS) as readonly OhifVersion[];

/** The version that is served. */
export const OHIF_VERSION: OhifVersion = '3.13.2';

/** About what one tarball holds, for the progress: npm writes it to its cache and then to its place. */
const DOWNLOAD_BYTES = 2 * 50_000_000;
const PROGRESS_MS = 500;

export interface DownloadOptions {
  /** The version; absent: {@link OHIF_VERSION}. */
  readonly version?: OhifVersion;
  /** Folder for what is fetched once; absent: `OSTEON_CACHE`, else the user's cache folder. */
  readonly cacheFolder?: string;
  /** Ends the download. */
  readonly signal?: AbortSignal;
  /** Called with the share that is there, 0–1. */
  readonly onProgress?: (share: number) => void;
}

/** The version named by text. Throws `invalid-configuration` for one that is not known. */
export function ohifVersionOf(text: string): OhifVersion {
  if (Object.hasOwn(TARBALLS, text)) return text as OhifVersion;
  throw new PacsError(
    'invalid-configuration',
    `OHIF ${text} is not known; expected one of ${Object.keys(TARBALLS).join(', ')}`,
  );
}

/** The folder of the built application, if it was fetched before. */
export function storedOhif(options: DownloadOptions = {}): string | undefined {
  const dist = join(placeOf(options), 'dist');
  return existsSync(dist) ? dist : undefined;
}

/** The folder of the built application, fetched where it is not there yet. Throws `storage-unavailable` when npm cannot fetch it or the hash differs. */
export async function ensureOhif(options: DownloadOptions = {}): Promise<string> {
  const place = placeOf(options);
  const dist = join(place, 'dist');
  if (existsSync(dist)) return dist;
  // Unpacked beside its place and moved there whole, so that a broken download never looks like an application.
  const staging = `${place}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(staging, { recursive: true });
    await fetchTo(staging, options);
    await rename(join(staging, 'package'), place).catch((error: unknown) => {
      if (!existsSync(dist)) throw error;
    });
  } catch (cause) {
    if (cause instanceof PacsError) throw cause;
    throw new PacsError('storage-unavailable', 'The OHIF application could not be put into the cache', {
      cause,
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return dist;
}

async function fetchTo(
  staging: string,
  { version = OHIF_VERSION, onProgress, signal }: DownloadOptions,
): Promise<void> {
  const watch = setInterval(() => {
    void bytesIn(staging).then((bytes) => onProgress?.(Math.min(0.99, bytes / DOWNLOAD_BYTES)));
  }, PROGRESS_MS);
  try {
    const { command, args } = npm();
    // A cache of its own: the bytes that have come can be counted there.
    const options = ['--loglevel=error', '--cache', join(staging, 'npm'), '--pack-destination', staging];
    const what = `npm pack @ohif/app@${version}`;
    await run(what, command, [...args, 'pack', `@ohif/app@${version}`, ...options], signal);
  } finally {
    clearInterval(watch);
  }
  const tarball = (await readdir(staging)).find((name) => name.endsWith('.tgz')) ?? 'ohif-app.tgz';
  const digest = createHash('sha512').update(await readFile(join(staging, tarball)));
  if (digest.digest('base64') !== TARBALLS[version]) {
    throw new PacsError(
      'storage-unavailable',
      `The tarball of @ohif/app@${version} has another SHA-512 than the one expected; it is not used`,
    );
  }
  await run('tar', 'tar', ['-xzf', join(staging, tarball), '-C', staging], signal);
  onProgress?.(1);
}

function placeOf({ version = OHIF_VERSION, cacheFolder = defaultCacheFolder() }: DownloadOptions): string {
  return join(cacheFolder, `ohif-app-${version}`);
}

function defaultCacheFolder(): string {
  return (
    process.env['OSTEON_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'osteon')
  );
}

/** The npm that started the server, else the one on the PATH. */
function npm(): { readonly command: string; readonly args: readonly string[] } {
  const cli = process.env['npm_execpath'];
  if (cli?.endsWith('.js') === true && existsSync(cli)) return { command: process.execPath, args: [cli] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

async function run(
  what: string,
  command: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal ? { signal } : {}),
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const fault = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code) => {
      resolve(code === 0 ? undefined : (said.trim().split('\n')[0] ?? ''));
    });
  });
  if (fault !== undefined) {
    throw new PacsError('storage-unavailable', `${what} failed${fault === '' ? '' : `: ${fault}`}`);
  }
}

/** Bytes of all files of a folder; files that go while it is read count nothing. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found?.isFile() === true ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
