/**
 * What of the findings is drawn: boxes, outlines, and from which certainty on.
 */
import { percentText } from '../core/text.ts';
import type { OverlayChoice } from './overlay-choice.ts';

export interface OverlayControlsProps {
  readonly choice: OverlayChoice;
  readonly onChoice: (choice: OverlayChoice) => void;
}

export function OverlayControls({ choice, onChoice }: OverlayControlsProps) {
  return (
    <div class="controls">
      <div class="segments" role="group" aria-label="Drawn as">
        <Toggle
          label="Boxes"
          isOn={choice.showBoxes}
          onToggle={(showBoxes) => {
            onChoice({ ...choice, showBoxes });
          }}
        />
        <Toggle
          label="Outlines"
          isOn={choice.showPolygons}
          onToggle={(showPolygons) => {
            onChoice({ ...choice, showPolygons });
          }}
        />
      </div>
      <label class="slider">
        <span>
          Certainty from <output>{percentText(choice.threshold)}</output>
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
