/**
 * Encapsulated Pixel Data as it is written: an empty Basic Offset Table, a fragment for each frame, the delimiter.
 * PS3.5 A.4. The table may be empty, and must be where the length of the frames is not known yet.
 */

const ITEM = 0xe000fffe;
const SEQUENCE_DELIMITER = 0xe0ddfffe;

/** What stands before the first frame. */
export const EMPTY_OFFSET_TABLE: Uint8Array = itemHeader(ITEM, 0);

/** What stands behind the last frame. */
export const END_OF_FRAGMENTS: Uint8Array = itemHeader(SEQUENCE_DELIMITER, 0);

/** A frame as one fragment, padded to an even length. */
export function fragmentOf(codeStream: Uint8Array): Uint8Array {
  const length = codeStream.length + (codeStream.length % 2);
  return Buffer.concat([fragmentHeader(codeStream.length), codeStream], 8 + length);
}

/** What stands before the bytes of a fragment of so many bytes. */
export function fragmentHeader(length: number): Uint8Array {
  return itemHeader(ITEM, length + (length % 2));
}

function itemHeader(tag: number, length: number): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(tag, 0);
  head.writeUInt32LE(length, 4);
  return head;
}
