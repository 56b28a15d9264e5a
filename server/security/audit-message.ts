/**
 * An audit event as a DICOM Audit Message. PS3.15 A.5.1 (schema), A.5.3 (messages); codes of PS3.16 CID 400 to 404.
 */
import type { AuditAction, AuditEvent } from './audit-event.ts';
import type { AuditRecord } from './audit-records.ts';
import { escapeMarkup } from './markup.ts';

type Code = readonly [value: string, meaning: string];

interface MessageKind {
  readonly event: Code;
  /** Create, Read, Update, Delete, Execute. */
  readonly actionCode: 'C' | 'R' | 'U' | 'D' | 'E';
  readonly type?: Code;
  /** What we are in it, where the message asks; an application otherwise. */
  readonly ownRole?: Code;
}

const ACCESSED: Code = ['110103', 'DICOM Instances Accessed'];
const TRANSFERRED: Code = ['110104', 'DICOM Instances Transferred'];
const ALERT: Code = ['110113', 'Security Alert'];
const ACTIVITY: Code = ['110100', 'Application Activity'];
const AUTHENTICATION: Code = ['110114', 'User Authentication'];
const APPLICATION: Code = ['110150', 'Application'];
const SOURCE: Code = ['110153', 'Source Role ID'];
const DESTINATION: Code = ['110152', 'Destination Role ID'];
const STUDY_UID: Code = ['110180', 'Study Instance UID'];

/** One row per action. */
export const AUDIT_MESSAGES: Readonly<Record<AuditAction, MessageKind>> = {
  'read-studies': { event: ACCESSED, actionCode: 'R' },
  'search-studies': { event: ['110112', 'Query'], actionCode: 'E', ownRole: DESTINATION },
  'store-instances': { event: TRANSFERRED, actionCode: 'C', ownRole: DESTINATION },
  'deliver-results': { event: TRANSFERRED, actionCode: 'R', ownRole: SOURCE },
  'delete-instances': { event: ['110105', 'DICOM Study Deleted'], actionCode: 'D' },
  'request-analysis': { event: ['110111', 'Procedure Record'], actionCode: 'C' },
  'review-findings': { event: ACCESSED, actionCode: 'U' },
  'read-audit': { event: ['110101', 'Audit Log Used'], actionCode: 'R' },
  'audit-quality': { event: ACTIVITY, actionCode: 'R' },
  'export-studies': { event: ['110106', 'Export'], actionCode: 'R', ownRole: SOURCE },
  'read-metrics': { event: ACTIVITY, actionCode: 'E' },
  administer: { event: ALERT, actionCode: 'E', type: ['110132', 'Use of Restricted Function'] },
  'change-access': { event: ALERT, actionCode: 'E', type: ['110137', 'User security Attributes Changed'] },
  'security-alert': { event: ALERT, actionCode: 'E', type: ['110126', 'Node Authentication'] },
  'sign-in': { event: AUTHENTICATION, actionCode: 'E', type: ['110122', 'Login'] },
  'sign-out': { event: AUTHENTICATION, actionCode: 'E', type: ['110123', 'Logout'] },
  'start-application': { event: ACTIVITY, actionCode: 'E', type: ['110120', 'Application Start'] },
  'stop-application': { event: ACTIVITY, actionCode: 'E', type: ['110121', 'Application Stop'] },
};

/** Every action there is. */
export const AUDIT_ACTIONS = Object.keys(AUDIT_MESSAGES) as readonly AuditAction[];

/** EventOutcomeIndicator: success, minor failure, serious failure. */
const OUTCOMES: Readonly<Record<AuditEvent['outcome'], string>> = { success: '0', refused: '4', failed: '8' };
/** NetworkAccessPointTypeCode of an IP address. */
const IP_ADDRESS = '2';

/** The message as XML, of what `sourceId` (our installation) has on record. */
export function auditMessageOf(record: AuditRecord, sourceId: string): string {
  const { event, actionCode, type, ownRole = APPLICATION } = AUDIT_MESSAGES[record.action];
  const requestor = {
    UserID: record.principalId,
    UserIsRequestor: 'true',
    ...(record.networkAddress !== undefined && {
      NetworkAccessPointID: record.networkAddress,
      NetworkAccessPointTypeCode: IP_ADDRESS,
    }),
  };
  const identification = {
    EventActionCode: actionCode,
    EventDateTime: record.at.toISOString(),
    EventOutcomeIndicator: OUTCOMES[record.outcome],
  };
  const details = {
    occurrences: String(record.occurrences),
    ...(record.detail !== undefined && { detail: record.detail }),
  };
  return element('AuditMessage', {}, [
    element('EventIdentification', identification, [
      coded('EventID', event),
      ...(type ? [coded('EventTypeCode', type)] : []),
    ]),
    element('ActiveParticipant', requestor, []),
    element('ActiveParticipant', { UserID: 'Osteon', UserIsRequestor: 'false' }, [
      coded('RoleIDCode', ownRole),
    ]),
    element('AuditSourceIdentification', { AuditSourceID: sourceId }, []),
    ...record.studyInstanceUids.map((uid) => objectElement(uid, 'Study Instance UID', STUDY_UID, details)),
    ...(record.studyInstanceUids.length === 0
      ? [objectElement(sourceId, 'Osteon', APPLICATION, details)]
      : []),
  ]);
}

/** A study is a system object (2) in the role of a report (3); we are one in the role of a security resource (13). */
function objectElement(
  id: string,
  name: string,
  type: Code,
  details: Readonly<Record<string, string>>,
): string {
  const role = type === STUDY_UID ? '3' : '13';
  return element(
    'ParticipantObjectIdentification',
    { ParticipantObjectID: id, ParticipantObjectTypeCode: '2', ParticipantObjectTypeCodeRole: role },
    [
      coded('ParticipantObjectIDTypeCode', type),
      element('ParticipantObjectName', {}, [escaped(name)]),
      ...Object.entries(details).map(([key, value]) =>
        element('ParticipantObjectDetail', { type: key, value: Buffer.from(value).toString('base64') }, []),
      ),
    ],
  );
}

function coded(name: string, [value, meaning]: Code): string {
  return element(name, { 'csd-code': value, codeSystemName: 'DCM', originalText: meaning }, []);
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: readonly string[],
): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return `<${name}${head.join('')}>${content.join('')}</${name}>`;
}

/** XML 1.0 takes no control characters, however they are written. */
function escaped(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  return escapeMarkup(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''));
}
