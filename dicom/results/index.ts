/**
 * The result objects of an analysis, one row each. The report comes first: it is the root that tells the rest.
 *
 * Trap: everything here is a pure function of its input; the same input makes the same bytes.
 */
import type { ResultObject, ResultSetInput } from './input.ts';
import { buildPresentationStates } from './presentation-state.ts';
import { resultContext, type ResultContext } from './result-writer.ts';
import { buildReport } from './sr-document.ts';

export type { ReferencedInstance, ResultImage, ResultObject, ResultSetInput } from './input.ts';

/** Every kind of result object, in the order they are stored. Adding one is adding its file and a row. */
const RESULT_OBJECTS: readonly ((context: ResultContext) => readonly ResultObject[])[] = [
  buildReport,
  buildPresentationStates,
];

/**
 * The objects of one analysis: the SR, then a GSPS for each image with localised findings. An outcome without findings,
 * a rejection and a failure make an SR as well. Throws `invalid-value`, `missing-attribute`, `invalid-uid` or
 * `study-mismatch` for input that would make an object the standard forbids.
 */
export function buildResultSet(input: ResultSetInput): readonly ResultObject[] {
  const context = resultContext(input);
  return RESULT_OBJECTS.flatMap((build) => build(context));
}
