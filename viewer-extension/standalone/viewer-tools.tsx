/**
 * The tools above the image: what the pointer does, how the image is shown.
 */
import type { PointerTool } from './gestures.ts';
import { Icon, type IconName } from './icons.tsx';
import type { Pane } from './panes.ts';
import { useWords, type Words } from './words.ts';
import type { WindowPreset } from './window-presets.ts';

export interface ViewerToolsProps {
  /** The pane that the tools work on. */
  readonly pane: Pane;
  readonly tool: PointerTool;
  readonly onTool: (tool: PointerTool) => void;
  readonly isHeatOn: boolean;
  readonly onToggleHeat: () => void;
  readonly isComparing: boolean;
  readonly onToggleCompare: () => void;
  readonly hasMeasurements: boolean;
  readonly onClear: () => void;
  readonly onSavePicture: () => void;
}

/** Tools of the pointer with the key of each. */
export const POINTER_TOOLS: readonly (readonly [PointerTool, IconName, string])[] = [
  ['window', 'window', 'W'],
  ['pan', 'pan', 'M'],
  ['zoom', 'search', 'Z'],
  ['length', 'length', 'L'],
  ['angle', 'angle', 'G'],
];

export function ViewerTools(props: ViewerToolsProps) {
  const words = useWords();
  const { viewport, view } = props.pane;
  return (
    <div class="tools" role="toolbar" aria-label={words.tools}>
      <div class="tool-group" role="radiogroup" aria-label={words.pointer}>
        {POINTER_TOOLS.map(([tool, icon, keyName]) => (
          <button
            key={tool}
            type="button"
            class="tool"
            role="radio"
            aria-checked={props.tool === tool}
            aria-label={words[tool]}
            title={`${words[tool]} (${keyName})`}
            onClick={() => {
              props.onTool(tool);
            }}
          >
            <Icon name={icon} />
          </button>
        ))}
      </div>
      {props.hasMeasurements && (
        <Tool icon="clear" label={words.clearMeasurements} keyName="Delete" onClick={props.onClear} />
      )}
      <Presets pane={props.pane} words={words} />
      <div class="tool-group">
        <Tool icon="minus" label={words.zoomOut} keyName="−" onClick={() => viewport?.zoomAtCentre(0.8)} />
        <Tool icon="plus" label={words.zoomIn} keyName="+" onClick={() => viewport?.zoomAtCentre(1.25)} />
        <Tool icon="fit" label={words.fit} keyName="F" onClick={() => viewport?.fit()} />
        <Tool icon="actual" label={words.actual} keyName="1" onClick={() => viewport?.showActualSize()} />
        <Tool icon="rotate" label={words.rotate} keyName="R" onClick={() => viewport?.rotateBy(90)} />
        <Tool
          icon="invert"
          label={words.invert}
          keyName="I"
          isPressed={view?.isInverted ?? false}
          onClick={() => viewport?.invert()}
        />
      </div>
      <div class="tool-group">
        <Tool
          icon="compare"
          label={words.compare}
          keyName="C"
          isPressed={props.isComparing}
          onClick={props.onToggleCompare}
        />
        <Tool
          icon="heat"
          label={words.heat}
          keyName="H"
          isPressed={props.isHeatOn}
          onClick={props.onToggleHeat}
        />
        <Tool icon="save" label={words.savePicture} keyName="S" onClick={props.onSavePicture} />
        <Tool
          icon="print"
          label={words.print}
          onClick={() => {
            window.print();
          }}
        />
      </div>
    </div>
  );
}

function Presets({ pane, words }: { readonly pane: Pane; readonly words: Words }) {
  const { presets, viewport, view } = pane;
  const at = presets.findIndex((preset) => isShown(preset, view));
  if (presets.length === 0) return null;
  return (
    <label class="presets" title={words.presets}>
      <span class="visually-hidden">{words.presets}</span>
      <select
        value={String(at)}
        onChange={({ currentTarget }) => {
          const preset = presets[Number(currentTarget.value)];
          if (preset) viewport?.setWindow(preset.windowCenter, preset.windowWidth);
        }}
      >
        {at < 0 && <option value="-1">{words.presetChosen}</option>}
        {presets.map((preset, index) => (
          <option key={index} value={String(index)}>
            {nameOf(preset, index, words)}
          </option>
        ))}
      </select>
    </label>
  );
}

function isShown(preset: WindowPreset, view: Pane['view']): boolean {
  if (!view) return false;
  const near = (one: number, other: number) => Math.abs(one - other) < 1e-6 * Math.max(1, Math.abs(one));
  return near(preset.windowCenter, view.windowCenter) && near(preset.windowWidth, view.windowWidth);
}

function nameOf({ name }: WindowPreset, index: number, words: Words): string {
  if ('rule' in name) return words.preset[name.rule];
  return name.header || (index === 0 ? words.presetStored : `${words.presetStored} ${index + 1}`);
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
