/**
 * The bone-age card of the image on the screen, or of the study when that image has none.
 */
import { boneAgeCard } from '../core/bone-age-card.ts';
import { findingsShownAs } from '../core/finding-display.ts';
import type { StudyReport } from '../core/study-result.ts';
import { BoneAgeChart } from './bone-age-chart.tsx';
import type { StudyImage } from './study.ts';
import { useWords } from './words.ts';

export interface BoneAgeSectionProps {
  readonly report: StudyReport;
  readonly image: StudyImage | undefined;
}

export function BoneAgeSection({ report, image }: BoneAgeSectionProps) {
  const words = useWords();
  const findings = findingsShownAs(report.findings, 'card');
  const ofImage = findings.find(({ source }) => source.sopInstanceUid === image?.address.sopInstanceUid);
  const finding = ofImage ?? findings[0];
  if (!finding) return null;
  const card = boneAgeCard(finding, words.finding);
  return (
    <section class="bone-age" aria-label={words.finding.boneAge}>
      <h2>{words.finding.boneAge}</h2>
      <p class="bone-age-value">
        {card.value} {card.interval !== undefined && <span class="bone-age-interval">{card.interval}</span>}
      </p>
      <BoneAgeChart finding={finding} />
      <dl>
        {card.rows.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
