/**
 * Why a finding is rejected: the closed list, by click or by digit. "Another reason" asks which.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { REJECTED_FINDING_REASONS, type RejectedFindingReason } from '../../../dicom/vocabulary/review.ts';
import type { ReviewWords } from '../../core/review-messages.ts';
import { isTyped } from '../keys.ts';
import type { ReviewCommands } from './review-commands.ts';

const REASONS = Object.keys(REJECTED_FINDING_REASONS) as readonly RejectedFindingReason[];

export function ReasonList({
  commands,
  words,
}: {
  readonly commands: ReviewCommands;
  readonly words: ReviewWords;
}) {
  const [isOther, setOther] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const take = (reason: RejectedFindingReason) => {
    if (reason === 'other-reason') setOther(true);
    else commands.rejectFor(reason);
  };
  const onKey = useRef<(event: KeyboardEvent) => void>(() => undefined);
  onKey.current = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const reason = isOther || isTyped(event) ? undefined : REASONS[Number(event.key) - 1];
    if (event.key === 'Escape') commands.cancel();
    else if (reason) take(reason);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  useLayoutEffect(() => {
    list.current?.querySelector<HTMLElement>('button')?.focus();
    // Before all other keys of the page, wherever the focus is but in a field: digits are its answers.
    const listen = (event: KeyboardEvent) => {
      onKey.current(event);
    };
    window.addEventListener('keydown', listen, { capture: true });
    return () => {
      window.removeEventListener('keydown', listen, { capture: true });
    };
  }, []);
  return (
    <div class="review-question" role="group" aria-label={words.whyRejected} ref={list}>
      <p>{words.whyRejected}</p>
      {!isOther &&
        REASONS.map((reason, index) => (
          <button
            key={reason}
            type="button"
            class="review-reason"
            onClick={() => {
              take(reason);
            }}
          >
            <kbd aria-hidden="true">{index + 1}</kbd> {words.reasons[reason]}
          </button>
        ))}
      {isOther && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const comment = new FormData(event.currentTarget).get('comment');
            if (typeof comment === 'string' && comment.trim() !== '') {
              commands.rejectFor('other-reason', comment.trim());
            }
          }}
        >
          <label class="review-field">
            {words.comment}
            <input type="text" name="comment" maxLength={1000} required ref={(field) => field?.focus()} />
          </label>
        </form>
      )}
    </div>
  );
}
