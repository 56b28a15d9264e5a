/**
 * Which results the list is narrowed to.
 */
import { RESULT_KINDS, type ResultKind } from './study-results.ts';
import { useWords } from './words.ts';

export interface ResultFilterProps {
  /** Absent: all studies. */
  readonly result: ResultKind | undefined;
  readonly onResult: (result: ResultKind | undefined) => void;
}

export function ResultFilter({ result, onResult }: ResultFilterProps) {
  const words = useWords();
  return (
    <label class="result-filter">
      <span>{words.aiResult}</span>
      <select
        value={result ?? ''}
        onChange={({ currentTarget }) => {
          onResult(RESULT_KINDS.find((kind) => kind === currentTarget.value));
        }}
      >
        <option value="">{words.allResults}</option>
        {RESULT_KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {words.resultKinds[kind]}
          </option>
        ))}
      </select>
    </label>
  );
}
