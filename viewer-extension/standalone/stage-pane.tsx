/**
 * One pane of the stage: an image with its overlay and its measurements, told to the tools.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { isOnImage, type OverlayFinding } from '../core/findings.ts';
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import { overlayShapes, regionShapes, type OverlayOptions } from '../core/overlay-model.ts';
import type { PointerTool } from './gestures.ts';
import { imageKey, type ImageStore } from './image-store.ts';
import type { Measurements } from './measurements.ts';
import type { PaneName, Panes } from './panes.ts';
import { Radiograph } from './radiograph.tsx';
import type { RegionHand } from './review/region-hand.ts';
import type { StudyImage } from './study.ts';
import { windowPresets } from './window-presets.ts';
import { useWords } from './words.ts';

export interface StagePaneProps {
  readonly name: PaneName;
  readonly panes: Panes;
  readonly image: StudyImage;
  readonly store: ImageStore;
  /** Findings that may be drawn, of whatever image. */
  readonly findings: readonly OverlayFinding[];
  /** Bone ages of whatever image, for the parts of the hand they were read from. */
  readonly boneAges?: readonly Finding<'bone-age'>[];
  readonly overlay: OverlayOptions & { readonly isOn: boolean };
  readonly heat?: OffscreenCanvas | undefined;
  readonly tool: PointerTool;
  /** What changes or draws a region; absent while nothing is edited. */
  readonly hand?: RegionHand | undefined;
  readonly measurements: Measurements;
  readonly onPick: (findingId: string) => void;
  readonly onShown?: () => void;
  readonly isAlone: boolean;
  /** What stands above the image. */
  readonly children?: ComponentChildren;
}

const NONE: readonly Finding<'bone-age'>[] = [];

export function StagePane(props: StagePaneProps) {
  const { name, panes, image, store, findings, boneAges = NONE, overlay } = props;
  const words = useWords();
  const [shownKey, setShownKey] = useState<string>();
  const isHere = (finding: Parameters<typeof isOnImage>[0]) =>
    isOnImage(finding, image.address.sopInstanceUid, image.frameNumber);
  const shapes = useMemo(
    () =>
      overlay.isOn
        ? [
            ...regionShapes(boneAges.filter(isHere)),
            ...overlayShapes(findings.filter(isHere), overlay, words.finding),
          ]
        : [],
    [
      findings,
      boneAges,
      overlay.isOn,
      overlay.showBoxes,
      overlay.showPolygons,
      overlay.selectedKey,
      image,
      words,
    ],
  );
  useEffect(() => {
    let isCurrent = true;
    panes.change(name, { presets: [] });
    if (shownKey !== imageKey(image)) return undefined;
    void store.load(image).then((shown) => {
      if (isCurrent) panes.change(name, { presets: windowPresets(image.metadata, shown) });
    });
    return () => {
      isCurrent = false;
    };
  }, [imageKey(image), shownKey]);
  const isActive = panes.active === name && !props.isAlone;
  return (
    <section
      class={isActive ? 'pane pane-active' : 'pane'}
      aria-label={words.panes[name]}
      onPointerDownCapture={() => {
        panes.setActive(name);
      }}
      onFocusCapture={() => {
        panes.setActive(name);
      }}
    >
      {props.children}
      <Radiograph
        image={image}
        store={store}
        shapes={shapes}
        heat={props.heat}
        tool={props.tool}
        hand={props.hand}
        measurements={props.measurements.of(image)}
        onMeasured={(draft) => {
          props.measurements.add(image, draft);
        }}
        onView={(view) => {
          panes.change(name, { view });
        }}
        onViewport={(viewport) => {
          panes.change(name, { viewport });
        }}
        onShown={() => {
          setShownKey(imageKey(image));
          props.onShown?.();
        }}
        onPick={props.onPick}
      />
    </section>
  );
}
