/**
 * The one error class and the one table that says what each kind of failure means on HTTP, in a STOW-RS or
 * C-STORE response, and to a person.
 *
 * Sources: HTTP status PS3.18 8.5; Failure Reason PS3.18 Table I.2-2 and PS3.7 Annex C; C-STORE status PS3.4 Table B.2-1.
 */

interface FailureMeaning {
  /** HTTP status of a request that fails as a whole for this reason. */
  readonly httpStatus: number;
  /** Failure Reason (0008,1197) and DIMSE status of one instance. */
  readonly failureReason: number;
  /** One line for people, without patient data. */
  readonly title: string;
}

/** One row per kind of failure. */
export const FAILURES = {
  'not-dicom': { httpStatus: 400, failureReason: 0xc000, title: 'The bytes are not a DICOM file' },
  'malformed-dicom': { httpStatus: 400, failureReason: 0xc000, title: 'The DICOM file is damaged' },
  'missing-attribute': { httpStatus: 400, failureReason: 0xa900, title: 'A required attribute is absent' },
  'invalid-uid': { httpStatus: 400, failureReason: 0xa900, title: 'A UID is not valid' },
  'invalid-value': { httpStatus: 400, failureReason: 0xa900, title: 'An attribute value is not valid' },
  'study-mismatch': {
    httpStatus: 409,
    failureReason: 0xc409,
    title: 'The instance belongs to another study',
  },
  'duplicate-instance': {
    httpStatus: 409,
    failureReason: 0x0111,
    title: 'Another object with this SOP Instance UID is stored already',
  },
  'unsupported-transfer-syntax': {
    httpStatus: 406,
    failureReason: 0xc122,
    title: 'The transfer syntax is not supported',
  },
  'unsupported-sop-class': {
    httpStatus: 409,
    failureReason: 0x0122,
    title: 'The SOP class is not supported for this',
  },
  'no-pixel-data': { httpStatus: 406, failureReason: 0xa900, title: 'The instance holds no pixel data' },
  'undecodable-pixels': { httpStatus: 406, failureReason: 0xc000, title: 'The pixel data cannot be decoded' },
  'too-large': { httpStatus: 413, failureReason: 0xa700, title: 'The object exceeds a configured limit' },
  'bad-request': { httpStatus: 400, failureReason: 0xc000, title: 'The request is not valid' },
  'not-found': { httpStatus: 404, failureReason: 0x0112, title: 'The resource does not exist' },
  'not-acceptable': {
    httpStatus: 406,
    failureReason: 0x0110,
    title: 'No acceptable media type can be produced',
  },
  'unsupported-media-type': {
    httpStatus: 415,
    failureReason: 0x0110,
    title: 'The media type is not supported',
  },
  'not-applicable': {
    httpStatus: 409,
    failureReason: 0x0110,
    title: 'The instance is not one for which this can be done',
  },
  'method-not-allowed': { httpStatus: 405, failureReason: 0x0110, title: 'The method is not allowed here' },
  unauthenticated: { httpStatus: 401, failureReason: 0x0124, title: 'Nobody has signed in' },
  forbidden: { httpStatus: 403, failureReason: 0x0124, title: 'The principal may not do this' },
  busy: { httpStatus: 503, failureReason: 0xa700, title: 'The server has too much to do at present' },
  'too-many-requests': {
    httpStatus: 429,
    failureReason: 0xa700,
    title: 'The client asks more often than it may',
  },
  'storage-unavailable': {
    httpStatus: 503,
    failureReason: 0xa700,
    title: 'Storage is not available at present',
  },
  'peer-unavailable': {
    httpStatus: 504,
    failureReason: 0xa702,
    title: 'The other system cannot be reached or broke off',
  },
  'peer-refused': {
    httpStatus: 502,
    failureReason: 0xa702,
    title: 'The other system refuses what was asked of it',
  },
  'model-invalid': { httpStatus: 500, failureReason: 0x0110, title: 'A model folder is not valid' },
  'model-failed': { httpStatus: 500, failureReason: 0x0110, title: 'A model could not be run' },
  'invalid-configuration': {
    httpStatus: 500,
    failureReason: 0x0110,
    title: 'The configuration is not valid',
  },
  internal: { httpStatus: 500, failureReason: 0x0110, title: 'Internal error' },
} as const satisfies Record<string, FailureMeaning>;

/** Every way Osteon can fail. */
export type FailureKind = keyof typeof FAILURES;

/**
 * The only error thrown across a file boundary. The message names the attribute or parameter, the shape of what
 * was found and what was expected; it never holds patient data or an attribute's value other than a UID.
 */
export class PacsError extends Error {
  override readonly name = 'PacsError';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Returns the error itself when it is ours, else wraps it as `fallback` with a message that repeats nothing of it. */
export function asPacsError(error: unknown, fallback: FailureKind = 'internal'): PacsError {
  return error instanceof PacsError
    ? error
    : new PacsError(fallback, FAILURES[fallback].title, { cause: error });
}
