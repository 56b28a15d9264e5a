/**
 * Every file of the shared corpus sent by STOW-RS: kept byte for byte, given back as it came where the web allows its
 * syntax, and as Explicit VR Little Endian with an equal data set and the samples of `dicom-corpus.csv`; or refused by the
 * failure that the last column of that list names (no DICOM, or without the UIDs that identify an instance).
 *
 * Trap: thirty UIDs of the corpus occur with different bytes; such a file meets an empty store.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { itemsOf, numberOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { FAILURES, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { serveDicomWeb, stow, type TestServer } from '../support/http-server.ts';
import { sharedData } from '../support/shared-data.ts';
import { createTestStorage, type TestStorage } from '../support/storage.ts';

const corpus = join(sharedData() ?? '', 'dicom');
const golden = readFileSync(join(import.meta.dirname, 'dicom-corpus.csv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [file = '', decoded = '', first = '', , , stored = ''] = line.split(',');
    return { file, decoded, first, stored };
  });

describe.skipIf(!sharedData())('the corpus in the store (needs ../shared/data)', () => {
  let storage: TestStorage;
  let server: TestServer;
  beforeAll(async () => {
    storage = await createTestStorage();
    server = await serveDicomWeb(storage);
  });
  afterAll(async () => {
    await server.close();
    await storage.close();
  });

  /** Sends a file, to an empty store where its UID is taken by other bytes. */
  async function send(bytes: Uint8Array): Promise<{ status: number; answer: DataSet }> {
    const response = await stow(`${server.base}/studies`, [bytes]);
    const answer = (await response.json()) as DataSet;
    if (failureReasonIn(answer) !== FAILURES['duplicate-instance'].failureReason) {
      return { status: response.status, answer };
    }
    await storage.clear();
    return await send(bytes);
  }

  it.each(golden.filter(({ stored }) => stored === 'stored'))(
    '$file is kept byte for byte, comes back as it came, and as Explicit VR Little Endian with the same data set and pixels',
    async ({ file, decoded, first }) => {
      const bytes = readFileSync(join(corpus, file));
      const { status, answer } = await send(bytes);
      expect(status).toBe(200);
      const source = readHeader(bytes);
      const [kept] = (await storage.index.listInstances({ studyUid: source.studyInstanceUid })).filter(
        ({ sopInstanceUid }) => sopInstanceUid === source.sopInstanceUid,
      );
      expect(Buffer.compare(await storage.objects.read(kept?.objectKey ?? ''), bytes)).toBe(0);

      const url = textOf(itemsOf(answer, TAG.ReferencedSOPSequence)[0] ?? {}, TAG.RetrieveURL) ?? '';
      if (!NOT_FOR_THE_WEB.includes(source.transferSyntaxUid)) {
        const asStored = await retrieve(url, '*');
        expect(asStored.status).toBe(200);
        expect(Buffer.compare(Buffer.from(await asStored.arrayBuffer()), bytes)).toBe(0);
      }
      const retrieved = await retrieve(url, EXPLICIT);
      if (!MADE_PLAIN.includes(decoded) && source.pixelData?.isEncapsulated) {
        expect(retrieved.status).toBe(406);
        return;
      }
      expect(retrieved.status).toBe(200);
      const plain = new Uint8Array(await retrieved.arrayBuffer());
      const header = readHeader(plain);
      expect(header.transferSyntaxUid).toBe(EXPLICIT);
      expect(comparable(header)).toEqual(comparable(source));
      if (decoded === 'decoded') expect(sha256((await decodeFrame(plain, header, 0)).samples)).toBe(first);
    },
  );

  it.each(golden.filter(({ stored }) => stored !== 'stored'))(
    '$file is refused: $stored',
    async ({ file, stored }) => {
      const { status, answer } = await send(readFileSync(join(corpus, file)));
      expect(status).toBe(409);
      expect(failureReasonIn(answer)).toBe(FAILURES[stored as FailureKind].failureReason);
      expect(itemsOf(answer, TAG.ReferencedSOPSequence)).toEqual([]);
    },
  );
});

const EXPLICIT = TRANSFER_SYNTAX.explicitVrLittleEndian;
/** PS3.18 8.7.3.5.2: these are sent as Explicit VR Little Endian, whatever is asked for. */
const NOT_FOR_THE_WEB: readonly string[] = [
  TRANSFER_SYNTAX.implicitVrLittleEndian,
  TRANSFER_SYNTAX.explicitVrBigEndian,
];

async function retrieve(url: string, transferSyntax: string): Promise<Response> {
  return await fetch(url, { headers: { Accept: `application/dicom; transfer-syntax=${transferSyntax}` } });
}

/** Outcomes of decoding with which a file can be made plain; compressed pixels of any other are not acceptable. */
const MADE_PLAIN = ['decoded', 'no-pixel-data'];
/** What decoding changes in a data set by right: colour is RGB by pixel, values lie low, no offsets remain. */
const CHANGED_BY_DECODING = [
  TAG.PhotometricInterpretation,
  TAG.PlanarConfiguration,
  TAG.HighBit,
  TAG.LossyImageCompression,
  TAG.ExtendedOffsetTable,
  TAG.ExtendedOffsetTableLengths,
];

/** The attributes that must be the same; of a file that was native, all of them. */
function comparable({ attributes }: InstanceHeader): DataSet {
  const entries = Object.entries(attributes).filter(
    ([tag]) => !(CHANGED_BY_DECODING as readonly string[]).includes(tag),
  );
  return Object.fromEntries(entries);
}

function sha256({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

/** Failure Reason (0008,1197) of the one instance that was refused. PS3.18 Table I.2-2. */
function failureReasonIn(answer: DataSet): number | undefined {
  const [item] = [...itemsOf(answer, TAG.FailedSOPSequence), ...itemsOf(answer, TAG.OtherFailuresSequence)];
  return item && numberOf(item, TAG.FailureReason);
}
