/**
 * The measurements of this page by image; they go with the page, for nothing here is a finding.
 */
import { useRef, useState } from 'preact/hooks';
import type { Measurement } from '../core/measurement.ts';
import { imageKey } from './image-store.ts';
import type { Draft } from './measuring.ts';
import type { StudyImage } from './study.ts';

export interface Measurements {
  readonly of: (image: StudyImage) => readonly Measurement[];
  readonly add: (image: StudyImage, draft: Draft) => void;
  readonly clear: (image: StudyImage) => void;
}

const NONE: readonly Measurement[] = [];

export function useMeasurements(): Measurements {
  const [byImage, setByImage] = useState<ReadonlyMap<string, readonly Measurement[]>>(new Map());
  const count = useRef(0);
  return {
    of: (image) => byImage.get(imageKey(image)) ?? NONE,
    add: (image, draft) => {
      count.current += 1;
      const added = { ...draft, id: count.current };
      setByImage((before) =>
        new Map(before).set(imageKey(image), [...(before.get(imageKey(image)) ?? []), added]),
      );
    },
    clear: (image) => {
      setByImage((before) => new Map([...before].filter(([key]) => key !== imageKey(image))));
    },
  };
}
