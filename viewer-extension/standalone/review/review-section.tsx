/**
 * The review in the panel: what can be decided about the selected finding and the image, what is undecided, who else
 * decides, and the signature.
 */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { isRejected, reviewStateOf, type OverlayFinding } from '../../core/findings.ts';
import { REVIEW_WORDS, type ReviewWords } from '../../core/review-messages.ts';
import { plainText } from '../../core/text.ts';
import type { ReviewView } from '../../core/review-sync.ts';
import type { StudyImage } from '../study.ts';
import { useWords } from '../words.ts';
import { BoneAgeReview } from './bone-age-review.tsx';
import { OtherReaders } from './other-readers.tsx';
import { ReasonList } from './reason-list.tsx';
import type { ReviewCommands } from './review-commands.ts';
import type { RegionEditing } from './use-region-editing.ts';
import type { StudyReviewing } from './use-review.ts';

/** Whether the buttons have keys. */
const KeysContext = createContext(true);

export interface ReviewSectionProps {
  readonly review: StudyReviewing;
  readonly commands: ReviewCommands;
  /** Absent where regions cannot be edited. */
  readonly editing?: RegionEditing | undefined;
  /** False where the keys belong to somebody else. */
  readonly hasKeys?: boolean;
  readonly selected: OverlayFinding | undefined;
  readonly image: StudyImage | undefined;
}

export function ReviewSection(props: ReviewSectionProps) {
  const { review, commands, editing, selected, image } = props;
  const words = REVIEW_WORDS[useWords().language];
  const { view } = review;
  if (!view?.remote?.reader.mayReview) return null;
  const count = review.questions.length;
  return (
    <KeysContext.Provider value={props.hasKeys ?? true}>
      <section class="review" aria-label={words.review}>
        <div class="panel-row">
          <h2>{words.review}</h2>
          <span class="panel-count" role="status">
            {count === 0 ? words.allDecided : words.undecided(count)}
          </span>
        </div>
        {selected && <FindingDecision {...props} selected={selected} words={words} />}
        {commands.asking === 'reason' && <ReasonList commands={commands} words={words} />}
        {editing?.hand && (
          <p class="panel-note">{editing.hand.mode === 'adjust' ? words.editHint : words.drawHint}</p>
        )}
        <BoneAgeReview review={review} image={image} words={words} />
        <div class="review-row">
          <Command label={words.noFracture} keyName="D" onClick={commands.noFracture} />
          {editing && (
            <>
              <Command
                label={words.addBox}
                keyName="B"
                onClick={() => {
                  editing.draw('box');
                }}
              />
              <Command
                label={words.addOutline}
                keyName="O"
                onClick={() => {
                  editing.draw('outline');
                }}
              />
            </>
          )}
          <Command label={words.agree} keyName="T" isOff={count === 0} onClick={commands.agree} />
          <Command label={words.undo} keyName="U" isOff={view.steps.length === 0} onClick={review.undo} />
        </div>
        <OtherReaders review={review} words={words} />
        <Signature {...props} view={view} words={words} />
        <State view={view} unmatched={review.unmatched} words={words} />
      </section>
    </KeysContext.Provider>
  );
}

function FindingDecision({
  commands,
  editing,
  selected,
  words,
}: ReviewSectionProps & { readonly selected: OverlayFinding; readonly words: ReviewWords }) {
  const isAdded = selected.isByReader === true;
  const state = reviewStateOf(selected);
  const isEdited = editing?.uid !== undefined && editing.uid === selected.trackingUid;
  return (
    <div class="review-row">
      {!isAdded && (
        <Command
          label={words.accept}
          keyName="Y"
          isPressed={state === 'accepted'}
          onClick={commands.accept}
        />
      )}
      <Command
        label={isAdded ? words.remove : words.reject}
        keyName="X"
        isPressed={isRejected(selected)}
        onClick={commands.reject}
      />
      {editing && (
        <Command
          label={isEdited ? words.endEdit : words.edit}
          keyName="E"
          isPressed={state === 'edited'}
          onClick={isEdited ? editing.end : commands.edit}
        />
      )}
    </div>
  );
}

function Signature({
  commands,
  review,
  view,
  words,
}: ReviewSectionProps & { readonly view: ReviewView; readonly words: ReviewWords }) {
  const reader = view.remote?.reader;
  const name = plainText(reader?.name ?? '');
  if (!reader?.maySign) return <p class="panel-note">{words.draftOnly}</p>;
  if (view.steps.length === 0) return null;
  if (commands.asking !== 'signature') {
    const isOff = review.questions.length > 0;
    return (
      <div class="review-row">
        <Command label={words.signAs(name)} keyName="V" isMain isOff={isOff} onClick={commands.sign} />
      </div>
    );
  }
  return (
    <div
      class="review-question"
      role="alertdialog"
      aria-label={words.sign}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        commands.cancel();
      }}
    >
      <p>{words.confirmSign(name)}</p>
      <div class="review-row">
        <button
          type="button"
          class="button review-main"
          ref={(button) => button?.focus()}
          onClick={commands.confirm}
        >
          {words.sign}
        </button>
        <button type="button" class="button" onClick={commands.cancel}>
          {words.cancel}
        </button>
      </div>
    </div>
  );
}

/** Whether everything has arrived, and what was refused. */
function State({
  view,
  unmatched,
  words,
}: {
  readonly view: ReviewView;
  readonly unmatched: number;
  readonly words: ReviewWords;
}) {
  const isKept = view.isOffline && view.unsent > 0;
  const saving = view.unsent > 0 ? words.saving : view.steps.length > 0 ? words.saved : '';
  return (
    <>
      <p class={isKept ? 'panel-note review-problem' : 'panel-note'} role="status">
        {isKept ? words.offline(view.unsent) : saving}
      </p>
      {unmatched > 0 && <p class="panel-note review-problem">{words.unmatched(unmatched)}</p>}
      {(view.hasChanged || view.refusal !== undefined) && (
        <p class="panel-note review-problem" role="alert">
          {view.hasChanged ? words.changed : plainText(view.refusal ?? '')}
        </p>
      )}
    </>
  );
}

interface CommandProps {
  readonly label: string;
  readonly keyName: string;
  readonly isPressed?: boolean;
  readonly isOff?: boolean;
  readonly isMain?: boolean;
  readonly onClick: () => void;
}

function Command({ label, keyName, isPressed, isOff = false, isMain = false, onClick }: CommandProps) {
  const hasKeys = useContext(KeysContext);
  return (
    <button
      type="button"
      class={isMain ? 'button review-main' : 'button'}
      aria-pressed={isPressed}
      aria-keyshortcuts={hasKeys ? keyName : undefined}
      disabled={isOff}
      onClick={onClick}
    >
      {label} {hasKeys && <kbd aria-hidden="true">{keyName}</kbd>}
    </button>
  );
}
