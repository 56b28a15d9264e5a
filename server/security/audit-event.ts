/**
 * What the audit trail records of one act, after the DICOM Audit Message (PS3.15 A.5) and FHIR AuditEvent.
 *
 * Trap: the trail is the one place where study UIDs and patient acts meet a name; it is not a log and never goes to one.
 */
import type { Permission } from './permission.ts';

/** One act on the record. */
export interface AuditEvent {
  /** When it ended. */
  readonly at: Date;
  /** Id of the principal. */
  readonly principalId: string;
  /** What was done, by the permission that it took. */
  readonly action: Permission;
  readonly outcome: 'success' | 'refused' | 'failed';
  /** Studies it was about; empty when none is known. */
  readonly studyInstanceUids: readonly string[];
  /** Network address of the client; absent for acts of the server itself. */
  readonly networkAddress?: string;
}
