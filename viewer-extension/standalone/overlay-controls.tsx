/**
 * What of the findings is drawn: boxes, outlines, and from which certainty on.
 */
import { percentText } from '../core/text.ts';
import type { OverlayChoice } from './overlay-choice.ts';
import { useWords } from './words.ts';

export interface OverlayControlsProps {
  readonly choice: OverlayChoice;
  readonly onChoice: (choice: OverlayChoice) => void;
}

export function OverlayControls({ choice, onChoice }: OverlayControlsProps) {
  const words = useWords();
  return (
    <div class="controls">
      <div class="segments" role="group" aria-label={words.drawnAs}>
        <Toggle
          label={words.boxes}
          isOn={choice.showBoxes}
          onToggle={(showBoxes) => {
            onChoice({ ...choice, showBoxes });
          }}
        />
        <Toggle
          label={words.outlines}
          isOn={choice.showPolygons}
          onToggle={(showPolygons) => {
            onChoice({ ...choice, showPolygons });
          }}
        />
      </div>
      <label class="slider">
        <span>
          {words.certaintyFrom} <output>{percentText(choice.threshold)}</output>
        </span>
        <input
          type="range"
          min="0"
          max="100"
          step="1"
          value={Math.round(choice.threshold * 100)}
          onInput={(event) => {
            onChoice({ ...choice, threshold: Number(event.currentTarget.value) / 100 });
          }}
        />
      </label>
    </div>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onToggle: (isOn: boolean) => void;
}

function Toggle({ label, isOn, onToggle }: ToggleProps) {
  return (
    <button
      type="button"
      class="segment"
      aria-pressed={isOn}
      onClick={() => {
        onToggle(!isOn);
      }}
    >
      {label}
    </button>
  );
}
