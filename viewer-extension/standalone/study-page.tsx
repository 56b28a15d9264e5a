/**
 * One study, open: image in the middle, everything else at the edges. Holds what the reader has chosen.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { findingsOf } from '../../dicom/vocabulary/finding.ts';
import { boundsOf, imagePoint } from '../../dicom/vocabulary/geometry.ts';
import {
  findingKey,
  findingsToDraw,
  inReadingOrder,
  isOnImage,
  nextFinding,
  visibleFractures,
  type OverlayFinding,
} from '../core/findings.ts';
import { calibrationOf } from '../core/measurement.ts';
import { aiNotice } from '../core/notices.ts';
import { ComparedPane } from './compared-pane.tsx';
import type { CornerstoneViewport } from './cornerstone-viewport.ts';
import { FindingsPanel } from './findings-panel.tsx';
import type { PointerTool } from './gestures.ts';
import { useHeatLayer } from './heat-layer.ts';
import { Icon } from './icons.tsx';
import { imageKey, ImageStore } from './image-store.ts';
import { useMeasurements } from './measurements.ts';
import { DEFAULT_OVERLAY, type OverlayChoice } from './overlay-choice.ts';
import { usePanes } from './panes.ts';
import { PrintedStudy } from './printed-study.tsx';
import { useReviewCommands } from './review/review-commands.ts';
import { ReviewSection } from './review/review-section.tsx';
import { useRegionEditing } from './review/use-region-editing.ts';
import { useReview } from './review/use-review.ts';
import { savePicture } from './save-picture.ts';
import type { Services } from './services.ts';
import { StagePane } from './stage-pane.tsx';
import { StatusStrip } from './status-strip.tsx';
import { titleOf } from './study.ts';
import { useStudy } from './study-data.ts';
import { StudyHead } from './study-head.tsx';
import { useStudyKeys } from './study-keys.ts';
import { Thumbnails } from './thumbnails.tsx';
import { ViewerTools } from './viewer-tools.tsx';
import { useWords } from './words.ts';

export interface StudyPageProps {
  readonly uid: string;
  readonly services: Services;
}

export function StudyPage({ uid, services }: StudyPageProps) {
  const words = useWords();
  const review = useReview(services, useStudy(services, uid), uid);
  const { open } = review;
  const store = useMemo(() => new ImageStore(services.dicomWeb), [services]);
  const stage = useRef<HTMLElement>(null);
  const [openKey, setOpenKey] = useState<string>();
  const [choice, setChoice] = useState<OverlayChoice>(DEFAULT_OVERLAY);
  const [selectedKey, setSelectedKey] = useState<string>();
  const [tool, setTool] = useState<PointerTool>('window');
  const [isHeatOn, setHeatOn] = useState(false);
  const [isComparing, setComparing] = useState(false);
  const [isImageShown, setImageShown] = useState(false);
  const panes = usePanes();
  const measurements = useMeasurements();
  const { study, report } = open;
  const images = study?.images ?? [];
  // By name, not by place: an image that arrives late may stand before the one that is open.
  const index = Math.max(
    0,
    images.findIndex((candidate) => imageKey(candidate) === openKey),
  );
  const image = images[index];
  const setIndex = (at: number) => {
    const wanted = images[at];
    if (wanted) setOpenKey(imageKey(wanted));
  };
  const heading = study?.heading;
  const heat = useHeatLayer(services, image, isHeatOn);
  const pane = panes.of(isComparing ? panes.active : 'main');
  const measured = image ? measurements.of(image) : [];

  const order = useMemo(() => images.map(({ address }) => address.sopInstanceUid), [study]);
  const fractures = useMemo(() => inReadingOrder(findingsToDraw(report), order), [report, order]);
  const boneAges = useMemo(() => findingsOf(report?.findings ?? [], 'bone-age'), [report]);
  const visible = useMemo(() => visibleFractures(fractures, choice), [fractures, choice.threshold]);
  const overlay = { ...choice, selectedKey };

  useEffect(() => {
    if (heading) document.title = `${titleOf(heading, words)} · Osteon`;
  }, [heading, words]);
  useEffect(() => {
    if (image) setOpenKey((current) => current ?? imageKey(image));
  }, [image]);

  const select = (finding: OverlayFinding | undefined) => {
    if (!finding) return;
    setSelectedKey(findingKey(finding));
    setChoice((current) => ({ ...current, isOn: true }));
    const at = images.findIndex(({ address, frameNumber }) =>
      isOnImage(finding, address.sopInstanceUid, frameNumber),
    );
    if (at === index) bringIntoView(panes.of('main').viewport, finding);
    else if (at >= 0) setIndex(at);
  };
  const selected = fractures.find((fracture) => findingKey(fracture) === selectedKey);
  const editing = useRegionEditing({ review, image, fractures, selectedKey, onSelect: setSelectedKey });
  const decisions = useReviewCommands({ review, editing, image, selected, fractures, onSelect: select });
  const commands = {
    pane,
    setTool,
    toggleOverlay: () => {
      setChoice((current) => ({ ...current, isOn: !current.isOn }));
    },
    toggleHeat: () => {
      setHeatOn((current) => !current);
    },
    toggleCompare: () => {
      setComparing((current) => !current);
      panes.setActive('main');
    },
    toggleLink: () => {
      panes.setLinked(!panes.isLinked);
    },
    savePicture: () => {
      const shown = stage.current?.querySelector('.pane-active') ?? stage.current?.querySelector('.pane');
      if (shown) savePicture(shown, aiNotice(report, words.finding));
    },
    clearMeasurements: () => {
      if (image) measurements.clear(image);
    },
    goToFinding: (step: 1 | -1) => {
      select(nextFinding(visible, selectedKey, step));
    },
    goToImage: (step: 1 | -1) => {
      if (images.length > 0) setIndex((index + step + images.length) % images.length);
    },
  };
  useStudyKeys(commands);

  return (
    <div class="study-page">
      <StudyHead
        heading={heading}
        hasReport={report !== undefined}
        isOverlayOn={choice.isOn}
        onToggleOverlay={commands.toggleOverlay}
        notice={
          open.hasNewResult && (
            <div class="arrival" role="status">
              {words.arrived}
              <button type="button" class="tool" aria-label={words.dismiss} onClick={open.dismissNotice}>
                <Icon name="close" />
              </button>
            </div>
          )
        }
      >
        <ViewerTools
          pane={pane}
          tool={tool}
          onTool={setTool}
          isHeatOn={isHeatOn}
          onToggleHeat={commands.toggleHeat}
          isComparing={isComparing}
          onToggleCompare={commands.toggleCompare}
          hasMeasurements={measured.length > 0}
          onClear={commands.clearMeasurements}
          onSavePicture={commands.savePicture}
        />
      </StudyHead>
      <Thumbnails
        images={images}
        current={index}
        store={store}
        report={report}
        isReady={isImageShown}
        onPick={setIndex}
      />
      <main class="stage" ref={stage}>
        <div class="panes" data-count={isComparing ? 2 : 1}>
          {image && (
            <StagePane
              name="main"
              panes={panes}
              image={image}
              store={store}
              findings={visible}
              boneAges={boneAges}
              overlay={overlay}
              heat={heat.picture}
              tool={tool}
              hand={editing.hand}
              measurements={measurements}
              isAlone={!isComparing}
              onShown={() => {
                setImageShown(true);
              }}
              onPick={setSelectedKey}
            >
              {heat.legend !== undefined && (
                <p class="heat-legend" role="status">
                  {heat.legend}
                </p>
              )}
            </StagePane>
          )}
          {image && study && isComparing && (
            <ComparedPane
              panes={panes}
              store={store}
              services={services}
              study={study}
              openKey={imageKey(image)}
              overlay={overlay}
              tool={tool}
              measurements={measurements}
              onPick={setSelectedKey}
              onEnd={commands.toggleCompare}
            />
          )}
        </div>
        {study && images.length === 0 && <p class="stage-message">{words.noRadiograph}</p>}
        {!study && (
          <p class="stage-message" role={open.problem === undefined ? 'status' : 'alert'}>
            {open.problem === undefined ? words.opening : `${words.cannotOpen} ${open.problem}`}
          </p>
        )}
        <StatusStrip
          report={report}
          view={pane.view}
          measured={
            image && measured.length > 0 ? (calibrationOf(image.metadata).plane ?? 'none') : undefined
          }
        />
      </main>
      {study && (
        <FindingsPanel
          open={open}
          image={image}
          images={images}
          fractures={fractures}
          visible={visible}
          choice={choice}
          selectedKey={selectedKey}
          review={<ReviewSection {...{ review, editing, selected, image }} commands={decisions} />}
          onChoice={setChoice}
          onSelect={select}
        />
      )}
      {study && (
        <PrintedStudy
          stage={stage}
          heading={study.heading}
          report={report}
          images={images}
          findings={choice.isOn ? visible : []}
        />
      )}
    </div>
  );
}

/** Pans to a finding that is not on the screen as a whole; the zoom stays, so going round does not creep. */
function bringIntoView(viewport: CornerstoneViewport | undefined, { box, polygon }: OverlayFinding): void {
  const { left, top, right, bottom } = polygon ? boundsOf(polygon) : box;
  if ([left, top, right, bottom].every(Number.isFinite)) {
    viewport?.reveal([imagePoint(left, top), imagePoint(right, bottom)]);
  }
}
