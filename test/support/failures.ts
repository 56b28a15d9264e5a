/** Asserts on failures: which kind of `PacsError`, nothing else counts. */
import { PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';

/** The kind of the PacsError that `act` throws; `undefined` when it returns; any other error goes through. */
export function kindOf(act: () => unknown): FailureKind | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof PacsError) return error.kind;
    throw error;
  }
}

/** The same for what a promise rejects with. */
export async function kindOfRejection(promise: Promise<unknown>): Promise<FailureKind | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof PacsError) return error.kind;
    throw error;
  }
}
