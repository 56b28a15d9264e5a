/**
 * The findings as a list: line style as it is drawn, words, place, certainty.
 */
import { findingKey, reviewStateOf, type OverlayFinding } from '../core/findings.ts';
import { lineOf, reviewWords } from '../core/overlay-style.ts';
import { percentText, plainText } from '../core/text.ts';
import type { FindingsPanelProps } from './findings-panel.tsx';
import { LineSample } from './line-sample.tsx';
import { useWords, type Words } from './words.ts';

const LONGEST = 200;

export function FindingsList({
  visible,
  images,
  selectedKey,
  onSelect,
}: Pick<FindingsPanelProps, 'visible' | 'images' | 'selectedKey' | 'onSelect'>) {
  const words = useWords();
  return (
    <>
      <ol class="findings">
        {visible.slice(0, LONGEST).map((finding) => (
          <li key={findingKey(finding)}>
            <button
              type="button"
              class={`finding certainty-${finding.certainty} review-${reviewStateOf(finding)}`}
              aria-pressed={findingKey(finding) === selectedKey}
              onClick={() => {
                onSelect(finding);
              }}
            >
              <LineSample line={lineOf(finding.certainty, reviewStateOf(finding))} />
              <span class="finding-what">
                <span class="finding-name">{words.fractureName}</span>
                <span class="second-line">{placeOf(finding, images, words)}</span>
              </span>
              {finding.isByReader !== true && (
                <span class="finding-share">{percentText(finding.probability)}</span>
              )}
            </button>
          </li>
        ))}
      </ol>
      {visible.length > LONGEST && <p class="panel-note">{words.andMore(visible.length - LONGEST)}</p>}
      {visible.length === 0 && <p class="panel-note">{words.allBelow}</p>}
    </>
  );
}

function placeOf(finding: OverlayFinding, images: FindingsPanelProps['images'], words: Words): string {
  const at = images.findIndex(({ address }) => address.sopInstanceUid === finding.source.sopInstanceUid);
  const image = images.length > 1 && at >= 0 ? words.imageNumber(at + 1) : undefined;
  const site = finding.site && plainText(words.finding.concept(finding.site), 60);
  const side =
    finding.laterality && finding.laterality !== 'U' ? words.finding.sides[finding.laterality] : undefined;
  const state = reviewStateOf(finding);
  const certainty = state === 'added' ? undefined : words.finding[finding.certainty];
  return [reviewWords(state, words.finding), certainty, site, side, image].filter(Boolean).join(' · ');
}
