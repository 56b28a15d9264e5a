/** What of requests goes on record, by the permission that their route demands. */
import express from 'express';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { errorHandler } from '../../../server/http/errors.ts';
import { auditRequests } from '../../../server/http/request-audit.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import type { AuditEvent } from '../../../server/security/audit-event.ts';
import { authenticateBy, requirePermission } from '../../../server/security/authentication.ts';
import { ANONYMOUS, LOCAL_PRINCIPAL } from '../../../server/security/principal.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const PERMISSIONS = ['administer', 'read-metrics', 'read-studies', 'deliver-results'] as const;

let server: LoopbackServer;
/** What each request left behind, in order. */
const noted: string[] = [];

beforeAll(async () => {
  const app = express();
  app.use(authenticateBy((request) => (request.headers.cookie ? LOCAL_PRINCIPAL : ANONYMOUS)));
  app.use(auditRequests(({ action, outcome }: AuditEvent) => noted.push(`${action}: ${outcome}`)));
  for (const permission of PERMISSIONS) {
    app.all(
      `/${permission}`,
      requirePermission(permission),
      (_request, response) => void response.send('done'),
    );
  }
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
});
afterAll(() => server.close());
beforeEach(() => {
  noted.length = 0;
});

it.each([
  { method: 'GET', permission: 'administer', letIn: [], refused: ['administer: refused'] },
  {
    method: 'POST',
    permission: 'administer',
    letIn: ['administer: success'],
    refused: ['administer: refused'],
  },
  { method: 'GET', permission: 'read-metrics', letIn: [], refused: [] },
  {
    method: 'GET',
    permission: 'read-studies',
    letIn: ['search-studies: success'],
    refused: ['search-studies: refused'],
  },
  { method: 'POST', permission: 'deliver-results', letIn: [], refused: ['deliver-results: refused'] },
])(
  'of $method with $permission: $letIn when let in, $refused when not',
  async ({ method, permission, letIn, refused }) => {
    for (const [headers, status, events] of [
      [{ cookie: 'known' }, 200, letIn],
      [{}, 401, refused],
    ] as const) {
      noted.length = 0;
      const response = await fetch(`${server.origin}/${permission}`, { method, headers });
      await response.text();
      expect(response.status).toBe(status);
      // An event comes when its answer is closed: one that must not come has had its time when the next one is there.
      const last = await fetch(`${server.origin}/read-studies`, { headers: { cookie: 'known' } });
      await last.text();
      await expect.poll(() => noted).toEqual([...events, 'search-studies: success']);
    }
  },
);
