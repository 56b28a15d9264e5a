/**
 * The operations of `/api` for those who keep the server, and those that describe it.
 */
import type { Operation } from './operations.ts';

const FOR_ADMINISTRATORS = { group: 'Routing and delivery', needs: 'administer' } as const;
const OPEN = { group: 'This description', needs: 'open' } as const;

const FOR_READERS_OF_THE_TRAIL = { group: 'Access', needs: 'read-audit', method: 'get' } as const;

const AUDIT_SEARCH = {
  principal: 'Who did it',
  action: 'What was done',
  outcome: 'success, refused or failed',
  study: 'Study Instance UID',
  from: 'A date or a moment, ISO 8601',
  to: 'Up to here, exclusive',
  before: 'Id that the page before ended with',
  limit: 'Most events: up to 500',
} as const;

export const ADMINISTRATION_OPERATIONS: readonly Operation[] = [
  {
    ...FOR_ADMINISTRATORS,
    method: 'get',
    path: '/node',
    summary: 'What to type into a modality or PACS so that it can send here',
    gives: [{ status: 200, meaning: 'AE title, ports and DICOMweb root', schema: 'Node' }],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'get',
    path: '/routing',
    summary: 'The routing rules that hold, and the faults of the file as it is now',
    gives: [{ status: 200, meaning: 'Rules and faults', schema: 'Routing' }],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'post',
    path: '/routing/reload',
    summary: 'Reads the routing file again',
    gives: [{ status: 200, meaning: 'Rules and faults after it', schema: 'Routing' }],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'post',
    path: '/routing/explanations',
    summary: 'Says what rules make of a stored study, and why; `rules` may be the text of a draft',
    takes: 'ExplanationRequest',
    gives: [{ status: 200, meaning: 'In words', schema: 'Explanation' }],
    fails: [400, 404],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'get',
    path: '/destinations',
    summary: 'Where results go, and how that stands',
    gives: [
      {
        status: 200,
        meaning: 'Those of the routing file, then those it names no more',
        schema: 'Destinations',
      },
    ],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'post',
    path: '/destinations/{name}/echo',
    summary: 'Asks a destination whether it is there',
    gives: [{ status: 200, meaning: 'Whether it is, also where it is not', schema: 'Echo' }],
    fails: [404],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'post',
    path: '/destinations/{name}/retry',
    summary: 'Begins all dead letters of a destination anew, and tries it at once',
    gives: [{ status: 200, meaning: 'How many there were', schema: 'Revived' }],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'get',
    path: '/deliveries',
    summary: 'Deliveries, the newest first',
    query: { state: 'waiting, sending, delivered or dead', limit: '1 to 1000; default 100' },
    gives: [{ status: 200, meaning: 'Deliveries', schema: 'Deliveries' }],
    fails: [400],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'post',
    path: '/deliveries/{id}/retry',
    summary: 'Begins a dead letter anew',
    gives: [{ status: 200, meaning: 'It waits', schema: 'Revived' }],
    fails: [404],
  },
  {
    ...FOR_ADMINISTRATORS,
    method: 'get',
    path: '/throughput',
    summary: 'What went through in each of the last 24 hours',
    gives: [{ status: 200, meaning: 'Hours, the running one last', schema: 'Throughput' }],
  },
  {
    ...FOR_ADMINISTRATORS,
    group: 'Access',
    method: 'get',
    path: '/keys',
    summary: 'The keys of programs',
    gives: [{ status: 200, meaning: 'Without the keys themselves', schema: 'Keys' }],
  },
  {
    ...FOR_ADMINISTRATORS,
    group: 'Access',
    method: 'post',
    path: '/keys',
    summary: 'Makes a key',
    takes: 'KeyRequest',
    gives: [{ status: 201, meaning: 'The key, which is told this once', schema: 'NewKey' }],
    fails: [400, 409],
  },
  {
    ...FOR_ADMINISTRATORS,
    group: 'Access',
    method: 'delete',
    path: '/keys/{id}',
    summary: 'Takes a key back',
    gives: [{ status: 204, meaning: 'It is no use any more' }],
    fails: [404],
  },
  {
    ...OPEN,
    method: 'get',
    path: '/openapi.json',
    summary: 'This description for programs',
    gives: [{ status: 200, meaning: 'OpenAPI 3.1', type: 'application/json' }],
  },
  {
    ...OPEN,
    method: 'get',
    path: '/docs',
    summary: 'This description for people',
    gives: [{ status: 200, meaning: 'A page', type: 'text/html' }],
  },
  {
    ...OPEN,
    method: 'get',
    path: '/docs/style.css',
    summary: 'The looks of that page',
    gives: [{ status: 200, meaning: 'A style sheet', type: 'text/css' }],
  },
  {
    ...FOR_READERS_OF_THE_TRAIL,
    path: '/audit-trail',
    summary: 'The audit trail, the newest first',
    query: AUDIT_SEARCH,
    gives: [{ status: 200, meaning: 'Events', schema: 'AuditTrail' }],
    fails: [400],
  },
  {
    ...FOR_READERS_OF_THE_TRAIL,
    path: '/audit-trail/page',
    summary: 'The same as a page',
    query: AUDIT_SEARCH,
    gives: [{ status: 200, meaning: 'The page', type: 'text/html' }],
    fails: [400],
  },
  {
    ...FOR_READERS_OF_THE_TRAIL,
    path: '/audit-trail/{id}',
    summary: 'One event as a DICOM Audit Message (PS3.15 A.5)',
    gives: [{ status: 200, meaning: 'The message', type: 'application/xml' }],
    fails: [404],
  },
];
