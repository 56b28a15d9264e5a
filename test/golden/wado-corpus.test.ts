/**
 * Every file of the shared corpus that is stored comes back: as stored where the web allows its transfer syntax, and in
 * Explicit VR Little Endian with an equal data set and equal samples, or as stored where its pixels cannot be decoded.
 * PS3.18 8.7.3.5.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { readPart10 } from '../../dicom/read/part10-reader.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { SampleArray } from '../../dicom/vocabulary/image.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { openInstance } from '../../server/http/instance-bytes.ts';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../server/operations/gate.ts';
import { collect } from '../support/bytes.ts';
import { sharedData } from '../support/shared-data.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../support/storage.ts';

const folder = join(sharedData() ?? '', 'dicom');
const files = sharedData()
  ? readFileSync(join(folder, 'manifest.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.slice(0, line.indexOf(',')))
  : [];
const EXPLICIT = TRANSFER_SYNTAX.explicitVrLittleEndian;
const NOT_FOR_THE_WEB: readonly string[] = [
  TRANSFER_SYNTAX.implicitVrLittleEndian,
  TRANSFER_SYNTAX.explicitVrBigEndian,
];
/** What conversion tells anew; see `docs/conformance.md`, Retrieve. */
const TOLD_ANEW: readonly string[] = [
  TAG.PhotometricInterpretation,
  TAG.PlanarConfiguration,
  TAG.HighBit,
  TAG.LossyImageCompression,
  TAG.ExtendedOffsetTable,
  TAG.ExtendedOffsetTableLengths,
];

describe.skipIf(!sharedData())('the corpus over the web (needs ../shared/data)', () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await createTestStorage();
  });
  afterAll(async () => {
    await storage.close();
  });

  it.each(files)('%s', async (name) => {
    const original = readFileSync(join(folder, name));
    await storage.clear();
    const outcome = await storeBytes(storage.instances(), original);
    if (outcome.status === 'refused') {
      expect(outcome.failure.kind).not.toBe('internal');
      return;
    }
    const place = outcome.instance;
    const services = { index: storage.index, objects: storage.objects, imaging: runImagingTask, decodingPlaces: createGate(2) }; // prettier-ignore
    const stored = await openInstance(services, place, '*');
    const asStored = await collect(stored.read());
    if (NOT_FOR_THE_WEB.includes(place.transferSyntaxUid)) expect(stored.transferSyntaxUid).toBe(EXPLICIT);
    else expect(asStored.equals(original)).toBe(true);

    const sent = await openInstance(services, place, undefined);
    const bytes = await collect(sent.read());
    if (sent.size !== undefined) expect(bytes).toHaveLength(sent.size);
    const samples = await samplesOf(original);
    if (samples === undefined && place.pixelData?.isEncapsulated) {
      expect(bytes.equals(original)).toBe(true);
      return;
    }
    expect(readPart10(bytes).header.transferSyntaxUid).toBe(EXPLICIT);
    expect(comparable(bytes)).toEqual(comparable(original));
    expect(await samplesOf(bytes)).toEqual(samples);
  });
});

function comparable(file: Uint8Array): DataSet {
  const { dataSet } = readPart10(file);
  return Object.fromEntries(Object.entries(dataSet).filter(([tag]) => !TOLD_ANEW.includes(tag)));
}

/** Samples of the first frame; `undefined` where they cannot be had. */
async function samplesOf(file: Uint8Array): Promise<SampleArray | undefined> {
  try {
    return (await decodeFrame(file, readPart10(file).header, 0)).samples;
  } catch (error) {
    if (error instanceof PacsError) return undefined;
    throw error;
  }
}
