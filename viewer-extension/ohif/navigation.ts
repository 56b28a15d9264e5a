/**
 * To the next and previous finding: the viewport that shows its image is made the active one, or the active one is given
 * its image; the view pans where the finding is not wholly seen, and never zooms, so that going round does not creep.
 */
import { boundsOf, imagePoint } from '../../dicom/vocabulary/geometry.ts';
import { findingKey, isOnImage, type OverlayFinding } from '../core/findings.ts';
import { hullOf } from '../core/overlay-shape.ts';
import type { Cornerstone, DisplaySet, HostServices, HostViewport } from './host.ts';
import { imageNameOf, projectionOf } from './overlay-tool.ts';
import type { ResultStore } from './result-store.ts';

export class FindingNavigation {
  readonly #store: ResultStore;
  readonly #services: HostServices;
  readonly #cornerstone: Cornerstone;
  /** The finding to be brought into view once its image is there. */
  #awaited: OverlayFinding | undefined;

  constructor(store: ResultStore, services: HostServices, cornerstone: Cornerstone) {
    [this.#store, this.#services, this.#cornerstone] = [store, services, cornerstone];
  }

  /** Goes to the next (1) or previous (−1) finding among those shown. */
  step(step: 1 | -1): void {
    const finding = this.#store.neighbour(step);
    if (finding) this.goTo(finding);
  }

  goTo(finding: OverlayFinding): void {
    this.#store.select(finding);
    const { viewportGridService } = this.#services;
    const { activeViewportId, viewports } = viewportGridService.getState();
    const ids = [activeViewportId, ...[...viewports.keys()].filter((id) => id !== activeViewportId)];
    const shown = ids.find((id) => this.#shows(id, finding));
    if (shown !== undefined) {
      if (shown !== activeViewportId) viewportGridService.setActiveViewportId(shown);
      this.#reveal(shown, finding);
      return;
    }
    const displaySet = this.#displaySetOf(finding);
    if (!displaySet) return;
    this.#awaited = finding;
    const { displaySetInstanceUID } = displaySet;
    const holds = viewports.get(activeViewportId)?.displaySetInstanceUIDs?.includes(displaySetInstanceUID);
    if (holds === true) this.#scrollTo(activeViewportId, finding);
    else {
      viewportGridService.setDisplaySetsForViewports([
        { viewportId: activeViewportId, displaySetInstanceUIDs: [displaySetInstanceUID] },
      ]);
    }
  }

  /** To be called when a viewport has another image: the finding that was gone to is brought into view. */
  imageChanged(viewportId: string): void {
    const finding = this.#awaited;
    if (!finding || !this.#shows(viewportId, finding)) return;
    this.#awaited = undefined;
    if (findingKey(finding) === this.#store.selectedKey) this.#reveal(viewportId, finding);
  }

  #shows(viewportId: string, finding: OverlayFinding): boolean {
    const viewport = this.#viewport(viewportId);
    const image = viewport && imageNameOf(this.#cornerstone, viewport);
    return image !== undefined && isOnImage(finding, image.sopInstanceUid, image.frameNumber);
  }

  #viewport(viewportId: string): HostViewport | undefined {
    return this.#services.cornerstoneViewportService.getCornerstoneViewport(viewportId) ?? undefined;
  }

  #displaySetOf({ source }: OverlayFinding): DisplaySet | undefined {
    const isSource = (instance: unknown) =>
      (instance as { readonly SOPInstanceUID?: unknown } | undefined)?.SOPInstanceUID ===
      source.sopInstanceUid;
    return (this.#services.displaySetService.getActiveDisplaySets() ?? []).find((displaySet) =>
      (displaySet.images ?? displaySet.instances ?? []).some(isSource),
    );
  }

  #scrollTo(viewportId: string, finding: OverlayFinding): void {
    const viewport = this.#viewport(viewportId);
    const index = viewport?.getImageIds().findIndex((imageId) => {
      const instance = this.#cornerstone.core.metaData.get('instance', imageId) as
        { readonly SOPInstanceUID?: unknown } | undefined;
      return instance?.SOPInstanceUID === finding.source.sopInstanceUid;
    });
    if (index !== undefined && index >= 0) void viewport?.setImageIdIndex?.(index);
  }

  #reveal(viewportId: string, { box, polygon }: OverlayFinding): void {
    const viewport = this.#viewport(viewportId);
    const project = viewport && projectionOf(viewport);
    const { left, top, right, bottom } = polygon ? boundsOf(polygon) : box;
    if (!project || ![left, top, right, bottom].every(Number.isFinite)) return;
    const corners = [
      imagePoint(left, top),
      imagePoint(right, top),
      imagePoint(right, bottom),
      imagePoint(left, bottom),
    ];
    const hull = hullOf(corners.map(project));
    const { clientWidth: width, clientHeight: height } = viewport.element;
    if (!hull) return;
    const isWhole =
      hull.x >= 0 && hull.y >= 0 && hull.x + hull.width <= width && hull.y + hull.height <= height;
    if (isWhole) return;
    const [x, y] = viewport.getPan();
    viewport.setPan([x + width / 2 - (hull.x + hull.width / 2), y + height / 2 - (hull.y + hull.height / 2)]);
    viewport.render();
  }
}
