/**
 * Files as a ZIP archive, written while they come: one at a time is in memory.
 *
 * Times are all the first that ZIP can say, so that the archive tells nothing of when.
 */
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** One file of an archive. */
export interface ArchivedFile {
  /** Path with slashes. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** As local time, which is what ZIP says. */
const FIRST_TIME = new Date(1980, 0, 1);

/** The archive as a stream. It ends with the error of `files`, where they fail; who destroys it ends them. */
export function zipArchive(files: AsyncIterable<ArchivedFile> | Iterable<ArchivedFile>): Readable {
  const zip = new ZipFile();
  const archive = Readable.from(zip.outputStream, { objectMode: false });
  addAll(zip, archive, files).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error('the archive failed'));
  });
  return archive;
}

async function addAll(
  zip: ZipFile,
  archive: Readable,
  files: AsyncIterable<ArchivedFile> | Iterable<ArchivedFile>,
): Promise<void> {
  for await (const { name, bytes } of files) {
    // The next is asked for when this one has been read: the archive reads no faster than its client.
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const done = () => {
      resolve(undefined);
    };
    zip.addReadStreamLazy(name, { mtime: FIRST_TIME, forceDosTimestamp: true }, (give) => {
      give(undefined, Readable.from([bytes], { objectMode: false }).once('close', done));
    });
    archive.once('close', done);
    await promise;
    archive.off('close', done);
    if (archive.destroyed) return;
  }
  zip.end();
}
