/**
 * `/api/imports`: a JPEG or PNG radiograph in, a Secondary Capture Image in a study of its own out. DICOM goes to STOW-RS.
 */
import { Router, type Request } from 'express';
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { importImage, type ImageDescription } from '../ingest/import-image.ts';
import { oneChunk } from '../ingest/one-chunk.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import { createGate } from '../operations/gate.ts';
import { requirePermission } from '../security/authentication.ts';
import { parseMediaType } from './media-type.ts';
import { noteStudies } from './request-audit.ts';
import { requireValue } from './request-values.ts';

const TYPES = ['image/jpeg', 'image/png'];

const parameters = z.strictObject({
  modality: z.enum(['DX', 'CR', 'RG', 'XC', 'OT']).default('DX'),
  sex: z.enum(['M', 'F']).optional(),
  age: z.coerce.number().int().min(0).max(120).optional(),
  bodyPart: z
    .string()
    .regex(/^[A-Z0-9 _]{1,16}$/)
    .optional(),
  title: z.string().max(200).optional(),
});

export interface ImportServices {
  readonly instances: Pick<InstanceStore, 'store'>;
  /** Larger pictures are refused. */
  readonly maxObjectBytes: number;
}

/** `POST ?title=&modality=&sex=&age=&bodyPart=` with the picture as body; answers 201 with the UIDs, 200 when it was there already. */
export function importsRouter({ instances, maxObjectBytes }: ImportServices): Router {
  const router = Router();
  // Pictures are decoded whole, so one at a time.
  const gate = createGate(1);
  router.post('/', requirePermission('store-instances'), async (request, response) => {
    const type = parseMediaType(request.get('content-type') ?? '')?.name;
    if (type === undefined || !TYPES.includes(type)) {
      throw new PacsError('unsupported-media-type', `Content-Type must be ${TYPES.join(' or ')}`);
    }
    const description = descriptionOf(request.query);
    const outcome = await gate.pass(async () => {
      const file = await wholeBody(request, maxObjectBytes);
      return await instances.store(oneChunk(await importImage(file, description)), { origin: 'import' });
    });
    if (outcome.status === 'refused') throw outcome.failure;
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = outcome.instance;
    noteStudies(request, [studyInstanceUid]);
    response
      .status(outcome.status === 'stored' ? 201 : 200)
      .json({ status: outcome.status, studyInstanceUid, seriesInstanceUid, sopInstanceUid });
  });
  return router;
}

function descriptionOf(given: unknown): ImageDescription {
  const { modality, sex, age, bodyPart, title } = requireValue(
    parameters,
    given,
    'The picture is not described as expected',
  );
  return {
    modality,
    ...(sex && { sex }),
    ...(age !== undefined && { ageYears: age }),
    ...(bodyPart !== undefined && { bodyPart }),
    ...(title !== undefined && { title }),
  };
}

async function wholeBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new PacsError('too-large', `The picture has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
