/**
 * The findings as a list: line style as it is drawn, words, place, certainty.
 */
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import { findingKey } from '../core/findings.ts';
import { CERTAINTY_WORDS } from '../core/overlay-style.ts';
import { percentText, plainText } from '../core/text.ts';
import type { FindingsPanelProps } from './findings-panel.tsx';

const LONGEST = 200;

export function FindingsList({
  visible,
  images,
  selectedKey,
  onSelect,
}: Pick<FindingsPanelProps, 'visible' | 'images' | 'selectedKey' | 'onSelect'>) {
  return (
    <>
      <ol class="findings">
        {visible.slice(0, LONGEST).map((finding) => (
          <li key={findingKey(finding)}>
            <button
              type="button"
              class={`finding certainty-${finding.certainty}`}
              aria-pressed={findingKey(finding) === selectedKey}
              onClick={() => {
                onSelect(finding);
              }}
            >
              <LineSample isDashed={finding.certainty === 'suspicious'} />
              <span class="finding-what">
                Fracture
                <span class="second-line">{placeOf(finding, images)}</span>
              </span>
              <span class="finding-share">{percentText(finding.probability)}</span>
            </button>
          </li>
        ))}
      </ol>
      {visible.length > LONGEST && <p class="panel-note">and {visible.length - LONGEST} more</p>}
      {visible.length === 0 && <p class="panel-note">All are below the chosen certainty.</p>}
    </>
  );
}

function LineSample({ isDashed }: { readonly isDashed: boolean }) {
  return (
    <svg class="line-sample" viewBox="0 0 22 16" aria-hidden="true">
      <rect x="2" y="2" width="18" height="12" stroke-dasharray={isDashed ? '4 3' : undefined} />
    </svg>
  );
}

function placeOf(finding: Finding<'fracture'>, images: FindingsPanelProps['images']): string {
  const at = images.findIndex(({ address }) => address.sopInstanceUid === finding.source.sopInstanceUid);
  const image = images.length > 1 && at >= 0 ? `image ${at + 1}` : undefined;
  const site = finding.site && plainText(finding.site.meaning, 60);
  const side =
    finding.laterality && { L: 'left', R: 'right', B: 'both sides', U: undefined }[finding.laterality];
  return [CERTAINTY_WORDS[finding.certainty], site, side, image].filter(Boolean).join(' · ');
}
