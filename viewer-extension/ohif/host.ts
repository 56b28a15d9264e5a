/**
 * The part of OHIF and Cornerstone3D that the extension uses, as it is from OHIF 3.11 on. The host hands all of it over at
 * run time: nothing of it is bundled, since a second Cornerstone would know none of the host's viewports.
 */

export interface Subscription {
  unsubscribe(): void;
}

/** A group of images that OHIF shows together. */
export interface DisplaySet {
  readonly displaySetInstanceUID: string;
  readonly StudyInstanceUID?: string;
  readonly Modality?: string;
  readonly instance?: unknown;
  readonly instances?: readonly unknown[];
  readonly images?: readonly unknown[];
}

export interface ViewportGrid {
  readonly activeViewportId: string;
  readonly viewports: ReadonlyMap<
    string,
    { readonly viewportId: string; readonly displaySetInstanceUIDs?: readonly string[] }
  >;
}

export interface ToolbarState {
  readonly buttonSections: Readonly<Record<string, readonly unknown[] | undefined>>;
}

export interface HostServices {
  readonly displaySetService: {
    readonly EVENTS: Readonly<Record<string, string>>;
    subscribe(event: string, listener: () => void): Subscription;
    getActiveDisplaySets(): readonly DisplaySet[] | undefined;
  };
  readonly viewportGridService: {
    readonly EVENTS: Readonly<Record<string, string>>;
    subscribe(event: string, listener: () => void): Subscription;
    getState(): ViewportGrid;
    setActiveViewportId(id: string): void;
    setDisplaySetsForViewports(
      updates: readonly { readonly viewportId: string; readonly displaySetInstanceUIDs: readonly string[] }[],
    ): void;
  };
  readonly cornerstoneViewportService: {
    getCornerstoneViewport(id: string): HostViewport | null | undefined;
  };
  readonly panelService: {
    getPanels(position: string): readonly { readonly id: string }[];
    addPanel(position: string, id: string): void;
    activatePanel(id: string, force: boolean): void;
  };
  readonly toolbarService: {
    readonly state: ToolbarState;
    register(buttons: readonly unknown[]): void;
    updateSection(section: string, buttons: readonly unknown[]): void;
    refreshToolbarState(properties: { readonly viewportId: string }): void;
  };
  readonly customizationService: {
    getCustomization(id: string): unknown;
    setCustomizations(changes: Readonly<Record<string, unknown>>): void;
  };
  readonly hangingProtocolService: {
    addCustomAttribute(
      id: string,
      name: string,
      read: (subject: DisplaySet, context?: { readonly displaySets?: readonly DisplaySet[] }) => unknown,
    ): void;
  };
}

export interface ServicesManager {
  readonly services: HostServices;
}

export interface ExtensionManager {
  getModuleEntry(id: string): { readonly exports: unknown } | undefined;
}

/** What OHIF hands to the hooks of an extension. */
export interface HostParameters {
  readonly servicesManager: ServicesManager;
  readonly extensionManager: ExtensionManager;
}

type Pair = readonly [number, number];

/** A stack viewport. Canvas positions are CSS pixels from its top left. */
export interface HostViewport {
  readonly id: string;
  readonly element: HTMLDivElement;
  getCurrentImageId(): string | undefined;
  getImageIds(): readonly string[];
  setImageIdIndex?(index: number): Promise<unknown>;
  worldToCanvas(point: readonly number[]): Pair;
  /** Placement of the pixels in the world: origin and direction cosines (x, then y, then z) and spacing in mm. */
  getImageData():
    | {
        readonly origin: ArrayLike<number>;
        readonly direction: ArrayLike<number>;
        readonly spacing: ArrayLike<number>;
      }
    | undefined;
  getPan(): Pair;
  setPan(pan: Pair): void;
  render(): void;
}

/** What a tool draws with: nodes kept by name, and removed by the host once they are not touched. */
export interface SvgHelper {
  getSvgNode(name: string): SVGElement | undefined;
  appendNode(node: SVGElement, name: string): void;
  setNodeTouched(name: string): void;
}

export interface HostToolGroup {
  hasTool(name: string): boolean;
  addTool(name: string): void;
  setToolEnabled(name: string): void;
}

export interface Cornerstone {
  readonly core: {
    readonly metaData: { get(type: string, imageId: string): unknown };
  };
  readonly tools: {
    readonly AnnotationDisplayTool: new () => object;
    readonly ToolGroupManager: { getAllToolGroups(): readonly HostToolGroup[] };
    readonly utilities: { triggerAnnotationRenderForViewportIds(ids: readonly string[]): void };
    addTool(tool: unknown): void;
  };
}

/** Cornerstone as the host's extension lends it: the supported way, since nothing can be imported at run time. */
export function cornerstoneOf({ getModuleEntry }: Pick<ExtensionManager, 'getModuleEntry'>): Cornerstone {
  const exports = getModuleEntry('@ohif/extension-cornerstone.utilityModule.common')?.exports as
    { getCornerstoneLibraries(): { cornerstone: unknown; cornerstoneTools: unknown } } | undefined;
  if (!exports) throw new Error('OHIF has no @ohif/extension-cornerstone; expected it beside this extension');
  const { cornerstone, cornerstoneTools } = exports.getCornerstoneLibraries();
  return { core: cornerstone as Cornerstone['core'], tools: cornerstoneTools as Cornerstone['tools'] };
}
