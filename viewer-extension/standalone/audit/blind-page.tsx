/**
 * A second reading without a word of the results: the images of one study after the other, and what the reader says of each.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ImageStore, imageKey } from '../image-store.ts';
import { useMeasurements } from '../measurements.ts';
import { usePanes } from '../panes.ts';
import type { Services } from '../services.ts';
import { StagePane } from '../stage-pane.tsx';
import { studyOf, type StudyImage } from '../study.ts';
import { useWords } from '../words.ts';
import { nextOf, sendRead } from './audit-client.ts';
import { AUDIT_WORDS } from './audit-messages.ts';

const NO_OVERLAY = { showBoxes: false, showPolygons: false, isOn: false } as const;

export function BlindPage({ sample, services }: { readonly sample: string; readonly services: Services }) {
  const words = AUDIT_WORDS[useWords().language];
  const [round, setRound] = useState(0);
  const [waiting, setWaiting] = useState<{
    readonly studyInstanceUid?: string;
    readonly remaining: number;
  }>();
  const [images, setImages] = useState<readonly StudyImage[]>([]);
  const [at, setAt] = useState(0);
  const [problem, setProblem] = useState(false);
  const months = useRef<HTMLInputElement>(null);
  const store = useMemo(() => new ImageStore(services.dicomWeb), [services]);
  const panes = usePanes();
  const measurements = useMeasurements();
  const uid = waiting?.studyInstanceUid;
  const image = images[at];
  const failed = () => {
    setProblem(true);
  };

  useEffect(() => {
    nextOf(sample).then(setWaiting, failed);
  }, [sample, round]);
  useEffect(() => {
    document.title = `${words.blind} · Osteon`;
  }, [words]);
  useEffect(() => {
    setImages([]);
    setAt(0);
    if (uid === undefined) return;
    // Of the study, the radiographs alone: no report is looked at.
    services.dicomWeb.studyMetadata(uid).then((instances) => {
      setImages(studyOf(uid, instances).images);
    }, failed);
  }, [uid]);

  const say = (hasFracture: boolean) => () => {
    if (uid === undefined) return;
    const age = Number(months.current?.value);
    const boneAgeMonths = months.current?.value && age >= 0 && age <= 300 ? { boneAgeMonths: age } : {};
    sendRead(sample, { studyInstanceUid: uid, hasFracture, ...boneAgeMonths }).then(() => {
      if (months.current) months.current.value = '';
      setRound((count) => count + 1);
    }, failed);
  };
  return (
    <div class="audit-blind">
      <header class="audit-head">
        <h1>{words.blind}</h1>
        <a class="audit-open" href="./#/">
          {words.back}
        </a>
        <span class="faint" role="status">
          {waiting && (uid === undefined ? words.allRead : words.remaining(waiting.remaining))}
        </span>
      </header>
      <main class="stage">
        <div class="panes" data-count={1}>
          {image && (
            <StagePane
              key={imageKey(image)}
              name="main"
              panes={panes}
              image={image}
              store={store}
              findings={[]}
              overlay={NO_OVERLAY}
              tool="window"
              measurements={measurements}
              isAlone
              onPick={() => undefined}
            />
          )}
        </div>
      </main>
      {uid !== undefined && (
        <footer class="audit-form audit-foot">
          {images.length > 1 &&
            images.map((one, index) => (
              <button
                key={imageKey(one)}
                type="button"
                class="button"
                aria-pressed={index === at}
                onClick={() => {
                  setAt(index);
                }}
              >
                {index + 1}
              </button>
            ))}
          <label>
            {words.months} <input ref={months} type="number" min="0" max="300" />
          </label>
          <button type="button" class="button" onClick={say(true)}>
            {words.hasFracture}
          </button>
          <button type="button" class="button" onClick={say(false)}>
            {words.noFracture}
          </button>
        </footer>
      )}
      {problem && (
        <p class="review-problem" role="alert">
          {words.problem}
        </p>
      )}
    </div>
  );
}
