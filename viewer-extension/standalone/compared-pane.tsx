/**
 * The second pane: another image of this study, or one of an earlier study of the same patient.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { findingsToDraw } from '../core/findings.ts';
import { reportToShow } from '../core/study-result.ts';
import { isAbort } from './dicomweb-client.ts';
import { Icon } from './icons.tsx';
import { imageKey } from './image-store.ts';
import { messageOf } from './problem.ts';
import { StagePane, type StagePaneProps } from './stage-pane.tsx';
import { searchPriors } from './study-search.ts';
import { studyOf, type Study, type StudyHeading } from './study.ts';
import type { Services } from './services.ts';
import { useWords } from './words.ts';

export interface ComparedPaneProps extends Omit<StagePaneProps, 'name' | 'image' | 'findings' | 'isAlone'> {
  readonly services: Services;
  readonly study: Study;
  /** The image that is open beside it. */
  readonly openKey: string;
  readonly onEnd: () => void;
}

export function ComparedPane(props: ComparedPaneProps) {
  const { services, study, openKey, onEnd } = props;
  const words = useWords();
  const priors = usePriors(services, study.heading);
  const [choice, setChoice] = useState<{ readonly studyUid: string; readonly key?: string }>();
  const first = study.images.find((image) => imageKey(image) !== openKey);
  const studyUid =
    choice?.studyUid ??
    (first ? study.heading.studyInstanceUid : priors?.[0]?.studyInstanceUid) ??
    study.heading.studyInstanceUid;
  const { other, problem } = useOtherStudy(services, study, studyUid);
  const wanted = choice?.key ?? (first && other === study ? imageKey(first) : undefined);
  // Until it is known whether there is a prior, the image that is open already would only flash up.
  const isSearching = !first && !choice && !priors;
  const images = isSearching ? [] : (other?.images ?? []);
  const image = images.find((candidate) => imageKey(candidate) === wanted) ?? images[0];
  const findings = useMemo(() => findingsToDraw(other && reportToShow(other.reports)), [other]);
  const bar = (
    <header class="pane-head">
      <label class="pane-choice">
        <span class="visually-hidden">{words.comparedImage}</span>
        <select
          value={image ? `${studyUid}|${imageKey(image)}` : `${studyUid}|`}
          onChange={({ currentTarget }) => {
            const [uid = '', key = ''] = currentTarget.value.split('|');
            setChoice({ studyUid: uid, ...(key ? { key } : {}) });
          }}
        >
          <ImageOptions study={study} label={words.thisStudy} />
          {(priors ?? []).map((prior) =>
            prior.studyInstanceUid === other?.heading.studyInstanceUid ? (
              <ImageOptions key={prior.studyInstanceUid} study={other} label={priorLabel(prior)} />
            ) : (
              <option key={prior.studyInstanceUid} value={`${prior.studyInstanceUid}|`}>
                {words.priorStudy} · {priorLabel(prior)}
              </option>
            ),
          )}
        </select>
      </label>
      <span class="pane-note">{priorNote(priors, words)}</span>
      <button
        type="button"
        class="tool"
        aria-label={words.linkPanes}
        aria-pressed={props.panes.isLinked}
        title={`${words.linkPanes} (K)`}
        onClick={() => {
          props.panes.setLinked(!props.panes.isLinked);
        }}
      >
        <Icon name="link" />
      </button>
      <button
        type="button"
        class="tool"
        aria-label={words.endCompare}
        title={words.endCompare}
        onClick={onEnd}
      >
        <Icon name="close" />
      </button>
    </header>
  );
  if (!image) {
    return (
      <section class="pane" aria-label={words.panes.compared}>
        {bar}
        <p class="stage-message">
          {problem === undefined ? words.opening : messageOf(problem, words.problem)}
        </p>
      </section>
    );
  }
  return (
    <StagePane {...props} name="compared" image={image} findings={findings} isAlone={false}>
      {bar}
    </StagePane>
  );
}

function ImageOptions({ study, label }: { readonly study: Study; readonly label: string }) {
  return (
    <optgroup label={label}>
      {study.images.map((image, index) => (
        <option key={imageKey(image)} value={`${study.heading.studyInstanceUid}|${imageKey(image)}`}>
          {[`${index + 1}`, image.caption, study.heading.studyDate].filter(Boolean).join(' · ')}
        </option>
      ))}
    </optgroup>
  );
}

function priorLabel({ studyDate, modalities, description }: StudyHeading): string {
  return [studyDate, modalities, description].filter(Boolean).join(' · ');
}

function priorNote(priors: readonly StudyHeading[] | undefined, words: ReturnType<typeof useWords>): string {
  if (!priors) return words.loadingPriors;
  return priors.length === 0 ? words.noPrior : '';
}

/** Other studies of the patient, the newest first; `undefined` until they are known. */
function usePriors(services: Services, heading: StudyHeading): readonly StudyHeading[] | undefined {
  const [priors, setPriors] = useState<readonly StudyHeading[]>();
  useEffect(() => {
    const controller = new AbortController();
    searchPriors(services.dicomWeb, heading, controller.signal).then(setPriors, (error: unknown) => {
      if (!isAbort(error)) setPriors([]);
    });
    return () => {
      controller.abort();
    };
  }, [services, heading.studyInstanceUid, heading.patientId]);
  return priors;
}

function useOtherStudy(services: Services, study: Study, uid: string) {
  const [read, setRead] = useState<Study>();
  const [problem, setProblem] = useState<unknown>();
  const isThis = uid === study.heading.studyInstanceUid;
  useEffect(() => {
    setProblem(undefined);
    if (isThis) return undefined;
    const controller = new AbortController();
    services.dicomWeb.studyMetadata(uid, controller.signal).then(
      (instances) => {
        setRead(studyOf(uid, instances));
      },
      (error: unknown) => {
        if (!isAbort(error)) setProblem(error);
      },
    );
    return () => {
      controller.abort();
    };
  }, [services, uid, isThis]);
  const other = isThis ? study : read?.heading.studyInstanceUid === uid ? read : undefined;
  return { other, problem };
}
