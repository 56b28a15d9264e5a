/**
 * File Meta Information of our own around an object that is kept or given as it is. PS3.10 7.1.
 */
import { TAG } from '../vocabulary/dictionary.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../vocabulary/uids.ts';
import { valueElement } from './element-writer.ts';

/** What the File Meta Information says of the object. */
export interface MediaStorage {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
}

/** Bytes before the prefix `DICM`. */
export const PREAMBLE_LENGTH = 128;
const GROUP_LENGTH = '00020000';

/** What a file begins with: an empty preamble, the prefix and group 0002. The data set follows. */
export function writeFileMeta(storage: MediaStorage): Uint8Array {
  return Buffer.concat([Buffer.alloc(PREAMBLE_LENGTH), filePrefix(storage)]);
}

/** The prefix and group 0002, for a preamble that is there already. PS3.10 Table 7.1-1. */
export function filePrefix({ sopClassUid, sopInstanceUid, transferSyntaxUid }: MediaStorage): Uint8Array {
  const elements = Buffer.concat([
    valueElement(TAG.FileMetaInformationVersion, 'OB', Uint8Array.of(0, 1)),
    valueElement(TAG.MediaStorageSOPClassUID, 'UI', Buffer.from(sopClassUid, 'latin1')),
    valueElement(TAG.MediaStorageSOPInstanceUID, 'UI', Buffer.from(sopInstanceUid, 'latin1')),
    valueElement(TAG.TransferSyntaxUID, 'UI', Buffer.from(transferSyntaxUid, 'latin1')),
    valueElement(TAG.ImplementationClassUID, 'UI', Buffer.from(IMPLEMENTATION_CLASS_UID, 'latin1')),
    valueElement(TAG.ImplementationVersionName, 'SH', Buffer.from(IMPLEMENTATION_VERSION_NAME, 'latin1')),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(elements.length);
  return Buffer.concat([Buffer.from('DICM', 'latin1'), valueElement(GROUP_LENGTH, 'UL', length), elements]);
}
