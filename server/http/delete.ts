/**
 * DELETE of a study, a series or an instance. Not in PS3.18; the form is that of other DICOMweb servers: the address of
 * the resource, 204 without a body. Refused (403) unless the configuration allows it.
 */
import type { RequestHandler } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { principalOf } from '../security/authentication.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { selectionOf } from './web-address.ts';

/** Deletes what the path names. */
export function deleteInstances({ deletion }: DicomWebServices): RequestHandler {
  return async (request, response) => {
    if (!deletion) throw new PacsError('forbidden', 'Deleting is switched off here');
    await deletion.delete(selectionOf(request), {
      principalId: principalOf(request).id,
      ...(request.ip === undefined ? {} : { networkAddress: request.ip }),
    });
    response.status(204).end();
  };
}
