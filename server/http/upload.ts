/**
 * `POST /api/upload`: a JPEG, PNG or DICOM file in, a name for `/api/predict` out. For programs that know no DICOM.
 *
 * The name follows from the SOP Instance UID, never from what the sender calls the file: names of files often are names of
 * patients. The file comes as the body, or as the part of a form that has a file name (RFC 7578).
 */
import type { Request, Router } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { importImage } from '../ingest/import-image.ts';
import { oneChunk } from '../ingest/one-chunk.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import { createGate } from '../operations/gate.ts';
import { requirePermission } from '../security/authentication.ts';
import { parseMediaType } from './media-type.ts';
import { boundaryOf, readMultipart } from './multipart.ts';

export interface UploadServices {
  readonly instances: Pick<InstanceStore, 'store'>;
  /** Larger files are refused. */
  readonly maxObjectBytes: number;
}

const MOST_PARTS = 20;
const FILE_NAME = /;\s*filename\*?=/i;

/** Answers 201 with `{filename}`, 200 when the file was there already. */
export function addUploadRoute(router: Router, { instances, maxObjectBytes }: UploadServices): void {
  // Files are held whole, so one at a time.
  const gate = createGate(1);
  router.post('/upload', requirePermission('store-instances'), async (request, response) => {
    const outcome = await gate.pass(async () => {
      const file = await fileOf(request, maxObjectBytes);
      if (isDicom(file)) return await instances.store(oneChunk(file), { origin: 'stow' });
      if (!isPicture(file)) {
        throw new PacsError('unsupported-media-type', 'The file is none of JPEG, PNG and DICOM');
      }
      return await instances.store(oneChunk(await importImage(file, { modality: 'DX' })), { origin: 'import' });
    });
    if (outcome.status === 'refused') throw outcome.failure;
    const filename = filenameOf(outcome.instance.sopInstanceUid);
    response.status(outcome.status === 'stored' ? 201 : 200).json({ filename });
  });
} // prettier-ignore

/** The name of an uploaded file. */
export function filenameOf(sopInstanceUid: string): string {
  return `${sopInstanceUid}.dcm`;
}

/** By its first bytes, whatever the sender calls it. */
function isPicture(file: Uint8Array): boolean {
  return ['ffd8ff', '89504e470d0a1a0a'].some((magic) =>
    Buffer.from(file.subarray(0, 8)).toString('hex').startsWith(magic),
  );
}

/** PS3.10 7.1: 128 bytes of preamble, then the prefix. */
function isDicom(file: Uint8Array): boolean {
  return Buffer.from(file.subarray(128, 132)).toString('latin1') === 'DICM';
}

async function fileOf(request: Request, maxBytes: number): Promise<Uint8Array> {
  const type = parseMediaType(request.get('content-type') ?? '');
  if (type?.name !== 'multipart/form-data') return await collect(request, maxBytes);
  const limits = { maxBodyBytes: maxBytes + 1_000_000, maxParts: MOST_PARTS, maxHeaderBytes: 16_384 };
  for await (const { headers, body } of readMultipart(request, boundaryOf(type), limits)) {
    if (!FILE_NAME.test(headers.get('content-disposition') ?? '')) continue;
    const file = await collect(body, maxBytes);
    request.resume();
    return file;
  }
  throw new PacsError('bad-request', 'The form holds no file; expected one part with a file name');
}

async function collect(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new PacsError('too-large', `The file has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
