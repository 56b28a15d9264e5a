/**
 * What a request says of the instance that it brings, and whether that is so.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceIdentity } from '../../dicom/vocabulary/instance.ts';

/** What is absent is not expected. */
export interface Expectations {
  /** The study named in the request; an instance of another is refused as `study-mismatch`. PS3.18 10.5. */
  readonly expectedStudyUid?: string;
  /** What the command says that it sends; another instance is refused as `invalid-value`. PS3.4 Table B.2-1, A9xx. */
  readonly expectedInstance?: Pick<InstanceIdentity, 'sopClassUid' | 'sopInstanceUid'>;
}

/** Throws `study-mismatch` or `invalid-value` where the instance is not what was announced. */
export function requireExpected(
  { studyInstanceUid, sopClassUid, sopInstanceUid }: Partial<InstanceIdentity>,
  { expectedStudyUid: study, expectedInstance: named }: Expectations,
): void {
  if (study !== undefined && studyInstanceUid !== study) {
    throw new PacsError(
      'study-mismatch',
      `Study Instance UID (0020,000D) is ${studyInstanceUid ?? 'absent'}; the request is for ${study}`,
    );
  }
  if (named && (sopClassUid !== named.sopClassUid || sopInstanceUid !== named.sopInstanceUid)) {
    throw new PacsError(
      'invalid-value',
      'SOP Class UID (0008,0016) or SOP Instance UID (0008,0018) is not the one that the request names',
    );
  }
}
