/**
 * Which region is under the reader's hand, by pointer and by keyboard. Every release and every key is a step of the review, so
 * nothing waits to be saved.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DrawnRegion, ReviewAct } from '../../../dicom/sr/review-steps.ts';
import { numberOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { findingKey, isOnImage, type OverlayFinding } from '../../core/findings.ts';
import { movedRegion, stretchedRegion } from '../../core/review-edit.ts';
import { imageKey } from '../image-store.ts';
import type { StudyImage } from '../study.ts';
import { RegionHand, type HandMode } from './region-hand.ts';
import { draftedUid, type StudyReviewing } from './use-review.ts';

export interface RegionEditing {
  /** For the radiograph; absent while nothing is edited. */
  readonly hand?: RegionHand | undefined;
  /** Tracking Unique Identifier of what is edited; absent while a new one is drawn. */
  readonly uid?: string | undefined;
  readonly begin: (finding: OverlayFinding) => void;
  /** Draws a new fracture, or the one that is being edited anew. */
  readonly draw: (mode: 'box' | 'outline') => void;
  readonly end: () => void;
}

interface Edited {
  readonly uid?: string | undefined;
  readonly mode: HandMode;
}

/** One press of an arrow, in image pixels: fine with shift. */
const STEP = { coarse: 8, fine: 1 } as const;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface RegionEditingProps {
  readonly review: StudyReviewing;
  readonly image: StudyImage | undefined;
  readonly fractures: readonly OverlayFinding[];
  readonly selectedKey: string | undefined;
  readonly onSelect: (key: string) => void;
}

export function useRegionEditing(props: RegionEditingProps): RegionEditing {
  const { review, image, fractures, selectedKey, onSelect } = props;
  const [edited, setEdited] = useState<Edited>();
  const lastNudge = useRef<string>(undefined);
  const finding = fractures.find(
    ({ trackingUid }) => trackingUid !== undefined && trackingUid === edited?.uid,
  );
  const key = finding && findingKey(finding);
  const size = {
    columns: (image && numberOf(image.metadata, TAG.Columns)) ?? 0,
    rows: (image && numberOf(image.metadata, TAG.Rows)) ?? 0,
  };

  const change = (region: DrawnRegion, replacing?: string): string | undefined => {
    if (finding) return review.take(redrawOf(finding, region), replacing);
    if (!image || edited?.uid !== undefined) return undefined;
    const name = { sopInstanceUid: image.address.sopInstanceUid, frameNumber: image.frameNumber };
    const id = review.take({ kind: 'add', image: name, ...region });
    setEdited({ uid: draftedUid(id), mode: 'adjust' });
    return id;
  };
  const hand = useMemo(
    () =>
      edited &&
      new RegionHand(edited.mode, finding, size, (region) => {
        lastNudge.current = undefined;
        change(region);
        if (edited.uid !== undefined) setEdited({ uid: edited.uid, mode: 'adjust' });
      }),
    [edited, finding, image],
  );

  // What was drawn is selected once the report holds it; whoever selects something else ends the edit.
  const selectedOnce = useRef<string>(undefined);
  useEffect(() => {
    if (!key) return;
    if (selectedOnce.current !== key) {
      selectedOnce.current = key;
      onSelect(key);
    } else if (selectedKey !== key) setEdited(undefined);
  }, [key, selectedKey]);
  useEffect(() => {
    if (edited && finding && image && !isOnImage(finding, image.address.sopInstanceUid, image.frameNumber)) {
      setEdited(undefined);
    }
  }, [image && imageKey(image)]);

  const nudge = (event: KeyboardEvent): boolean => {
    const [x, y] = ARROWS[event.key] ?? [];
    if (x === undefined || y === undefined || !finding) return false;
    const step = event.shiftKey ? STEP.fine : STEP.coarse;
    const changed = (event.altKey ? stretchedRegion : movedRegion)(finding, x * step, y * step, size);
    lastNudge.current = change(changed, lastNudge.current);
    return true;
  };
  const end = () => {
    setEdited(undefined);
    selectedOnce.current = undefined;
    lastNudge.current = undefined;
  };
  const onKey = useRef<(event: KeyboardEvent) => boolean>(() => false);
  onKey.current = (event) => {
    if (!edited || event.ctrlKey || event.metaKey || isTyping(event)) return false;
    if (event.key === 'Escape' || event.key === 'Enter') {
      if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return false;
      end();
      return true;
    }
    return nudge(event);
  };
  useEffect(() => {
    // Before all other keys of the page: while something is edited, these are its own.
    const listen = (event: KeyboardEvent) => {
      if (!onKey.current(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', listen, { capture: true });
    return () => {
      window.removeEventListener('keydown', listen, { capture: true });
    };
  }, []);

  return {
    hand,
    uid: edited?.uid,
    begin: (one) => {
      lastNudge.current = undefined;
      selectedOnce.current = undefined;
      if (one.trackingUid) setEdited({ uid: one.trackingUid, mode: 'adjust' });
    },
    draw: (mode) => {
      lastNudge.current = undefined;
      const uid = finding ? edited?.uid : undefined;
      setEdited({ ...(uid !== undefined && { uid }), mode });
    },
    end,
  };
}

/** The step that gives a fracture another region. */
function redrawOf(
  { isByReader, trackingUid = '' }: OverlayFinding,
  { box, polygon }: DrawnRegion,
): ReviewAct {
  const region = { box, ...(polygon && { polygon }) };
  return isByReader === true
    ? { kind: 'redraw-added', fracture: addedName(trackingUid), ...region }
    : { kind: 'redraw', finding: trackingUid, ...region };
}

/** What a step calls a fracture that a reader added: the step that did, or its Tracking Unique Identifier once signed. */
export function addedName(trackingUid: string): string {
  const prefix = draftedUid('');
  return trackingUid.startsWith(prefix) ? trackingUid.slice(prefix.length) : trackingUid;
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
