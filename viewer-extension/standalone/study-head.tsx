/**
 * The bar above the image: way back, whose study it is, and the tools.
 */
import type { ComponentChildren } from 'preact';
import { Icon } from './icons.tsx';
import { reportHref } from './route.ts';
import { subtitleOf, titleOf, type StudyHeading } from './study.ts';
import { useWords, type Words } from './words.ts';

export interface StudyHeadProps {
  readonly heading: StudyHeading | undefined;
  readonly hasReport: boolean;
  readonly isOverlayOn: boolean;
  readonly onToggleOverlay: () => void;
  /** A notice that concerns the study, here because nothing may cover the image. */
  readonly notice?: ComponentChildren;
  /** The tools. */
  readonly children?: ComponentChildren;
}

export function StudyHead(props: StudyHeadProps) {
  const { heading, isOverlayOn } = props;
  const words = useWords();
  return (
    <header class="study-head">
      <a class="tool" href="#/" aria-label={words.back} title={`${words.back} (Esc)`}>
        <Icon name="back" />
      </a>
      <div class="study-who">
        <h1>{heading ? titleOf(heading, words) : ' '}</h1>
        <p>{heading ? whoLine(heading, words) : ' '}</p>
      </div>
      {heading?.isSynthetic && <span class="chip">{words.synthetic}</span>}
      {props.notice}
      {props.children}
      {heading && props.hasReport && (
        <a
          class="tool"
          href={reportHref(heading.studyInstanceUid)}
          aria-label={words.report}
          title={words.report}
        >
          <Icon name="report" />
        </a>
      )}
      <button
        type="button"
        class="overlay-toggle"
        aria-pressed={isOverlayOn}
        title={`${words.overlayHint} (A)`}
        onClick={props.onToggleOverlay}
      >
        <Icon name="overlay" />
        <span>{isOverlayOn ? words.overlayOn : words.overlayOff}</span>
        <kbd>A</kbd>
      </button>
    </header>
  );
}

function whoLine(heading: StudyHeading, words: Words): string {
  const { patientName, studyDate, modalities, description } = heading;
  return [subtitleOf(heading, words), studyDate, modalities, patientName ? description : '']
    .filter(Boolean)
    .join(' · ');
}
