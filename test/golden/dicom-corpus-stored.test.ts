/**
 * Every file of the shared corpus sent by STOW-RS: kept byte for byte, given back as it came where the web allows its
 * syntax, and as Explicit VR Little Endian with an equal data set and the samples of `dicom-corpus.csv` (PS3.18 8.7.3.5),
 * or as it came where its pixels cannot be decoded; or refused by the failure that the last column of that list names (no
 * DICOM, or without the UIDs that identify an instance).
 *
 * Trap: thirty UIDs of the corpus occur with different bytes; such a file meets an empty store.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { itemsOf, numberOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { FAILURES, PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import type { SampleArray } from '../../dicom/vocabulary/image.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { parseMediaType } from '../../server/http/media-type.ts';
import { bytesOf } from '../support/answers.ts';
import { stow } from '../support/http-server.ts';
import { servedStorage } from '../support/served-storage.ts';
import { sharedData } from '../support/shared-data.ts';

const { storage, server } = await servedStorage({ keepsAll: true });
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
    { timeout: 180_000 },
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
      const [asStored, named, unasked] = [
        await retrieve(url, '*'),
        await retrieve(url, EXPLICIT),
        await retrieve(url),
      ];
      const isPlain = MADE_PLAIN.includes(decoded) || source.pixelData?.isEncapsulated !== true;
      const isForTheWeb = !NOT_FOR_THE_WEB.includes(source.transferSyntaxUid);
      expect(asStored).toMatchObject({
        status: 200,
        syntax: isForTheWeb ? source.transferSyntaxUid : EXPLICIT,
      });
      expect(asStored.bytes.equals(isForTheWeb ? bytes : named.bytes)).toBe(true);
      expect(unasked.bytes.equals(isPlain ? named.bytes : bytes)).toBe(true);

      const samples = await samplesOf(bytes);
      if (!isPlain) {
        expect(named.status).toBe(406);
        expect(samples).toBeUndefined();
        return;
      }
      expect(named).toMatchObject({ status: 200, syntax: EXPLICIT });
      const header = readHeader(named.bytes);
      expect(header.transferSyntaxUid).toBe(EXPLICIT);
      expect(comparable(header)).toEqual(comparable(source));
      expect(await samplesOf(named.bytes)).toEqual(samples);
      if (decoded === 'decoded') expect(samples && sha256(samples)).toBe(first);
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

interface Retrieved {
  readonly status: number;
  /** The transfer syntax that the answer says it is in. */
  readonly syntax: string | undefined;
  readonly bytes: Buffer;
}

/** Retrieves an instance in a transfer syntax, or in the server's choice. */
async function retrieve(url: string, transferSyntax?: string): Promise<Retrieved> {
  const named = transferSyntax === undefined ? '' : `; transfer-syntax=${transferSyntax}`;
  const response = await fetch(url, { headers: { Accept: `application/dicom${named}` } });
  const bytes = await bytesOf(response);
  const length = response.headers.get('content-length');
  if (length !== null) expect(bytes).toHaveLength(Number(length));
  const type = parseMediaType(response.headers.get('content-type') ?? '');
  return { status: response.status, syntax: type?.parameters.get('transfer-syntax'), bytes };
}

/** Samples of the first frame; `undefined` where they cannot be had. */
async function samplesOf(file: Uint8Array): Promise<SampleArray | undefined> {
  try {
    return (await decodeFrame(file, readHeader(file), 0)).samples;
  } catch (error) {
    if (error instanceof PacsError) return undefined;
    throw error;
  }
}

/** Outcomes of decoding with which a compressed file can be made plain. */
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
