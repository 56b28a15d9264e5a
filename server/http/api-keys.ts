/**
 * `/api/keys`: the keys of programs. A key is told once, when it is made.
 */
import { json, Router, type Request } from 'express';
import { z } from 'zod';
import type { ApiKey, ApiKeys } from '../security/api-key.ts';
import type { AuditEvent } from '../security/audit-event.ts';
import { principalOf, requirePermission } from '../security/authentication.ts';
import { ALL_PERMISSIONS } from '../security/permission.ts';
import { ROLE_NAMES } from '../security/role.ts';
import { requireValue } from './request-values.ts';

const newKey = z.strictObject({
  id: z.string().max(40),
  roles: z.array(z.enum(ROLE_NAMES)).min(1),
  permissions: z.array(z.enum([...ALL_PERMISSIONS])).optional(),
  days: z.int().min(1).max(3650).optional(),
});
const DAY_MS = 86_400_000;

export interface ApiKeysServices {
  readonly keys: ApiKeys;
  readonly record: (event: AuditEvent) => Promise<void>;
}

/** `GET /` lists keys; `POST / {id, roles, permissions?, days?}` makes one and answers 201 with it; `DELETE /:id` takes it back. */
export function apiKeysRouter({ keys, record }: ApiKeysServices): Router {
  const router = Router();
  const noteChange = (request: Request, detail: string): Promise<void> =>
    record({
      at: new Date(),
      principalId: principalOf(request).id,
      action: 'change-access',
      outcome: 'success',
      studyInstanceUids: [],
      detail,
      ...(request.ip !== undefined && { networkAddress: request.ip }),
    });
  router.get('/', requirePermission('administer'), async (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ keys: (await keys.list()).map(resourceOf) });
  });
  router.post('/', requirePermission('administer'), json({ limit: '16kb' }), async (request, response) => {
    const { id, roles, permissions, days } = requireValue(newKey, request.body, 'The body describes no key');
    const key = await keys.create({
      id,
      roles,
      createdBy: principalOf(request).id,
      ...(permissions && { permissions }),
      ...(days !== undefined && { expiresAt: new Date(Date.now() + days * DAY_MS) }),
    });
    await noteChange(request, `made the key ${id}`);
    response.status(201).set('Cache-Control', 'no-store').json({ id, key });
  });
  router.delete('/:id', requirePermission('administer'), async (request, response) => {
    const { id } = request.params;
    const known = typeof id === 'string' ? id : '';
    await keys.revoke(known);
    await noteChange(request, `took back the key ${known}`);
    response.status(204).end();
  });
  return router;
}

function resourceOf({ id, roles, permissions, createdAt, createdBy, expiresAt, revokedAt }: ApiKey) {
  return {
    id,
    roles,
    permissions,
    createdAt: createdAt.toISOString(),
    createdBy,
    expiresAt: expiresAt?.toISOString(),
    revokedAt: revokedAt?.toISOString(),
  };
}
