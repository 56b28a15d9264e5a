/**
 * The audit of quality put together from the parts of the server.
 */
import type { Router } from 'express';
import type { Analysis } from './analysis/index.ts';
import { auditRouter } from './http/audit.ts';
import { AuditedStudies } from './qa/audited-studies.ts';
import type { ExportServices } from './qa/deidentified-export.ts';
import { recordAuditEvent } from './security/audit-trail.ts';
import type { Pool } from './storage/database.ts';

/** What it needs of the rest. */
export interface QualityParts extends ExportServices {
  readonly pool: Pool;
  readonly analysis: Pick<Analysis, 'models'>;
}

/** Makes its router. */
export function openQuality({ pool, analysis, ...services }: QualityParts): Router {
  return auditRouter({
    database: pool,
    studies: new AuditedStudies(pool, services.objects),
    index: services.index,
    exports: { ...services, models: analysis.models, record: (event) => recordAuditEvent(pool, event) },
  });
}
