import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import type { StoredInstance } from '../../../server/storage/stored-instance.ts';
import { inPieces } from '../../support/bytes.ts';
import { dicomFile, NO_IMAGE } from '../../support/dicom-file.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const storage = await ownStorage();

describe('storing an instance', () => {
  it('keeps the bytes exactly, and knows what they are', async () => {
    const bytes = dicomFile({ PatientID: 'P1', SpecificCharacterSet: 'ISO_IR 192' });
    const outcome = await storeBytes(storage.instances(), bytes);
    expect(outcome.status).toBe('stored');
    const [instance] = await storage.index.listInstances({ studyUid: '1.2.3' });
    expect(instance).toMatchObject({
      studyInstanceUid: '1.2.3',
      seriesInstanceUid: '1.2.3.0',
      sopInstanceUid: '1.2.3.1',
      sopClassUid: SOP_CLASS.computedRadiography,
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      sizeBytes: bytes.length,
      origin: 'stow',
      pixelData: { offset: bytes.length - 16, length: 16, isEncapsulated: false },
    });
    expect(Buffer.from(await storage.objects.read(instance?.objectKey ?? ''))).toEqual(bytes);
    expect(instance?.metadata[TAG.PatientID]).toEqual({ vr: 'LO', Value: ['P1'] });
    expect(instance?.metadata[TAG.PixelData]).toBeUndefined();
    expect(outcome).toEqual({ status: 'stored', instance });
    expect(await storage.reservations()).toBe(0);
  });

  it('stores an instance without an image like any other', async () => {
    const bytes = dicomFile({ ...NO_IMAGE, SOPClassUID: SOP_CLASS.basicTextSr, Modality: 'SR' });
    const outcome = await storeBytes(storage.instances(), bytes);
    expect(outcome).toMatchObject({ status: 'stored', instance: { sopClassUid: SOP_CLASS.basicTextSr } });
    expect(outcome.status === 'stored' && 'pixelData' in outcome.instance).toBe(false);
  });

  it('reads a header longer than the first piece it looks at', async () => {
    const long = 'x'.repeat(60_000);
    const bytes = dicomFile({ TextValue: long, UnformattedTextValue: long, ImageComments: 'after' });
    const outcome = await storeBytes(storage.instances(), bytes);
    expect(outcome).toMatchObject({
      status: 'stored',
      instance: { pixelData: { offset: bytes.length - 16, length: 16 } },
    });
  });

  it('holds U+0000 inside a text without failing (jsonb cannot)', async () => {
    const bytes = dicomFile({ StudyDescription: 'wrist\0left', PatientID: 'A\0B' });
    expect((await storeBytes(storage.instances(), bytes)).status).toBe('stored');
  });
});

describe('storing an instance with absurd values', () => {
  it('does not fail on texts longer than an index entry can be', async () => {
    // Hexadecimal of random bytes, since PostgreSQL compresses what repeats itself.
    const long = randomBytes(15_000).toString('hex');
    const bytes = dicomFile({ PatientID: long, PatientName: long, AccessionNumber: long, Modality: long });
    expect((await storeBytes(storage.instances(), bytes)).status).toBe('stored');
    const [instance] = await storage.index.listInstances({ studyUid: '1.2.3' });
    expect(instance?.metadata[TAG.PatientID]?.Value).toEqual([long]);
  });
});

describe('storing the same SOP Instance UID again', () => {
  it('is a success that changes nothing when the bytes are identical', async () => {
    const bytes = dicomFile();
    const first = await storeBytes(storage.instances(), bytes);
    const again = await storeBytes(storage.instances(), bytes);
    expect(again.status).toBe('identical');
    expect(first.status === 'stored' && again.status === 'identical' && again.instance).toEqual(
      first.status === 'stored' && first.instance,
    );
    expect((await storage.files()).kept).toHaveLength(1);
    expect((await storage.files()).staged).toHaveLength(0);
  });

  it('is a success when only what stands before the data set differs, also of many at once', async () => {
    const others = [1, 2, 3, 4].map((mark) => {
      const bytes = dicomFile();
      bytes[0] = mark; // the preamble is whose who writes the file
      return bytes;
    });
    const instances = storage.instances();
    const outcomes = await Promise.all(others.map((bytes) => storeBytes(instances, bytes)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual([
      'identical',
      'identical',
      'identical',
      'stored',
    ]);
    const otherPixel = dicomFile();
    otherPixel[otherPixel.length - 1] = 0xff;
    expect((await storeBytes(instances, otherPixel)).status).toBe('refused');
  });

  it('is refused as a duplicate when the bytes differ, and the first stay', async () => {
    const bytes = dicomFile({ PatientID: 'P1' });
    await storeBytes(storage.instances(), bytes);
    const outcome = await storeBytes(storage.instances(), dicomFile({ PatientID: 'P2' }));
    expect(outcome).toMatchObject({ status: 'refused', failure: { kind: 'duplicate-instance' } });
    expect(outcome.status === 'refused' && outcome.failure.message).not.toMatch(/P1|P2/);
    const [instance] = await storage.index.listInstances({ studyUid: '1.2.3' });
    expect(Buffer.from(await storage.objects.read(instance?.objectKey ?? ''))).toEqual(bytes);
  });

  it('has one winner when many arrive at once, and leaves nothing of the others', async () => {
    const instances = storage.instances();
    const files = ['A', 'B', 'A', 'B', 'A', 'B', 'A', 'B'].map((id) => dicomFile({ PatientID: id }));
    const outcomes = await Promise.all(files.map((bytes) => storeBytes(instances, bytes)));
    expect(outcomes.filter(({ status }) => status === 'stored')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'identical')).toHaveLength(3);
    expect(outcomes.filter(({ status }) => status === 'refused')).toHaveLength(4);
    const files_ = await storage.files();
    expect(files_.kept).toHaveLength(1);
    expect(files_.staged).toHaveLength(0);
    expect(await storage.reservations()).toBe(0);
  });

  it('stores many instances of one new study at once without a deadlock', async () => {
    const instances = storage.instances();
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        storeBytes(
          instances,
          dicomFile({ SOPInstanceUID: `1.2.4.${index}`, SeriesInstanceUID: `1.2.3.${index % 3}` }),
        ),
      ),
    );
    expect(outcomes.every(({ status }) => status === 'stored')).toBe(true);
    expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toHaveLength(24);
  });
});

describe('refusing an instance, as a value', () => {
  const refusal = async (bytes: Uint8Array): Promise<string> => {
    const outcome = await storeBytes(storage.instances({ maxObjectBytes: 4096 }), bytes);
    return outcome.status === 'refused' ? outcome.failure.kind : outcome.status;
  };

  it.each([
    ['not-dicom', 'bytes that are no DICOM file', randomBytes(1000)],
    ['not-dicom', 'an empty body', Buffer.alloc(0)],
    ['missing-attribute', 'no Study Instance UID', dicomFile({ StudyInstanceUID: undefined })],
    ['invalid-uid', 'a UID that is a path', dicomFile({ SOPInstanceUID: '../../etc/passwd' })],
    ['malformed-dicom', 'a header that breaks off', dicomFile().subarray(0, 400)],
    ['too-large', 'more bytes than allowed', dicomFile({ PixelData: new Uint8Array(8192) })],
  ])('%s: %s', async (kind, _what, bytes) => {
    expect(await refusal(bytes)).toBe(kind);
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
    expect(await storage.reservations()).toBe(0);
  });

  it('study-mismatch names the study that was expected, and what the instance is', async () => {
    const outcome = await storage
      .instances()
      .store(inPieces(dicomFile()), { origin: 'stow', expectedStudyUid: '1.2.999' });
    expect(outcome).toMatchObject({
      status: 'refused',
      failure: { kind: 'study-mismatch' },
      identity: { sopInstanceUid: '1.2.3.1', sopClassUid: SOP_CLASS.computedRadiography },
    });
  });

  it('passes on an error of the body itself, and leaves nothing staged', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(dicomFile().subarray(0, 200));
      throw new PacsError('bad-request', 'the body broke off');
    }
    await expect(storage.instances().store(broken(), { origin: 'stow' })).rejects.toThrow('broke off');
    expect((await storage.files()).staged).toEqual([]);
  });
});

describe('hooks', () => {
  it('run once, inside and after the transaction, and not for an identical instance', async () => {
    const calls: string[] = [];
    const named = (name: string) => (instance: StoredInstance) => {
      calls.push(`${name} ${instance.sopInstanceUid}`);
    };
    const instances = storage.instances({
      hooks: {
        inTransaction: async (client, instance) => {
          const rows = await client.query('SELECT 1 FROM instance WHERE sop_instance_uid = $1', [
            instance.sopInstanceUid,
          ]);
          named(`inside sees ${String(rows.rowCount)}`)(instance);
        },
        afterCommit: named('after'),
      },
    });
    await storeBytes(instances, dicomFile());
    await storeBytes(instances, dicomFile());
    expect(calls).toEqual(['inside sees 1 1.2.3.1', 'after 1.2.3.1']);
  });
});
