/**
 * The bar above the image: way back, whose study it is, and the tools.
 */
import type { ComponentChildren } from 'preact';
import type { CornerstoneViewport, ViewState } from './cornerstone-viewport.ts';
import { Icon, type IconName } from './icons.tsx';
import { subtitleOf, titleOf, type StudyHeading } from './study.ts';

export interface StudyHeadProps {
  readonly heading: StudyHeading | undefined;
  readonly viewport: CornerstoneViewport | undefined;
  readonly view: ViewState | undefined;
  readonly isOverlayOn: boolean;
  readonly onToggleOverlay: () => void;
  readonly isHeatOn: boolean;
  readonly onToggleHeat: () => void;
  /** A notice that concerns the study, here because nothing may cover the image. */
  readonly children?: ComponentChildren;
}

export function StudyHead({
  heading,
  viewport,
  view,
  isOverlayOn,
  onToggleOverlay,
  isHeatOn,
  onToggleHeat,
  children,
}: StudyHeadProps) {
  return (
    <header class="study-head">
      <a class="tool" href="#/" aria-label="Back to the list" title="Back to the list (Esc)">
        <Icon name="back" />
      </a>
      <div class="study-who">
        <h1>{heading ? titleOf(heading) : ' '}</h1>
        <p>{heading ? whoLine(heading) : ' '}</p>
      </div>
      {heading?.isSynthetic && <span class="chip">Synthetic</span>}
      {children}
      <div class="tools" role="toolbar" aria-label="Image tools">
        <Tool icon="minus" label="Zoom out" onClick={() => viewport?.zoomAtCentre(0.8)} />
        <Tool icon="plus" label="Zoom in" onClick={() => viewport?.zoomAtCentre(1.25)} />
        <Tool icon="fit" label="Fit to window" keyName="F" onClick={() => viewport?.fit()} />
        <Tool icon="rotate" label="Rotate by 90°" keyName="R" onClick={() => viewport?.rotateBy(90)} />
        <Tool
          icon="invert"
          label="Invert"
          keyName="I"
          isPressed={view?.isInverted ?? false}
          onClick={() => viewport?.invert()}
        />
        <Tool
          icon="heat"
          label="Where the fracture model looked"
          keyName="H"
          isPressed={isHeatOn}
          onClick={onToggleHeat}
        />
      </div>
      <button
        type="button"
        class="overlay-toggle"
        aria-pressed={isOverlayOn}
        title="Show or hide AI findings (A)"
        onClick={onToggleOverlay}
      >
        <Icon name="overlay" />
        <span>AI {isOverlayOn ? 'on' : 'off'}</span>
        <kbd>A</kbd>
      </button>
    </header>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly keyName?: string;
  readonly isPressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon, label, keyName, isPressed, onClick }: ToolProps) {
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      aria-pressed={isPressed}
      title={keyName === undefined ? label : `${label} (${keyName})`}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function whoLine(heading: StudyHeading): string {
  const { patientName, studyDate, modalities, description } = heading;
  return [subtitleOf(heading), studyDate, modalities, patientName ? description : '']
    .filter(Boolean)
    .join(' · ');
}
