/**
 * One visit to a mode of OHIF: from entering it, ours or another, until it is left.
 */
import { keyOf, withOwnHotkeys, type HotkeyBinding } from './hotkeys.ts';
import { findingAt } from '../core/finding-at.ts';
import { NOTICE_ELEMENT } from './elements.tsx';
import { addProtocolAttributes } from './hanging-protocol.ts';
import { cornerstoneOf, type Cornerstone, type HostParameters, type HostServices } from './host.ts';
import { FindingNavigation } from './navigation.ts';
import { imageNameOf, overlayTool, TOOL_NAME, type Drawing } from './overlay-tool.ts';
import { listenToClicks } from './picking.ts';
import { hostElement } from './react-host.ts';
import type { ResultSource } from './result-source.ts';
import type { ResultStore } from './result-store.ts';
import { hostLanguage, hostWordsOf } from './words.ts';

export const BUTTON_ID = 'OsteonOverlay';
const NOTICE_CORNER = 'viewportOverlay.topRight';
const NOTICE_ID = 'OsteonNotice';

/** What outlives a visit. */
export interface SessionParts {
  readonly store: ResultStore;
  readonly source: ResultSource;
  readonly drawing: Drawing;
}

export class Session {
  readonly navigation: FindingNavigation;
  readonly #store: ResultStore;
  readonly #source: ResultSource;
  readonly #services: HostServices;
  readonly #cornerstone: Cornerstone;
  readonly #panelId: string;
  readonly #subscriptions: (() => void)[] = [];
  readonly #elements = new Set<HTMLElement>();
  readonly #drawing: Drawing;
  readonly #ended = new AbortController();
  #hotkeys: readonly HotkeyBinding[] = [];
  #isShown = false;

  constructor(parts: SessionParts, host: HostParameters, panelId: string) {
    const { store, source, drawing } = parts;
    this.#store = store;
    this.#source = source;
    this.#drawing = drawing;
    this.#services = host.servicesManager.services;
    this.#cornerstone = cornerstoneOf({ getModuleEntry: (id) => host.extensionManager.getModuleEntry(id) });
    this.#panelId = panelId;
    store.setWords(hostWordsOf(hostLanguage()));
    this.navigation = new FindingNavigation(store, this.#services, this.#cornerstone);
    this.#cornerstone.tools.addTool(overlayTool(this.#cornerstone, store, drawing));
    addProtocolAttributes(this.#services, store);
    this.bindKeys(false);
    this.#addNotice();
    this.#listen();
  }

  /** The key that hides and shows the overlay. */
  get toggleKey(): string {
    return keyOf(this.#hotkeys, 'osteonToggleOverlay');
  }

  /** Binds our keys; in our own mode those of tools it lacks are free for them. */
  bindKeys(isOwnMode: boolean): void {
    const { customizationService } = this.#services;
    const present = customizationService.getCustomization('ohif.hotkeyBindings');
    const bindings = Array.isArray(present) ? (present as readonly HotkeyBinding[]) : [];
    this.#hotkeys = withOwnHotkeys(bindings, isOwnMode, this.#store.words);
    customizationService.setCustomizations({ 'ohif.hotkeyBindings': { $set: this.#hotkeys } });
  }

  end(): void {
    this.#ended.abort();
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.#elements.clear();
    this.#drawing.crowds.clear();
    this.#drawing.lists.clear();
    this.#source.stop();
    this.#store.clear();
  }

  #listen(): void {
    const { displaySetService, viewportGridService } = this.#services;
    const on = (
      service: Pick<HostServices['viewportGridService'], 'EVENTS' | 'subscribe'>,
      names: readonly string[],
      listener: () => void,
    ) => {
      for (const name of names) {
        const event = service.EVENTS[name];
        if (event === undefined) continue;
        const subscription = service.subscribe(event, listener);
        this.#subscriptions.push(() => {
          subscription.unsubscribe();
        });
      }
    };
    on(displaySetService, ['DISPLAY_SETS_ADDED', 'DISPLAY_SETS_CHANGED'], () => {
      this.#displaySetsChanged();
    });
    on(viewportGridService, ['ACTIVE_VIEWPORT_ID_CHANGED', 'GRID_STATE_CHANGED', 'VIEWPORTS_READY'], () => {
      this.#viewportsChanged();
    });
    this.#subscriptions.push(
      this.#store.subscribe(() => {
        this.#draw();
      }),
    );
  }

  #displaySetsChanged(): void {
    this.#source.read(this.#services.displaySetService.getActiveDisplaySets() ?? []);
    this.#enableTool();
    this.#addButton();
    this.#addPanel();
    this.#viewportsChanged();
  }

  /** A mode makes its tool groups when it is entered, after us, and another layout makes new ones. */
  #enableTool(): void {
    for (const group of this.#cornerstone.tools.ToolGroupManager.getAllToolGroups()) {
      if (group.hasTool(TOOL_NAME)) continue;
      group.addTool(TOOL_NAME);
      group.setToolEnabled(TOOL_NAME);
    }
  }

  #addButton(): void {
    const { toolbarService } = this.#services;
    const { primary = [] } = toolbarService.state.buttonSections;
    if (primary.includes(BUTTON_ID)) return;
    const words = `${this.#store.words.toggle} (${this.toggleKey})`;
    const props = {
      icon: 'EyeVisible',
      label: words,
      tooltip: words,
      commands: 'osteonToggleOverlay',
      evaluate: 'evaluate.osteonOverlay',
    };
    toolbarService.register([{ id: BUTTON_ID, uiType: 'ohif.toolButton', props }]);
    toolbarService.updateSection('primary', [...primary, BUTTON_ID]);
  }

  /** The panel, where the mode has not placed it. */
  #addPanel(): void {
    const { panelService } = this.#services;
    if (!panelService.getPanels('right').some(({ id }) => id === this.#panelId)) {
      panelService.addPanel('right', this.#panelId);
    }
  }

  /** Only once an image stands: before, the layout does not listen yet. */
  #showPanel(): void {
    if (this.#isShown || !this.#store.report) return;
    this.#isShown = true;
    this.#services.panelService.activatePanel(this.#panelId, true);
  }

  #addNotice(): void {
    const item = { id: NOTICE_ID, contentF: () => hostElement(NOTICE_ELEMENT) };
    const { customizationService } = this.#services;
    const present = customizationService.getCustomization(NOTICE_CORNER);
    const others = Array.isArray(present) ? (present as { readonly id?: string }[]) : [];
    if (others.some(({ id }) => id === NOTICE_ID)) return;
    customizationService.setCustomizations({ [NOTICE_CORNER]: { $set: [...others, item] } });
  }

  #viewportsChanged(): void {
    this.#enableTool();
    const { cornerstoneViewportService, viewportGridService } = this.#services;
    const { viewports, activeViewportId } = viewportGridService.getState();
    for (const id of viewports.keys()) {
      const element = cornerstoneViewportService.getCornerstoneViewport(id)?.element;
      if (!element || this.#elements.has(element)) continue;
      this.#elements.add(element);
      listenToClicks(element, this.#pickOn(id), this.#ended.signal);
      const changed = () => {
        this.#imageChanged(id);
      };
      // Names of Cornerstone3D's events on the element of a viewport.
      for (const name of ['CORNERSTONE_STACK_NEW_IMAGE', 'CORNERSTONE_STACK_VIEWPORT_NEW_STACK']) {
        element.addEventListener(name, changed);
        this.#subscriptions.push(() => {
          element.removeEventListener(name, changed);
        });
      }
    }
    this.#imageChanged(activeViewportId);
  }

  #pickOn(viewportId: string): (x: number, y: number) => void {
    return (x, y) => {
      const key = findingAt(this.#drawing.lists.get(viewportId) ?? [], { x, y });
      if (key !== undefined) this.#store.selectKey(key);
    };
  }

  #imageChanged(viewportId: string): void {
    const { cornerstoneViewportService, viewportGridService } = this.#services;
    this.#enableTool();
    const viewport = cornerstoneViewportService.getCornerstoneViewport(viewportId);
    if (viewport && viewportGridService.getState().activeViewportId === viewportId) {
      this.#store.setImage(imageNameOf(this.#cornerstone, viewport));
    }
    this.navigation.imageChanged(viewportId);
    if (viewport) this.#showPanel();
  }

  #draw(): void {
    const { viewportGridService, toolbarService } = this.#services;
    const { viewports, activeViewportId } = viewportGridService.getState();
    this.#cornerstone.tools.utilities.triggerAnnotationRenderForViewportIds([...viewports.keys()]);
    toolbarService.refreshToolbarState({ viewportId: activeViewportId });
  }
}
