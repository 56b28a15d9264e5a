/**
 * The result objects of an analysis, one row each. The report is the root: it is built last, since it names the others,
 * and stands first.
 *
 * Trap: everything here is a pure function of its input; the same input makes the same bytes.
 */
import type { ResultObject, ResultObjectKind, ResultSetInput } from './input.ts';
import { buildKeyObjects } from './key-object.ts';
import { buildPresentationStates } from './presentation-state.ts';
import { resultContext, type ResultContext } from './result-writer.ts';
import { buildSecondaryCaptures } from './secondary-capture.ts';
import { buildSegmentations } from './segmentation.ts';
import { buildReport } from './sr-document.ts';

export { compressedWithLoss } from './lossy-compression.ts';
export { resultSettingsKey } from './result-writer.ts';
export {
  CAPTURE_ENCODINGS,
  DEFAULT_CAPTURE_ENCODING,
  DEFAULT_REPORT_CLASS,
  DEFAULT_RESULT_OBJECTS,
  REPORT_CLASSES,
  RESULT_OBJECT_KINDS,
  type CaptureEncoding,
  type ReferencedInstance,
  type ReportClass,
  type ResultImage,
  type ResultObject,
  type ResultObjectKind,
  type ResultPixels,
  type ResultSetInput,
  type ResultSettings,
} from './input.ts';

/** What makes the objects of one kind; `earlier` are those of the kinds before it. */
type Builder = (context: ResultContext, earlier: readonly ResultObject[]) => readonly ResultObject[];

/** Every kind of result object, in the order in which they are built: each may refer to those before it. */
const BUILDERS: Readonly<Record<ResultObjectKind, Builder>> = {
  gsps: buildPresentationStates,
  seg: buildSegmentations,
  sc: buildSecondaryCaptures,
  kos: buildKeyObjects,
  sr: buildReport,
};

/**
 * The objects of one analysis: the report, then those of the kinds asked for, as far as there is something to say. An
 * outcome without findings, a rejection and a failure make a report as well. Throws `invalid-value`, `missing-attribute`,
 * `invalid-uid`, `study-mismatch` or `too-large` for input that would make an object the standard forbids.
 */
export function buildResultSet(input: ResultSetInput): readonly ResultObject[] {
  const context = resultContext(input);
  const built: ResultObject[] = [];
  for (const [kind, build] of Object.entries(BUILDERS)) {
    if (context.kinds.some((wanted) => wanted === kind)) built.push(...build(context, built));
  }
  return [...built.filter(({ kind }) => kind === 'sr'), ...built.filter(({ kind }) => kind !== 'sr')];
}
