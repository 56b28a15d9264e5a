/**
 * `GET /api/audit/export`: de-identified copies of the studies that a filter means, as a ZIP archive. `docs/qa.md` says what
 * is in it.
 *
 * Trap: it is put on record before the first byte leaves, since what has left cannot be called back.
 */
import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import { LICENCE_NOTICE } from '../../dicom/sr/image-statements.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { INTENDED_USE_NOTICE, type ModelIdentity } from '../../dicom/vocabulary/finding.ts';
import { MANUFACTURER } from '../../dicom/vocabulary/uids.ts';
import { deidentifiedFiles, type ExportServices } from '../qa/deidentified-export.ts';
import type { LabelledStudy } from '../qa/statistics/csv.ts';
import { zipArchive } from '../qa/zip-archive.ts';
import type { AuditEvent } from '../security/audit-event.ts';
import { principalOf } from '../security/authentication.ts';
import type { Request } from 'express';

export interface ExportRouteServices extends ExportServices {
  /** Models of this installation: their names stay in what is exported. */
  readonly models: readonly Pick<ModelIdentity, 'name' | 'version' | 'manufacturer'>[];
  /** Puts an event on record; resolves when it is. */
  readonly record: (event: AuditEvent) => Promise<void>;
}

/** Sends the archive of the studies that a request means. Throws `not-applicable` for none. */
export function exportStudies(
  services: ExportRouteServices,
  studiesOf: (request: Request) => Promise<readonly LabelledStudy[]>,
): RequestHandler {
  const plainTexts = new Set([
    ...[MANUFACTURER, INTENDED_USE_NOTICE, LICENCE_NOTICE],
    ...services.models.flatMap(({ name, version, manufacturer }) => [name, version, manufacturer]),
  ]);
  return async function exportStudies(request, response) {
    const studies = await studiesOf(request);
    if (studies.length === 0) throw new PacsError('not-applicable', 'No study is left to be exported');
    await services.record({
      at: new Date(),
      principalId: principalOf(request).id,
      action: 'export-studies',
      outcome: 'success',
      studyInstanceUids: studies.map(({ studyInstanceUid }) => studyInstanceUid),
      ...(request.ip !== undefined && { networkAddress: request.ip }),
      detail: 'de-identified',
    });
    response
      .set({
        'Cache-Control': 'no-store',
        'Content-Disposition': 'attachment; filename="deidentified-studies.zip"',
      })
      .type('application/zip');
    const files = deidentifiedFiles(services, studies, { secret: randomBytes(32), plainTexts });
    await pipeline(zipArchive(files), response);
  };
}
