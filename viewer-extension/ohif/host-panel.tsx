/**
 * The panel inside the host: that of the reading room with its review, less what needs a hand on the image. The keys are the
 * host's, so what is decided here is decided by button.
 */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { findingKey } from '../core/findings.ts';
import { aiNotice } from '../core/notices.ts';
import { FindingsPanel } from '../standalone/findings-panel.tsx';
import { useReviewCommands } from '../standalone/review/review-commands.ts';
import { ReviewSection } from '../standalone/review/review-section.tsx';
import { useReview, type ReviewServices } from '../standalone/review/use-review.ts';
import type { OpenStudy } from '../standalone/study-data.ts';
import type { StudyImage } from '../standalone/study.ts';
import type { FindingNavigation } from './navigation.ts';
import type { ResultSource } from './result-source.ts';
import type { ResultStore } from './result-store.ts';

export interface HostPanelProps {
  readonly store: ResultStore;
  readonly source: ResultSource;
  readonly navigation: () => FindingNavigation | undefined;
}

export function HostPanel(props: HostPanelProps) {
  const { store, source } = props;
  const uid = store.study?.heading.studyInstanceUid;
  return (
    <>
      {uid !== undefined && source.reviews ? (
        <ReviewedPanel key={uid} uid={uid} services={source.reviews} {...props} />
      ) : (
        <Findings {...props} />
      )}
      <p class="panel-notice">{aiNotice(store.report, store.words.finding)}</p>
    </>
  );
}

interface ReviewedPanelProps extends HostPanelProps {
  readonly uid: string;
  readonly services: ReviewServices;
}

function ReviewedPanel({ uid, services, ...props }: ReviewedPanelProps) {
  const { store, navigation } = props;
  const review = useReview(services, openStudyOf(props), uid);
  const { report } = review.open;
  useEffect(() => {
    store.setDrafted(report === store.stored ? undefined : report);
  }, [report]);
  const { findings: fractures } = store;
  const image = shownImageOf(store);
  const selected = fractures.find((fracture) => findingKey(fracture) === store.selectedKey);
  const commands = useReviewCommands({
    review,
    image,
    selected,
    fractures,
    hasKeys: false,
    onSelect: (finding) => {
      navigation()?.goTo(finding);
    },
  });
  return (
    <Findings
      {...props}
      review={
        <ReviewSection
          review={review}
          commands={commands}
          hasKeys={false}
          selected={selected}
          image={image}
        />
      }
    />
  );
}

function Findings(props: HostPanelProps & { readonly review?: ComponentChildren }) {
  const { store, navigation } = props;
  const { report } = store;
  return (
    <FindingsPanel
      open={{ ...openStudyOf(props), ...(report && { report }) }}
      image={shownImageOf(store)}
      images={store.images}
      fractures={store.findings}
      visible={store.visible}
      choice={store.choice}
      selectedKey={store.selectedKey}
      review={props.review}
      onChoice={(choice) => {
        store.choose(choice);
      }}
      onSelect={(finding) => {
        navigation()?.goTo(finding);
      }}
    />
  );
}

/** The study with its report as it is stored. */
function openStudyOf({ store, source }: HostPanelProps): OpenStudy {
  const { study, stored, analysis, problem } = store;
  return {
    ...(study && { study }),
    ...(stored && { report: stored }),
    ...(analysis && { analysis }),
    ...(problem !== undefined && { problem }),
    hasNewResult: false,
    dismissNotice: () => undefined,
    wasBoneAgeAsked: store.wasBoneAgeAsked,
    analyse: (options) => {
      source.analyse(options);
    },
  };
}

/** The image of the active viewport. */
function shownImageOf({ image, images }: ResultStore): StudyImage | undefined {
  return images.find(
    ({ address, frameNumber }) =>
      address.sopInstanceUid === image?.sopInstanceUid && frameNumber === image.frameNumber,
  );
}
