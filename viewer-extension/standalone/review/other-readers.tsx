/**
 * What other readers have decided and not signed, in words, as it comes.
 */
import type { ReviewWords } from '../../core/review-messages.ts';
import { findingsToDraw } from '../../core/findings.ts';
import type { OtherDraft } from '../../core/review-sync.ts';
import { monthsText, percentText, plainText } from '../../core/text.ts';
import { findingsOf } from '../../../dicom/vocabulary/finding.ts';
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
  const fractures = findingsToDraw(drafted).flatMap(({ review: decided, isByReader, probability }) => {
    if (isByReader === true) return [words.decisions.added];
    if (!decided) return [];
    const why = decided.decision === 'rejected' ? ` (${words.reasons[decided.reason]})` : '';
    return [`${said.fracture} ${percentText(probability)}: ${words.decisions[decided.decision]}${why}`];
  });
  const ages = findingsOf(drafted?.findings ?? [], 'bone-age').flatMap((age) => {
    const { review: decided } = age as typeof age & {
      review?: { decision: 'accepted' | 'edited' | 'rejected' };
    };
    return decided
      ? [`${said.boneAge} ${monthsText(age.months, said)}: ${words.decisions[decided.decision]}`]
      : [];
  });
  const negatives = (drafted?.statements ?? []).flatMap(({ kind }) =>
    kind === 'no-fracture' ? [words.decisions['no-fracture']] : [],
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
