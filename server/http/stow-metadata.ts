/**
 * Store of metadata with bulk data: JSON or XML in some parts, values of any length in others. PS3.18 10.5.1.4.
 *
 * Bulk data go to one staged object while they arrive; then each data set is put together with its own and stored like
 * any file. Sending the same again gives the same file, hence success. Trap: metadata may stand behind its bulk data,
 * so nothing is stored before the whole request was read.
 */
import { assembleFile, type BulkValue } from '../../dicom/transcode/assembled-file.ts';
import { describeFrames } from '../../dicom/transcode/described-frames.ts';
import type { DataElement, DataSet, Tag } from '../../dicom/vocabulary/data-set.ts';
import { isItem, numberOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceIdentity } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { readJsonModel } from '../../dicom/web-model/json-model-reader.ts';
import { readNativeModel } from '../../dicom/web-model/native-model-reader.ts';
import type { StoreOptions, StoreOutcome } from '../ingest/store-instances.ts';
import type { ByteRange } from '../storage/object-store.ts';
import { BulkParts, type BulkPart } from './bulk-parts.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { parseMediaType } from './media-type.ts';
import type { IncomingPart } from './multipart.ts';

/** How each media type of metadata is read. */
const METADATA_READERS: Readonly<Record<string, (text: string) => readonly DataSet[]>> = {
  'application/dicom+json': readJsonModel,
  'application/json': readJsonModel,
  'application/dicom+xml': (text) => [readNativeModel(text)],
};
/** Most bytes of metadata in one request; they are held in memory. */
const MOST_METADATA_BYTES = 64 * 1024 * 1024;
/** Longest value inside a sequence: it is held in memory. */
const LONGEST_NESTED_VALUE = 16 * 1024 * 1024;

/** Bytes of an assembled file that are not at hand: a range of the staged bulk data, or what the metadata held inline. */
type Source = ByteRange | Uint8Array;

/** True for the media types of metadata. */
export function isMetadataType(name: string): boolean {
  return name in METADATA_READERS;
}

/** Stores every data set of the parts. Throws what a broken request is; what becomes of each data set is an outcome. */
export async function storeMetadataParts(
  services: DicomWebServices,
  parts: AsyncIterable<IncomingPart>,
  baseUrl: string,
  options: StoreOptions,
): Promise<StoreOutcome[]> {
  const dataSets: DataSet[] = [];
  const bulkParts: BulkPart[] = [];
  const staged = await services.objects.stage(bulkBytesOf(parts, dataSets, bulkParts));
  try {
    const bulk = new BulkParts(staged, bulkParts, `${baseUrl}/`);
    const outcomes: StoreOutcome[] = [];
    for (const dataSet of dataSets) outcomes.push(await storeOne(services, dataSet, bulk, options));
    return outcomes;
  } finally {
    await staged.discard();
  }
}

/** The bulk data of all parts, one after the other; on the way the metadata are read and the places noted. */
async function* bulkBytesOf(
  parts: AsyncIterable<IncomingPart>,
  dataSets: DataSet[],
  bulkParts: BulkPart[],
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let rest = MOST_METADATA_BYTES;
  for await (const { headers, body } of parts) {
    const mediaType = parseMediaType(headers.get('content-type') ?? 'application/octet-stream');
    if (!mediaType) throw new PacsError('bad-request', 'The Content-Type of a part cannot be read');
    const readMetadata = METADATA_READERS[mediaType.name];
    if (readMetadata) {
      const text = await textOfPart(body, rest);
      rest -= text.length;
      dataSets.push(...readMetadata(text));
      continue;
    }
    const start = offset;
    for await (const chunk of body) {
      offset += chunk.byteLength;
      yield chunk;
    }
    bulkParts.push({
      location: headers.get('content-location') ?? '',
      mediaType,
      range: { start, end: offset },
    });
  }
}

/** The text of a part, which is UTF-8. PS3.18 8.8. Throws `too-large`, `malformed-dicom`. */
async function textOfPart(body: AsyncIterable<Uint8Array>, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > mostBytes) {
      throw new PacsError('too-large', `The metadata are larger than ${MOST_METADATA_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new PacsError('malformed-dicom', 'The metadata are not UTF-8');
  }
}

async function storeOne(
  { instances }: DicomWebServices,
  dataSet: DataSet,
  bulk: BulkParts,
  options: StoreOptions,
): Promise<StoreOutcome> {
  try {
    return await instances.store(await fileOf(dataSet, bulk), options);
  } catch (error) {
    return { status: 'refused', failure: asPacsError(error), identity: identityOf(dataSet) };
  }
}

/** The data set and its bulk data as a Part 10 file. Throws what is wrong with them. */
async function fileOf(dataSet: DataSet, bulk: BulkParts): Promise<AsyncIterable<Uint8Array>> {
  const values = new Map<Tag, BulkValue<Source>>();
  const kept: Record<Tag, DataElement> = {};
  let transferSyntaxUid: string = TRANSFER_SYNTAX.explicitVrLittleEndian;
  for (const [tag, element] of Object.entries(dataSet)) {
    kept[tag] = await withoutNestedBulk(element, bulk);
    if (tag === TAG.PixelData && element.BulkDataURI !== undefined) {
      const pixels = await pixelDataOf(dataSet, bulk.find(element.BulkDataURI, tag), bulk);
      transferSyntaxUid = pixels.transferSyntaxUid;
      Object.assign(kept, pixels.described);
      values.set(tag, pixels.value);
    } else if (tag === TAG.PixelData) {
      const source = Buffer.from(element.InlineBinary ?? '', 'base64');
      values.set(tag, { source, length: source.length });
    } else if (element.BulkDataURI !== undefined) {
      values.set(tag, wholeOf(bulk.find(element.BulkDataURI, tag)));
    }
  }
  const pieces = assembleFile<Source>(kept, transferSyntaxUid, values);
  return (async function* () {
    for (const piece of pieces) {
      const source = piece instanceof Uint8Array ? piece : piece.source;
      if (source instanceof Uint8Array) yield source;
      else yield* bulk.stream(source);
    }
  })();
}

/** Pixel Data in its transfer syntax: one value, or a fragment for each frame. Throws `invalid-value` where frames are missing. */
async function pixelDataOf(
  dataSet: DataSet,
  parts: readonly BulkPart[],
  bulk: BulkParts,
): Promise<{ transferSyntaxUid: string; value: BulkValue<Source>; described?: DataSet }> {
  const syntaxes = new Set(await Promise.all(parts.map((part) => bulk.transferSyntaxOf(part))));
  const [transferSyntaxUid, other] = syntaxes;
  if (transferSyntaxUid === undefined || other !== undefined) {
    throw new PacsError('invalid-value', 'The frames of Pixel Data come in several transfer syntaxes');
  }
  if (transferSyntaxUid === TRANSFER_SYNTAX.explicitVrLittleEndian) {
    return { transferSyntaxUid, value: wholeOf(parts) };
  }
  const frames = numberOf(dataSet, TAG.NumberOfFrames) ?? 1;
  if (frames !== parts.length) {
    throw new PacsError(
      'invalid-value',
      `Number of Frames is ${frames}; ${parts.length} compressed frames came`,
    );
  }
  const ranges = await Promise.all(parts.map((part) => bulk.codeStreamOf(part)));
  const first = await bulk.readFirst(ranges[0] ?? { start: 0, end: 0 });
  return {
    transferSyntaxUid,
    value: { frames: ranges.map(bytesAt) },
    described: describeFrames(dataSet, transferSyntaxUid, first),
  };
}

function wholeOf(parts: readonly BulkPart[]): { source: ByteRange; length: number } {
  const [part, another] = parts;
  if (part && !another) return bytesAt(part.range);
  throw new PacsError('invalid-value', 'Several parts of the request have one Content-Location');
}

function bytesAt(range: ByteRange): { source: ByteRange; length: number } {
  return { source: range, length: range.end - range.start };
}

/** Values inside sequences are few and short (look-up tables, icons): they are read and written inline. */
async function withoutNestedBulk(element: DataElement, bulk: BulkParts): Promise<DataElement> {
  if (element.vr !== 'SQ' || !element.Value) return element;
  const items: DataSet[] = [];
  for (const item of element.Value) {
    const read: Record<Tag, DataElement> = {};
    for (const [tag, inner] of Object.entries(isItem(item) ? item : {})) {
      read[tag] =
        inner.BulkDataURI === undefined
          ? await withoutNestedBulk(inner, bulk)
          : await inline(tag, inner.vr, bulk.find(inner.BulkDataURI, tag), bulk);
    }
    items.push(read);
  }
  return { vr: 'SQ', Value: items };
}

async function inline(
  tag: Tag,
  vr: string,
  parts: readonly BulkPart[],
  bulk: BulkParts,
): Promise<DataElement> {
  const { source, length } = wholeOf(parts);
  if (length > LONGEST_NESTED_VALUE) {
    throw new PacsError('too-large', `${tag} within a sequence has more than ${LONGEST_NESTED_VALUE} bytes`);
  }
  return { vr, InlineBinary: Buffer.from(await bulk.read(source)).toString('base64') };
}

function identityOf(dataSet: DataSet): Partial<InstanceIdentity> {
  const sopInstanceUid = textOf(dataSet, TAG.SOPInstanceUID);
  const sopClassUid = textOf(dataSet, TAG.SOPClassUID);
  return {
    ...(sopInstanceUid === undefined ? {} : { sopInstanceUid }),
    ...(sopClassUid === undefined ? {} : { sopClassUid }),
  };
}
