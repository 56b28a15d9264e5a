/**
 * The findings as a list: line style as it is drawn, words, place, certainty. A long list has pages; the one that holds
 * the selected finding comes up by itself.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { findingKey, reviewStateOf, type OverlayFinding } from '../core/findings.ts';
import { lineOf, reviewWords } from '../core/overlay-style.ts';
import { percentText, plainText } from '../core/text.ts';
import type { FindingsPanelProps } from './findings-panel.tsx';
import { LineSample } from './line-sample.tsx';
import { PageTurns } from './page-turns.tsx';
import { useWords, type Words } from './words.ts';

/** Findings on a page: what a browser lays out without a pause. */
const PAGE = 100;

export type FindingsListProps = Pick<FindingsPanelProps, 'visible' | 'images' | 'selectedKey' | 'onSelect'>;

export function FindingsList({ visible, images, selectedKey, onSelect }: FindingsListProps) {
  const words = useWords();
  const list = useRef<HTMLOListElement>(null);
  const [wanted, setPage] = useState(0);
  const last = Math.max(0, Math.ceil(visible.length / PAGE) - 1);
  const page = Math.min(wanted, last);
  const selectedAt = useMemo(
    () => visible.findIndex((finding) => findingKey(finding) === selectedKey),
    [visible, selectedKey],
  );
  useEffect(() => {
    if (selectedAt >= 0) setPage(Math.floor(selectedAt / PAGE));
  }, [selectedAt]);
  useEffect(() => {
    list.current?.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [selectedKey, page]);
  return (
    <>
      <ol class="findings" start={page * PAGE + 1} ref={list}>
        {visible.slice(page * PAGE, (page + 1) * PAGE).map((finding) => (
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
      {last > 0 && <Pages page={page} last={last} count={visible.length} onPage={setPage} />}
      {visible.length === 0 && <p class="panel-note">{words.allBelow}</p>}
    </>
  );
}

interface PagesProps {
  /** 0-based. */
  readonly page: number;
  readonly last: number;
  readonly count: number;
  readonly onPage: (page: number) => void;
}

function Pages({ page, last, count, onPage }: PagesProps) {
  const words = useWords();
  const range = (at: number) => `${at * PAGE + 1}–${Math.min(count, (at + 1) * PAGE)}`;
  return (
    <PageTurns
      label={words.findingPages}
      class="finding-pages"
      page={page}
      hasNext={page < last}
      onPage={onPage}
    >
      <select
        aria-label={words.findingsShown}
        value={String(page)}
        onChange={({ currentTarget }) => {
          onPage(Number(currentTarget.value));
        }}
      >
        {Array.from({ length: last + 1 }, (_, at) => (
          <option key={at} value={String(at)}>
            {range(at)}
          </option>
        ))}
      </select>
      <span class="panel-note">{words.findingsOf(count)}</span>
    </PageTurns>
  );
}

/** What is known of a finding beside its name and share: decision, certainty, site, side, image. */
export function placeOf(finding: OverlayFinding, images: FindingsPanelProps['images'], words: Words): string {
  const at = images.findIndex(({ address }) => address.sopInstanceUid === finding.source.sopInstanceUid);
  const image = images.length > 1 && at >= 0 ? words.imageNumber(at + 1) : undefined;
  const site = finding.site && plainText(words.finding.concept(finding.site), 60);
  const side =
    finding.laterality && finding.laterality !== 'U' ? words.finding.sides[finding.laterality] : undefined;
  const state = reviewStateOf(finding);
  const certainty = state === 'added' ? undefined : words.finding[finding.certainty];
  return [reviewWords(state, words.finding), certainty, site, side, image].filter(Boolean).join(' · ');
}
