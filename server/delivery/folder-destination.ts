/**
 * A folder as destination: `STUDY/SOP-INSTANCE.dcm`, visible only when it is whole.
 *
 * Trap: a file that is there under its name was put there by the same rename, so it is whole, and its bytes follow from
 * its UID. It is not written again.
 */
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import type { FolderDestinationSettings } from '../routing/rules-schema.ts';
import { DeliveryError, type Destination, type Parcel } from './destination.ts';

/** Opens it; the folder must be there: one that is not mounted must not be made on the disk below. */
export function folderDestination({ folder }: FolderDestinationSettings): Destination {
  const echo = async (): Promise<void> => {
    try {
      if (!(await stat(folder)).isDirectory()) throw new DeliveryError('down', 'This is no folder');
      await access(folder, constants.W_OK);
    } catch (error) {
      throw failureOf(error);
    }
  };
  return {
    kind: 'folder',
    address: folder,
    echo,
    async send(parcels, signal) {
      await echo();
      const accepted: string[] = [];
      for (const parcel of parcels) {
        signal.throwIfAborted();
        try {
          await put(folder, parcel);
        } catch (error) {
          throw failureOf(error);
        }
        accepted.push(parcel.sopInstanceUid);
      }
      return { accepted, refused: new Map() };
    },
  };
}

async function put(root: string, parcel: Parcel): Promise<void> {
  const folder = join(root, parseUid(parcel.studyInstanceUid, 'Study Instance UID'));
  const name = parseUid(parcel.sopInstanceUid, 'SOP Instance UID');
  const path = join(folder, `${name}.dcm`);
  if (await exists(path)) return;
  await mkdir(folder, { recursive: true });
  // One name for all tries: what a crash left is written over.
  const unfinished = join(folder, `.${name}.part`);
  try {
    const file = await open(unfinished, 'w');
    try {
      for await (const chunk of parcel.bytes()) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The name too must survive a power failure. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function failureOf(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new DeliveryError('down', `The folder cannot be written${code}`, { cause: error });
}
