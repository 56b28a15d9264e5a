import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readHeader } from '../../../dicom/read/part10-reader.ts';
import { asPacsError } from '../../../dicom/vocabulary/failure.ts';
import { importFiles } from '../../../server/ingest/import-files.ts';
import { importImage } from '../../../server/ingest/import-image.ts';
import { importReport } from '../../../server/ingest/import-report.ts';
import type { StoreOutcome } from '../../../server/ingest/store-instances.ts';

const DX = { modality: 'DX' };
let folder: string;
let stored: Map<string, Uint8Array>;

/** A store that reads headers for real and keeps bytes in memory. */
async function store(body: AsyncIterable<Uint8Array>): Promise<StoreOutcome> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  try {
    const header = readHeader(bytes);
    const status = stored.has(header.sopInstanceUid) ? 'identical' : 'stored';
    stored.set(header.sopInstanceUid, bytes);
    return {
      status,
      instance: {
        ...header,
        metadata: header.attributes,
        objectKey: '',
        sizeBytes: bytes.length,
        sha256: '',
        storedAt: new Date(0),
        origin: 'import',
      },
    };
  } catch (error) {
    return { status: 'refused', failure: asPacsError(error), identity: {} };
  }
}

const services = { instances: { store }, maxObjectBytes: 1_000_000 };

beforeEach(async () => {
  stored = new Map();
  folder = await mkdtemp(join(tmpdir(), 'osteon-import-'));
  await mkdir(join(folder, 'b'));
  const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'grey' } })
    .png()
    .toBuffer();
  await writeFile(join(folder, 'b', 'picture.misnamed'), png);
  await writeFile(join(folder, 'a.dcm'), await importImage(await sharp(png).jpeg().toBuffer(), DX));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('an import of a folder', () => {
  it('takes DICOM as it is and images by their first bytes, and says so of each', async () => {
    const progress: [number, number][] = [];
    const files = await importFiles([folder], DX, {
      ...services,
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(files.map(({ status }) => status)).toEqual(['stored', 'stored']);
    expect(progress).toEqual([
      [1, 2],
      [2, 2],
    ]);
    const again = await importFiles([folder], DX, services);
    expect(again.map(({ status }) => status)).toEqual(['identical', 'identical']);
  });

  it('refuses what it cannot use, each with its reason, and goes on', async () => {
    await writeFile(join(folder, 'b', 'empty'), '');
    await writeFile(join(folder, 'b', 'note.txt'), 'no radiograph');
    await writeFile(join(folder, 'b', 'zero.png'), Buffer.from('89504e470d0a1a0a', 'hex'));
    await writeFile(
      join(folder, 'b', 'large.jpg'),
      Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.alloc(1e6)]),
    );
    const files = await importFiles([folder, join(folder, 'nowhere')], DX, services);
    const reasons = files.flatMap((file) => (file.status === 'refused' ? [file.reason] : []));
    expect(files.filter(({ status }) => status === 'stored')).toHaveLength(2);
    expect(reasons).toHaveLength(5);
    expect(reasons).toContain('There is no such file or folder');
    expect(reasons.filter((reason) => reason.includes('1000003 bytes'))).toHaveLength(1);
  });

  it('leaves hidden files out and does not follow a link in circles', async () => {
    await writeFile(join(folder, '.hidden'), 'x');
    await symlink(folder, join(folder, 'circle'));
    expect(await importFiles([folder], DX, services)).toHaveLength(2);
  });
});

describe('the report of an import', () => {
  it('counts files by outcome and reason, with one for example', () => {
    const at = new Date(0);
    const study = {
      studyInstanceUid: '1.2',
      state: 'done',
      isBoneAgeRequested: false,
      arrivals: 1,
      covered: 1,
      dueAt: at,
      queuedAt: at,
      images: [{ sopInstanceUid: '1.2.1', state: 'rejected', reason: 'blank' }],
    } as const;
    const report = importReport(
      [
        { path: '/x/one.dcm', status: 'stored', studyInstanceUid: '1.2', sopInstanceUid: '1.2.1' },
        { path: '/x/two.txt', status: 'refused', reason: 'no DICOM' },
        { path: '/x/three.txt', status: 'refused', reason: 'no DICOM' },
      ],
      new Map([['1.2', study]]),
    );
    const rows = report.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows).toContainEqual(['2', 'refused', '—', 'two.txt', 'no DICOM']);
    expect(rows).toContainEqual(['1', 'stored', 'rejected', 'one.dcm', 'blank']);
  });
});
