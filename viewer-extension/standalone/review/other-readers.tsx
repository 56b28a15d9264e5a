/**
 * What other readers have decided and not signed, in words, as it comes.
 */
import type { ReviewWords } from '../../core/review-messages.ts';
import { findingsToDraw } from '../../core/findings.ts';
import type { OtherDraft } from '../../core/review-sync.ts';
import { monthsText, percentText, plainText } from '../../core/text.ts';
import { useWords } from '../words.ts';
import type { StudyReviewing } from './use-review.ts';

export function OtherReaders({
  review,
  words,
}: {
  readonly review: StudyReviewing;
  readonly words: ReviewWords;
}) {
  const others = review.view?.remote?.others ?? [];
  if (others.length === 0) return null;
  return (
    <div class="review-others" aria-live="polite">
      <h3>{words.others}</h3>
      {others.map((other) => (
        <Other key={other.reader} other={other} review={review} words={words} />
      ))}
    </div>
  );
}

function Other({
  other,
  review,
  words,
}: {
  readonly other: OtherDraft;
  readonly review: StudyReviewing;
  readonly words: ReviewWords;
}) {
  const { finding: said } = useWords();
  const drafted = review.drafted(other);
  // What the stored report holds already is no news of this reader.
  const stored = new Map((review.base?.findings ?? []).map((one) => [one.trackingUid, one.review] as const));
  const known = new Set((review.base?.statements ?? []).map(({ trackingUid }) => trackingUid));
  const fractures = findingsToDraw(drafted).flatMap(
    ({ review: decided, isByReader, probability, trackingUid = '' }) => {
      if (isByReader === true) return known.has(trackingUid) ? [] : [words.decisions.added];
      if (!decided || decided === stored.get(trackingUid)) return [];
      const why = decided.decision === 'rejected' ? ` (${words.reasons[decided.reason]})` : '';
      return [`${said.fracture} ${percentText(probability)}: ${words.decisions[decided.decision]}${why}`];
    },
  );
  const ages = (drafted?.findings ?? []).flatMap((one) => {
    const { review: decided, trackingUid } = one;
    if (one.kind !== 'bone-age' || !decided || decided === stored.get(trackingUid)) return [];
    return [`${said.boneAge} ${monthsText(one.months, said)}: ${words.decisions[decided.decision]}`];
  });
  const negatives = (drafted?.statements ?? []).flatMap(({ kind, trackingUid }) =>
    kind === 'no-fracture' && !known.has(trackingUid) ? [words.decisions['no-fracture']] : [],
  );
  const time = new Date(other.changedAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return (
    <div class="review-other">
      <p>
        <strong>{plainText(other.reader, 60)}</strong> · {time} · {words.notSigned}
      </p>
      <ul>
        {[...fractures, ...ages, ...negatives].map((line, index) => (
          <li key={index}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
