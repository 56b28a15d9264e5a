/**
 * Modalities that send studies as modalities do: one after the other, and each again until it is taken.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PhantomStudy } from '../support/phantom-studies.ts';
import { stow } from '../support/http-server.ts';

const run = promisify(execFile);
const AGAIN_MS = 500;

/** Sends the images of a study once; false when any of them was not taken. */
export type Send = (study: PhantomStudy) => Promise<boolean>;

/** By STOW-RS, all images of a study in one request. */
export function byStow(dicomWebRoot: string): Send {
  return async ({ files }) => (await stow(`${dicomWebRoot}/studies`, files)).status === 200;
}

/** By STOW-RS, each image by itself. */
export function byStowOneByOne(dicomWebRoot: string): Send {
  return async ({ files }) => {
    for (const file of files) {
      if ((await stow(`${dicomWebRoot}/studies`, [file])).status !== 200) return false;
    }
    return true;
  };
}

/** By C-STORE, with the storescu of dcmtk. */
export function byStore(port: number, folder: string): Send {
  return async ({ studyInstanceUid, files }) => {
    const own = join(folder, studyInstanceUid);
    await mkdir(own, { recursive: true });
    const paths = files.map((_, index) => join(own, `${index}.dcm`));
    await Promise.all(files.map((file, index) => writeFile(paths[index] ?? '', file)));
    try {
      const titles = ['-aet', 'CR_ROOM3', '-aec', 'OSTEON'];
      await run('storescu', [...titles, '127.0.0.1', String(port), ...paths], {
        env: { ...process.env, TCP_NODELAY: '1' },
      });
      return true;
    } catch {
      return false;
    }
  };
}

export interface Modality {
  /** Studies that were taken so far. */
  readonly taken: number;
  /** How often something was not taken. */
  readonly refusals: number;
  /** Settles when all are taken. */
  readonly done: Promise<void>;
}

/** Starts to send; `onTaken` is told of each study, and what it returns is waited for. */
export function startModality(
  studies: readonly PhantomStudy[],
  send: Send,
  onTaken: () => Promise<void>,
): Modality {
  const modality = { taken: 0, refusals: 0, done: Promise.resolve() };
  const work = async (): Promise<void> => {
    for (const study of studies) {
      while (!(await send(study).catch(() => false))) {
        modality.refusals += 1;
        await pause(AGAIN_MS);
      }
      modality.taken += 1;
      await onTaken();
    }
  };
  modality.done = work();
  return modality;
}
