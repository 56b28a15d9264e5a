/** A folder as destination: nothing is to be seen there under its name before it is whole. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import type { Parcel } from '../../../server/delivery/destination.ts';
import { folderDestination } from '../../../server/delivery/folder-destination.ts';

const FILE = Buffer.alloc(200_000, 7);
const { signal } = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const destination = () => folderDestination({ folder, concurrency: 1, giveUpHours: 1 });

function parcel(bytes: Parcel['bytes']): Parcel {
  return {
    studyInstanceUid: '1.2.3',
    sopInstanceUid: '1.2.3.4',
    sopClassUid: SOP_CLASS.computedRadiography,
    transferSyntaxUid: TRANSFER_SYNTAX.explicitVrLittleEndian,
    sizeBytes: FILE.length,
    bytes,
  };
}

const whole = parcel(() => ReadableStream.from([FILE.subarray(0, 100_000), FILE.subarray(100_000)]));
const listed = async () => (await readdir(join(folder, '1.2.3'))).filter((name) => !name.startsWith('.'));

it('shows a file only when it is whole, and leaves nothing of one that broke off', async () => {
  let seen: readonly string[] | undefined;
  const broken = parcel(async function* () {
    yield FILE.subarray(0, 100_000);
    seen = await listed();
    throw new Error('the object store went away');
  });
  await expect(destination().send([broken], signal)).rejects.toMatchObject({ kind: 'down' });
  expect(seen).toEqual([]);
  expect(await readdir(join(folder, '1.2.3'))).toEqual([]);
  expect(await destination().send([whole], signal)).toMatchObject({ accepted: ['1.2.3.4'] });
  expect(await listed()).toEqual(['1.2.3.4.dcm']);
  expect((await readFile(join(folder, '1.2.3', '1.2.3.4.dcm'))).equals(FILE)).toBe(true);
});

it('writes over what a crash left unfinished', async () => {
  const crashed = parcel(async function* () {
    yield FILE.subarray(0, 100_000);
    await new Promise(() => undefined);
  });
  // Never ends, as a process that was killed; its file is left as it was.
  void destination().send([crashed], signal);
  await expect.poll(() => readdir(join(folder, '1.2.3')).catch(() => [])).toHaveLength(1);
  await destination().send([whole], signal);
  expect(await readdir(join(folder, '1.2.3'))).toEqual(['1.2.3.4.dcm']);
  expect((await readFile(join(folder, '1.2.3', '1.2.3.4.dcm'))).equals(FILE)).toBe(true);
});

it('does not make a folder that is not mounted, and says what is wrong with one', async () => {
  const absent = folderDestination({ folder: join(folder, 'mount'), concurrency: 1, giveUpHours: 1 });
  for (const attempt of [absent.echo(signal), absent.send([whole], signal)]) {
    await expect(attempt).rejects.toThrow('The folder cannot be written (ENOENT)');
  }
  await writeFile(join(folder, 'file'), '');
  const file = folderDestination({ folder: join(folder, 'file'), concurrency: 1, giveUpHours: 1 });
  await expect(file.echo(signal)).rejects.toThrow('This is no folder');
  expect((await readdir(folder)).toSorted()).toEqual(['file']);
});
