/**
 * What a reader does in a review, as commands: of buttons and of keys alike.
 */
import { useLayoutEffect, useState } from 'preact/hooks';
import type { RejectedFindingReason } from '../../../dicom/vocabulary/review.ts';
import type { OverlayFinding } from '../../core/findings.ts';
import { useKeys } from '../keys.ts';
import type { StudyImage } from '../study.ts';
import { addedName, type RegionEditing } from './use-region-editing.ts';
import type { StudyReviewing } from './use-review.ts';

export interface ReviewCommands {
  readonly accept: () => void;
  /** Asks for the reason; takes away what a reader added. */
  readonly reject: () => void;
  readonly rejectFor: (reason: RejectedFindingReason, comment?: string) => void;
  readonly edit: () => void;
  readonly noFracture: () => void;
  readonly agree: () => void;
  /** Asks whether to sign; `confirm` signs. */
  readonly sign: () => void;
  readonly confirm: () => void;
  readonly cancel: () => void;
  /** What is being asked. */
  readonly asking?: 'reason' | 'signature' | undefined;
}

export interface ReviewCommandProps {
  readonly review: StudyReviewing;
  /** Absent where regions cannot be edited. */
  readonly editing?: RegionEditing | undefined;
  /** False where the keys belong to somebody else. */
  readonly hasKeys?: boolean;
  readonly image: StudyImage | undefined;
  readonly selected: OverlayFinding | undefined;
  readonly fractures: readonly OverlayFinding[];
  readonly onSelect: (finding: OverlayFinding) => void;
}

export function useReviewCommands(props: ReviewCommandProps): ReviewCommands {
  const { review, editing, image, selected, fractures, hasKeys = true } = props;
  const [asking, setAsking] = useState<ReviewCommands['asking']>();
  const mayReview = review.view?.remote?.reader.mayReview === true;
  const uid = selected?.trackingUid ?? '';
  const mayDecide = mayReview && uid !== '';
  // The reason is asked of one finding: the answer must not go to another.
  useLayoutEffect(() => {
    setAsking((now) => (now === 'reason' ? undefined : now));
  }, [uid]);

  const goOn = () => {
    setAsking(undefined);
    const open = new Set(
      review.questions.flatMap((question) =>
        question.kind === 'finding' ? [question.finding.trackingUid] : [],
      ),
    );
    const next = fractures.find(({ trackingUid }) => trackingUid !== uid && open.has(trackingUid ?? ''));
    if (next) props.onSelect(next);
  };
  const commands: ReviewCommands = {
    asking,
    accept: () => {
      if (!mayDecide || selected?.isByReader === true) return;
      review.take({ kind: 'accept', finding: uid });
      goOn();
    },
    reject: () => {
      if (!mayDecide) return;
      if (selected?.isByReader !== true) setAsking('reason');
      else {
        editing?.end();
        review.take({ kind: 'remove-added', fracture: addedName(uid) });
      }
    },
    rejectFor: (reason, comment) => {
      if (!mayDecide) return;
      review.take({ kind: 'reject', finding: uid, reason, ...(comment ? { comment } : {}) });
      goOn();
    },
    edit: () => {
      if (mayDecide && selected) editing?.begin(selected);
    },
    noFracture: () => {
      if (!mayReview || !image) return;
      const { address, frameNumber } = image;
      review.take({ kind: 'no-fracture', image: { sopInstanceUid: address.sopInstanceUid, frameNumber } });
    },
    agree: () => {
      if (mayReview && review.questions.length > 0) review.take({ kind: 'agree' });
    },
    sign: () => {
      if (review.view?.remote?.reader.maySign === true && review.questions.length === 0)
        setAsking('signature');
    },
    confirm: () => {
      setAsking(undefined);
      void review.sign();
    },
    cancel: () => {
      setAsking(undefined);
    },
  };
  useKeys(
    mayReview && hasKeys
      ? {
          y: commands.accept,
          x: commands.reject,
          e: commands.edit,
          b: () => {
            editing?.draw('box');
          },
          o: () => {
            editing?.draw('outline');
          },
          d: commands.noFracture,
          t: commands.agree,
          u: review.undo,
          v: commands.sign,
        }
      : {},
  );
  return commands;
}
