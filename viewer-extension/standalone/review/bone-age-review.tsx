/**
 * The bone age of the image on the screen: agreed with, or given anew in years and months.
 */
import { useEffect, useState } from 'preact/hooks';
import { findingsOf, type Finding } from '../../../dicom/vocabulary/finding.ts';
import type { Review } from '../../../dicom/vocabulary/review.ts';
import type { ReviewWords } from '../../core/review-messages.ts';
import type { StudyImage } from '../study.ts';
import type { StudyReviewing } from './use-review.ts';

const MOST_YEARS = 25;

export interface BoneAgeReviewProps {
  readonly review: StudyReviewing;
  readonly image: StudyImage | undefined;
  readonly words: ReviewWords;
}

export function BoneAgeReview({ review, image, words }: BoneAgeReviewProps) {
  const ages: readonly (Finding<'bone-age'> & { readonly review?: Review; readonly trackingUid?: string })[] =
    findingsOf(review.open.report?.findings ?? [], 'bone-age');
  const age = ages.find(({ source }) => source.sopInstanceUid === image?.address.sopInstanceUid) ?? ages[0];
  const whole = Math.round(age?.months ?? 0);
  const [problem, setProblem] = useState(false);
  const [years, setYears] = useState('');
  const [months, setMonths] = useState('');
  useEffect(() => {
    setYears(String(Math.floor(whole / 12)));
    setMonths(String(whole % 12));
    setProblem(false);
  }, [whole, age?.trackingUid]);
  if (!age?.trackingUid) return null;
  const finding = age.trackingUid;
  const decision = age.review?.decision;
  return (
    <form
      class="review-age"
      aria-label={words.boneAge}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const [wholeYears, wholeMonths] = [Number(years), Number(months)];
        const isAge = isWhole(wholeYears, MOST_YEARS) && isWhole(wholeMonths, 11) && years !== '';
        setProblem(!isAge);
        if (!isAge) return;
        const corrected = 12 * wholeYears + wholeMonths;
        review.take(
          corrected === whole && decision !== 'edited'
            ? { kind: 'accept', finding }
            : { kind: 'bone-age', finding, months: corrected },
        );
      }}
    >
      <span class="review-age-name">{words.boneAge}</span>
      <button
        type="button"
        class="button"
        aria-pressed={decision === 'accepted'}
        onClick={() => {
          review.take({ kind: 'accept', finding });
        }}
      >
        {words.accept}
      </button>
      <AgeField label={words.years} value={years} onValue={setYears} />
      <AgeField label={words.months} value={months} onValue={setMonths} />
      <button type="submit" class="button" aria-pressed={decision === 'edited'}>
        {words.correct}
      </button>
      {problem && (
        <p class="panel-note review-problem" role="alert">
          {words.wrongAge}
        </p>
      )}
    </form>
  );
}

function AgeField({
  label,
  value,
  onValue,
}: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}) {
  return (
    <input
      type="text"
      inputMode="numeric"
      maxLength={2}
      aria-label={label}
      title={label}
      value={value}
      onInput={({ currentTarget }) => {
        onValue(currentTarget.value);
      }}
    />
  );
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
