/**
 * The rail of all images of the study, in stored order. Pictures follow after the open image, one by one, so that
 * they never delay it.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { fractureStatement, outcomeStatement, type StudyReport } from '../core/study-result.ts';
import { imageKey, type ImageStore } from './image-store.ts';
import type { StudyImage } from './study.ts';
import { useWords } from './words.ts';
import { thumbnailOf } from './thumbnail.ts';

const SIDE = 88;

export interface ThumbnailsProps {
  readonly images: readonly StudyImage[];
  readonly current: number;
  readonly store: ImageStore;
  readonly report: StudyReport | undefined;
  /** True once the open image stands. */
  readonly isReady: boolean;
  readonly onPick: (index: number) => void;
}

export function Thumbnails({ images, current, store, report, isReady, onPick }: ThumbnailsProps) {
  const words = useWords();
  const [allowed, setAllowed] = useState(0);
  return (
    <nav class="rail" aria-label={words.imagesOfStudy}>
      {images.map((image, index) => (
        <button
          key={imageKey(image)}
          type="button"
          class="thumbnail"
          aria-current={index === current}
          onClick={() => {
            onPick(index);
          }}
        >
          <Picture
            image={image}
            store={store}
            isAllowed={isReady && (index <= allowed || index === current)}
            onDone={() => {
              setAllowed((most) => Math.max(most, index + 1));
            }}
          />
          <span class="thumbnail-caption">
            <span class="visually-hidden">{words.image} </span>
            <span>{index + 1}</span>
            <span class="visually-hidden"> {words.ofTotal(images.length)}</span> {image.caption}
          </span>
          <Sign image={image} report={report} />
        </button>
      ))}
    </nav>
  );
}

interface PictureProps {
  readonly image: StudyImage;
  readonly store: ImageStore;
  readonly isAllowed: boolean;
  readonly onDone: () => void;
}

function Picture({ image, store, isAllowed, onDone }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!isAllowed) return;
    store
      .load(image)
      .then((shown) => {
        const { width, height, data } = thumbnailOf(shown, SIDE * Math.min(2, window.devicePixelRatio));
        const context = canvas.current?.getContext('2d');
        if (!context) return;
        context.canvas.width = width;
        context.canvas.height = height;
        context.putImageData(new ImageData(data, width, height), 0, 0);
      })
      .then(onDone, onDone);
  }, [isAllowed]);
  return (
    <span class="thumbnail-picture">
      <canvas ref={canvas} width={1} height={1} aria-hidden="true" />
    </span>
  );
}

/** A dot in the colour of the gravest statement on this image; the words are for those who cannot see it. */
function Sign({ image, report }: { readonly image: StudyImage; readonly report: StudyReport | undefined }) {
  const words = useWords();
  if (!report) return null;
  const { sopInstanceUid } = image.address;
  const outcome = report.images.find((one) => one.sopInstanceUid === sopInstanceUid);
  const statement =
    outcome && outcome.status !== 'analysed'
      ? outcomeStatement(outcome, words.finding)
      : fractureStatement(report, sopInstanceUid, words.finding);
  if (!statement || statement.tone === 'clear') return null;
  return (
    <span class={`thumbnail-sign statement tone-${statement.tone}`} title={statement.text}>
      <span class="statement-sign" aria-hidden="true" />
      <span class="visually-hidden">{statement.text}</span>
    </span>
  );
}
