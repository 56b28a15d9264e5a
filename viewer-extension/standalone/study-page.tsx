/**
 * One study, open: image in the middle, everything else at the edges. Holds what the reader has chosen.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { boundsOf, imagePoint } from '../../dicom/vocabulary/geometry.ts';
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import { findingKey, fracturesInReadingOrder, nextFinding, visibleFractures } from '../core/findings.ts';
import { overlayShapes } from '../core/overlay-model.ts';
import type { CornerstoneViewport, ViewState } from './cornerstone-viewport.ts';
import { FindingsPanel } from './findings-panel.tsx';
import { useHeatLayer } from './heat-layer.ts';
import { Icon } from './icons.tsx';
import { imageKey, ImageStore } from './image-store.ts';
import { Radiograph } from './radiograph.tsx';
import type { Services } from './services.ts';
import { StatusStrip } from './status-strip.tsx';
import { titleOf } from './study.ts';
import { useStudy } from './study-data.ts';
import { StudyHead } from './study-head.tsx';
import { Thumbnails } from './thumbnails.tsx';
import { useKeys } from './keys.ts';
import { DEFAULT_OVERLAY, type OverlayChoice } from './overlay-choice.ts';

export interface StudyPageProps {
  readonly uid: string;
  readonly services: Services;
}

export function StudyPage({ uid, services }: StudyPageProps) {
  const open = useStudy(services, uid);
  const store = useMemo(() => new ImageStore(services.dicomWeb), [services]);
  const [openKey, setOpenKey] = useState<string>();
  const [choice, setChoice] = useState<OverlayChoice>(DEFAULT_OVERLAY);
  const [selectedKey, setSelectedKey] = useState<string>();
  const [viewport, setViewport] = useState<CornerstoneViewport>();
  const [view, setView] = useState<ViewState>();
  const [isHeatOn, setHeatOn] = useState(false);
  const [isImageShown, setImageShown] = useState(false);
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

  const order = useMemo(() => images.map(({ address }) => address.sopInstanceUid), [study]);
  const fractures = useMemo(() => fracturesInReadingOrder(report?.findings ?? [], order), [report, order]);
  const visible = useMemo(() => visibleFractures(fractures, choice), [fractures, choice.threshold]);
  const shapes = useMemo(
    () =>
      image && choice.isOn ? overlayShapes(visible.filter(isOn(image)), { ...choice, selectedKey }) : [],
    [visible, choice, selectedKey, image],
  );

  useEffect(() => {
    if (heading) document.title = `${titleOf(heading)} · Osteon`;
  }, [heading]);

  useEffect(() => {
    if (image) setOpenKey((current) => current ?? imageKey(image));
  }, [image]);

  const select = (finding: Finding<'fracture'> | undefined) => {
    if (!finding) return;
    setSelectedKey(findingKey(finding));
    setChoice((current) => ({ ...current, isOn: true }));
    const at = images.findIndex((candidate) => isOn(candidate)(finding));
    if (at === index) bringIntoView(viewport, finding);
    else if (at >= 0) setIndex(at);
  };
  const goTo = (step: number) => {
    if (images.length > 0) setIndex((index + step + images.length) % images.length);
  };
  const toggle = () => {
    setChoice((current) => ({ ...current, isOn: !current.isOn }));
  };
  const toggleHeat = () => {
    setHeatOn((current) => !current);
  };
  useKeys({
    a: toggle,
    h: toggleHeat,
    n: () => {
      select(nextFinding(visible, selectedKey, 1));
    },
    p: () => {
      select(nextFinding(visible, selectedKey, -1));
    },
    i: () => viewport?.invert(),
    r: () => viewport?.rotateBy(90),
    f: () => viewport?.fit(),
    ArrowRight: () => {
      goTo(1);
    },
    ArrowLeft: () => {
      goTo(-1);
    },
    Escape: () => {
      location.hash = '#/';
    },
  });

  return (
    <div class="study-page">
      <StudyHead
        heading={heading}
        viewport={viewport}
        isOverlayOn={choice.isOn}
        onToggleOverlay={toggle}
        isHeatOn={isHeatOn}
        onToggleHeat={toggleHeat}
        view={view}
      >
        {open.hasNewResult && (
          <div class="arrival" role="status">
            The AI result has arrived.
            <button type="button" class="tool" aria-label="Dismiss notice" onClick={open.dismissNotice}>
              <Icon name="close" />
            </button>
          </div>
        )}
      </StudyHead>
      <Thumbnails
        images={images}
        current={index}
        store={store}
        report={report}
        isReady={isImageShown}
        onPick={setIndex}
      />
      <main class="stage">
        {image && (
          <Radiograph
            image={image}
            store={store}
            shapes={shapes}
            heat={heat.picture}
            onView={setView}
            onViewport={setViewport}
            onShown={() => {
              setImageShown(true);
            }}
            onPick={setSelectedKey}
          />
        )}
        {heat.legend !== undefined && (
          <p class="heat-legend" role="status">
            {heat.legend}
          </p>
        )}
        {study && images.length === 0 && <p class="stage-message">This study holds no radiograph.</p>}
        {!study && (
          <p class="stage-message" role={open.problem === undefined ? 'status' : 'alert'}>
            {open.problem === undefined ? 'Opening study…' : `The study cannot be opened. ${open.problem}`}
          </p>
        )}
        <StatusStrip report={report} view={view} />
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
          onChoice={setChoice}
          onSelect={select}
        />
      )}
    </div>
  );
}

function isOn(image: {
  readonly address: { readonly sopInstanceUid: string };
  readonly frameNumber: number;
}) {
  return ({ source }: Finding) =>
    source.sopInstanceUid === image.address.sopInstanceUid && source.frameNumber === image.frameNumber;
}

/** Pans to a finding that is not on the screen as a whole; the zoom stays, so going round does not creep. */
function bringIntoView(
  viewport: CornerstoneViewport | undefined,
  { box, polygon }: Finding<'fracture'>,
): void {
  const { left, top, right, bottom } = polygon ? boundsOf(polygon) : box;
  if ([left, top, right, bottom].every(Number.isFinite)) {
    viewport?.reveal([imagePoint(left, top), imagePoint(right, bottom)]);
  }
}
