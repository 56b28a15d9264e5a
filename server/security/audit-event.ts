/**
 * What the audit trail records of one act, after the DICOM Audit Message (PS3.15 A.5) and FHIR AuditEvent.
 *
 * Trap: the trail is the one place where study UIDs and patient acts meet a name; it is not a log and never goes to one.
 */
import type { Permission } from './permission.ts';

/** What was done: by the permission that it took, or an act that takes none. */
export type AuditAction =
  | Permission
  | 'search-studies'
  | 'sign-in'
  | 'sign-out'
  | 'security-alert'
  | 'change-access'
  | 'start-application'
  | 'stop-application';

/** One act on the record. */
export interface AuditEvent {
  /** When it ended. */
  readonly at: Date;
  /** Id of the principal. */
  readonly principalId: string;
  readonly action: AuditAction;
  readonly outcome: 'success' | 'refused' | 'failed';
  /** Studies it was about; empty when none is known. */
  readonly studyInstanceUids: readonly string[];
  /** Network address of the client; absent for acts of the server itself. */
  readonly networkAddress?: string;
  /** How often, where many like it are told as one; absent: once. */
  readonly occurrences?: number;
  /** A few words: what was searched by, which key. Never a value that says something of a patient. */
  readonly detail?: string;
}
