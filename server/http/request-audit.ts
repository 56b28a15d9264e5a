/**
 * Puts on record what requests did, by the permission that their route demands. PS3.15 A.5.
 *
 * What changes data for good is recorded where it is changed. Trap: values of a query say something of patients; the names
 * of its keys are kept, and those only of a query that was understood.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { AuditAction, AuditEvent } from '../security/audit-event.ts';
import { demandOn, principalOf } from '../security/authentication.ts';
import type { Permission } from '../security/permission.ts';

/** Recorded by whoever does it, when it is done; refused by its permission it is recorded here. */
const RECORDED_ELSEWHERE: ReadonlySet<Permission> = new Set([
  'delete-instances',
  'review-findings',
  'deliver-results',
  'export-studies',
]);
/** Monitors ask for it every few seconds. */
const UNREMARKABLE: ReadonlySet<Permission> = new Set(['read-metrics']);
/** An open page of administration asks for what it shows every few seconds; what it changes, it does by other methods. */
const UNREMARKABLE_TO_READ: ReadonlySet<Permission> = new Set(['administer']);
const MOST_DETAIL = 200;

const studiesOf = new WeakMap<Request, Set<string>>();

/** Says that a request was about a study which its address does not name. */
export function noteStudies(request: Request, studyInstanceUids: Iterable<string>): void {
  studiesOf.set(request, new Set([...(studiesOf.get(request) ?? []), ...studyInstanceUids]));
}

/** Notes each request that had to be allowed, once it is answered. Must come before the routes. */
export function auditRequests(note: (event: AuditEvent) => void): RequestHandler {
  return function auditRequest(request, response, next) {
    response.once('close', () => {
      const event = eventOf(request, response);
      if (event) note(event);
    });
    next();
  };
}

function eventOf(request: Request, response: Response): AuditEvent | undefined {
  const demand = demandOn(request);
  if (demand === undefined) return undefined;
  const { permission, isMet } = demand;
  const isElsewhere = isMet && RECORDED_ELSEWHERE.has(permission);
  // What does not exist was not read; what the client asked wrongly was not done.
  const { statusCode } = response;
  const isNothing = isMet && statusCode >= 400 && statusCode < 500;
  const isLook = isMet && request.method === 'GET' && UNREMARKABLE_TO_READ.has(permission);
  if (isElsewhere || isNothing || isLook || UNREMARKABLE.has(permission)) return undefined;
  const { study } = request.params;
  const studies = [...(studiesOf.get(request) ?? (typeof study === 'string' && isMet ? [study] : []))];
  const isSearch = permission === 'read-studies' && studies.length === 0;
  const action: AuditAction = isSearch ? 'search-studies' : permission;
  const keys = isSearch && isMet ? keysOf(request) : '';
  return {
    at: new Date(),
    principalId: principalOf(request).id,
    action,
    outcome: !isMet ? 'refused' : statusCode >= 500 ? 'failed' : 'success',
    studyInstanceUids: studies,
    ...(request.ip !== undefined && { networkAddress: request.ip }),
    ...(keys !== '' && { detail: keys }),
  };
}

function keysOf(request: Request): string {
  return Object.keys(request.query).toSorted().join(',').slice(0, MOST_DETAIL);
}
