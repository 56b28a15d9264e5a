/**
 * Bulk data that comes in parts of a store request, found by the address that the metadata names. PS3.18 8.6.1.2.2,
 * 10.5.1.4 and Table 8.7.3-5.
 *
 * All of it lies one after the other in one staged object, so that a request of many parts holds one file open. Trap:
 * parts of one address are the frames of one value, in their order; a part may also name its frame at the end.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { ByteRange, StagedObject } from '../storage/object-store.ts';
import type { MediaType } from './media-type.ts';

/** One part: where its bytes lie in the staged object. */
export interface BulkPart {
  readonly location: string;
  readonly mediaType: MediaType;
  readonly range: ByteRange;
}

const FIRST_BYTES = 64 * 1024;
const STREAM_BYTES = 256 * 1024;
/** Retrieved frames have the address of their instance and not that of its bulk data in front of their number. */
const OF_AN_INSTANCE = /\/bulkdata\/7FE00010$/i;
const FRAME_AT_END = /\/frames\/([1-9]\d{0,8})$/;

/** Media types of compressed frames and the transfer syntax each means unless it names one. PS3.18 Table 8.7.3-5. */
const COMPRESSED: Readonly<Record<string, string>> = {
  'image/jpeg': TRANSFER_SYNTAX.jpegLosslessFirstOrder,
  'image/jls': TRANSFER_SYNTAX.jpegLsLossless,
  'image/x-jls': TRANSFER_SYNTAX.jpegLsLossless,
  'image/jp2': TRANSFER_SYNTAX.jpeg2000Lossless,
  'image/jphc': TRANSFER_SYNTAX.htj2kLossless,
  'image/dicom-rle': TRANSFER_SYNTAX.rleLossless,
  'image/x-dicom-rle': TRANSFER_SYNTAX.rleLossless,
};
const NATIVE: ReadonlySet<string> = new Set([
  TRANSFER_SYNTAX.explicitVrLittleEndian,
  TRANSFER_SYNTAX.implicitVrLittleEndian,
]);
/** Start of frame of a JPEG code stream → transfer syntax. ISO 10918-1 Table B.1, PS3.5 Table 8.2.1-1. */
const JPEG_PROCESSES: Readonly<Record<number, string>> = {
  0xc0: TRANSFER_SYNTAX.jpegBaseline,
  0xc1: TRANSFER_SYNTAX.jpegExtended,
};

/** The bulk data of one request. */
export class BulkParts {
  readonly #staged: StagedObject;
  readonly #base: string;
  readonly #byLocation = new Map<string, BulkPart[]>();

  /** `base` is the address that relative ones are relative to. */
  constructor(staged: StagedObject, parts: readonly BulkPart[], base: string) {
    this.#staged = staged;
    this.#base = base;
    for (const part of parts) {
      const key = this.#keyOf(part.location.replace(FRAME_AT_END, ''));
      this.#byLocation.set(key, [...(this.#byLocation.get(key) ?? []), part]);
    }
    for (const found of this.#byLocation.values()) found.sort((a, b) => frameOf(a) - frameOf(b));
  }

  /** The parts of one address, frames in their order. Throws `missing-attribute` naming the attribute where there is none. */
  find(address: string, tag: string): readonly BulkPart[] {
    const found =
      this.#byLocation.get(this.#keyOf(address)) ??
      this.#byLocation.get(this.#keyOf(address.replace(OF_AN_INSTANCE, '')));
    if (found) return found;
    throw new PacsError(
      'missing-attribute',
      `The BulkDataURI of ${tag} is the Content-Location of no part of the request`,
    );
  }

  /** The transfer syntax of a part. Throws `unsupported-transfer-syntax`, `unsupported-media-type`. */
  async transferSyntaxOf(part: BulkPart): Promise<string> {
    const { name, parameters } = part.mediaType;
    const named = parameters.get('transfer-syntax');
    const usual =
      name === 'application/octet-stream' ? TRANSFER_SYNTAX.explicitVrLittleEndian : COMPRESSED[name];
    if (usual === undefined) {
      throw new PacsError(
        'unsupported-media-type',
        'A part of bulk data has a Content-Type that is not taken',
      );
    }
    const uid = named ?? (name === 'image/jpeg' ? await this.#jpegSyntax(part, usual) : usual);
    if (NATIVE.has(uid)) return TRANSFER_SYNTAX.explicitVrLittleEndian;
    if (Object.values(COMPRESSED).includes(uid) || OTHER_COMPRESSED.has(uid)) return uid;
    throw new PacsError(
      'unsupported-transfer-syntax',
      'Bulk data may not come in the transfer syntax of a part',
    );
  }

  /** Where the code stream of a part lies: a JP2 file keeps it in a box. ISO 15444-1 I.5. Throws `undecodable-pixels`. */
  async codeStreamOf({ mediaType, range }: BulkPart): Promise<ByteRange> {
    if (mediaType.name !== 'image/jp2') return range;
    const first = Buffer.from(await this.readFirst(range));
    if (first.length < 12 || first.readUInt32BE(4) !== 0x6a502020) return range;
    for (let at = 0; at + 8 <= first.length;) {
      const length = first.readUInt32BE(at);
      const end = length === 0 ? range.end - range.start : at + length;
      if (first.readUInt32BE(at + 4) === 0x6a703263)
        return { start: range.start + at + 8, end: range.start + end };
      if (length < 8) break;
      at = end;
    }
    throw new PacsError('undecodable-pixels', 'A JP2 part has no code stream box near its beginning');
  }

  async read({ start, end }: ByteRange): Promise<Uint8Array> {
    return await this.#staged.read({ start, end });
  }

  /** The bytes of a range, without holding it. */
  async *stream({ start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += STREAM_BYTES) {
      yield await this.#staged.read({ start: at, end: Math.min(at + STREAM_BYTES, end) });
    }
  }

  /** The first bytes of a range, as many as tell what they are. */
  async readFirst({ start, end }: ByteRange): Promise<Uint8Array> {
    return await this.#staged.read({ start, end: Math.min(start + FIRST_BYTES, end) });
  }

  /** A JPEG says by its start of frame which process it is; what it leaves open is the table's default. */
  async #jpegSyntax({ range }: BulkPart, usual: string): Promise<string> {
    const bytes = await this.readFirst(range);
    for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
      const marker = bytes[at + 1] ?? 0;
      const isStartOfFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isStartOfFrame) return JPEG_PROCESSES[marker] ?? usual;
      at += marker === 0xff ? 1 : 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    }
    return usual;
  }

  #keyOf(address: string): string {
    return URL.canParse(address, this.#base) ? new URL(address, this.#base).href : address;
  }
}

const OTHER_COMPRESSED: ReadonlySet<string> = new Set([
  TRANSFER_SYNTAX.jpegBaseline,
  TRANSFER_SYNTAX.jpegExtended,
  TRANSFER_SYNTAX.jpegLossless,
  TRANSFER_SYNTAX.jpegLsNearLossless,
  TRANSFER_SYNTAX.jpeg2000,
  TRANSFER_SYNTAX.htj2kLosslessRpcl,
  TRANSFER_SYNTAX.htj2k,
]);

function frameOf({ location }: BulkPart): number {
  return Number(FRAME_AT_END.exec(location)?.[1] ?? 0);
}
