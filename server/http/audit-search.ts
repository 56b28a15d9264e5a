/**
 * `/api/audit-trail`: the audit trail for those who may read it, as JSON, one event as a DICOM Audit Message, and as a page.
 */
import { Router, type Request } from 'express';
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import { AUDIT_ACTIONS, auditMessageOf } from '../security/audit-message.ts';
import { searchAuditTrail, type AuditRecord, type AuditSearch } from '../security/audit-records.ts';
import { requirePermission } from '../security/authentication.ts';
import type { Pool } from '../storage/database.ts';
import { AUDIT_PAGE_POLICY, auditPage } from './audit-page.ts';
import { requireValue } from './request-values.ts';

const MOST = 500;
const USUAL = 100;

const moment = z.iso
  .date()
  .or(z.iso.datetime({ offset: true, local: true }))
  .transform((text) => new Date(text));
const parameters = z.strictObject({
  principal: z.string().max(200).optional(),
  action: z.enum(AUDIT_ACTIONS).optional(),
  outcome: z.enum(['success', 'refused', 'failed']).optional(),
  study: z.string().refine(isUid).optional(),
  from: moment.optional(),
  to: moment.optional(),
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(MOST).default(USUAL),
});

export interface AuditSearchServices {
  readonly database: Pool;
  /** Names this installation in messages. */
  readonly sourceId: string;
}

/**
 * `GET /?principal=&action=&outcome=&study=&from=&to=&before=&limit=`, the newest first; `before` is the id that a page ends
 * with. `GET /page` is the same for people, `GET /:id` one event as XML.
 */
export function auditRouter({ database, sourceId }: AuditSearchServices): Router {
  const router = Router();
  router.get('/', requirePermission('read-audit'), async (request, response) => {
    const records = await searchAuditTrail(database, searchOf(request));
    response.set('Cache-Control', 'no-store').json({ events: records.map(resourceOf) });
  });
  router.get('/page', requirePermission('read-audit'), async (request, response) => {
    const search = searchOf(request);
    const records = await searchAuditTrail(database, search);
    response
      .set('Cache-Control', 'no-store')
      .set('Content-Security-Policy', AUDIT_PAGE_POLICY)
      .type('text/html')
      .send(auditPage(records, request.query, records.length === search.limit));
  });
  router.get('/:id', requirePermission('read-audit'), async (request, response) => {
    const { id } = request.params;
    const number = z.coerce
      .bigint()
      .min(0n)
      .max(2n ** 62n)
      .safeParse(id);
    const before = number.success ? String(number.data + 1n) : '0';
    const [record] = await searchAuditTrail(database, { before, limit: 1 });
    if (record === undefined || record.id !== id) throw new PacsError('not-found', 'There is no such event');
    response.set('Cache-Control', 'no-store').type('application/xml');
    response.send(`<?xml version="1.0" encoding="UTF-8"?>\n${auditMessageOf(record, sourceId)}\n`);
  });
  return router;
}

function searchOf(request: Request): AuditSearch {
  // A form sends what was left empty as an empty text.
  const given = Object.fromEntries(Object.entries(request.query).filter(([, value]) => value !== ''));
  const { principal, action, outcome, study, from, to, before, limit } = requireValue(
    parameters,
    given,
    'The search is not as expected',
  );
  return {
    limit,
    ...(principal !== undefined && { principalId: principal }),
    ...(action && { action }),
    ...(outcome && { outcome }),
    ...(study !== undefined && { studyInstanceUid: study }),
    ...(from && { from }),
    ...(to && { to }),
    ...(before !== undefined && { before }),
  };
}

function resourceOf(record: AuditRecord) {
  const { id, sequence, at, principalId, action, outcome, studyInstanceUids } = record;
  const { networkAddress, occurrences, detail } = record;
  return {
    id,
    sequence,
    at: at.toISOString(),
    principal: principalId,
    action,
    outcome,
    studies: studyInstanceUids,
    address: networkAddress,
    occurrences,
    detail,
  };
}
