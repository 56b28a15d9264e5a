/**
 * Bodies and parameters by their schema; whoever sends others is told what was wrong and where.
 */
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/**
 * What the schema makes of it.
 *
 * @param failing how a refusal begins, e.g. `The body is no signature`
 * @throws PacsError `bad-request`, naming each place and what is wrong there
 */
export function requireValue<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  failing: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const places = result.error.issues.map((issue) => {
    const { path } = issue;
    const message = issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys.length) : issue.message;
    return path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`;
  });
  throw new PacsError('bad-request', `${failing}: ${places.join('; ')}`);
}

/** They are not told: what is no known key may be anything, a name of a patient too. */
function unknownKeys(count: number): string {
  return count === 1 ? 'one key is not known here' : `${count} keys are not known here`;
}
