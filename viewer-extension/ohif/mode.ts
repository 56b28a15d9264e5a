/**
 * A mode for reading radiographs: the stock longitudinal one, with our panel first, our hanging protocol and our handler
 * of presentation states.
 *
 * Trap: the keys of `extensions` are import specifiers: a mode loaded at run time names its extension by its address.
 */
import type { HostParameters } from './host.ts';

export const MODE_ID = 'osteon-reading';

type Layout = { readonly id: string; readonly props: Readonly<Record<string, unknown>> };

interface StockRoute {
  readonly path: string;
  layoutTemplate(parameters: unknown): Layout | Promise<Layout>;
}

/** A mode as OHIF enters it. */
export interface HostMode {
  readonly extensions: Readonly<Record<string, string>>;
  readonly routes: readonly StockRoute[];
  readonly sopClassHandlers: readonly string[];
  onModeEnter(parameters: HostParameters): void;
  onModeExit(parameters: HostParameters): void;
  readonly [other: string]: unknown;
}

interface StockModule {
  readonly modeInstance?: HostMode;
  modeFactory(parameters: { readonly modeConfiguration: object }): HostMode | Promise<HostMode>;
}

/** What OHIF hands to a factory of modes. */
export interface FactoryParameters {
  readonly loadModules: (names: readonly string[]) => Promise<readonly StockModule[]>;
}

export interface ModeParts {
  /** The address of this module. */
  readonly extensionUrl: string;
  readonly version: string;
  readonly panelId: string;
  readonly handlerId: string;
  readonly hangingProtocolId: string;
  /** Called once the stock mode has been entered. */
  readonly onEnter: () => void;
}

/** Builds the mode on the one the host brings: OHIF 3.13 keeps an instance, older ones make one. */
export async function readingMode({ loadModules }: FactoryParameters, parts: ModeParts): Promise<HostMode> {
  const [stockModule] = await loadModules(['@ohif/mode-longitudinal']);
  if (!stockModule) throw new Error('OHIF has no @ohif/mode-longitudinal; expected it among its modes');
  const stock = stockModule.modeInstance ?? (await stockModule.modeFactory({ modeConfiguration: {} }));
  return {
    ...stock,
    id: MODE_ID,
    routeName: 'osteon',
    displayName: 'Osteon reading',
    hide: false,
    extensions: { ...stock.extensions, [parts.extensionUrl]: parts.version },
    hangingProtocol: [parts.hangingProtocolId, 'default'],
    sopClassHandlers: [parts.handlerId, ...stock.sopClassHandlers],
    routes: stock.routes.map((route) => ({
      ...route,
      path: 'osteon',
      layoutTemplate: async (parameters: unknown) => {
        const layout = await route.layoutTemplate(parameters);
        const { rightPanels = [] } = layout.props;
        const others = Array.isArray(rightPanels) ? (rightPanels as readonly unknown[]) : [];
        return {
          ...layout,
          props: { ...layout.props, rightPanels: [parts.panelId, ...others], rightPanelClosed: false },
        };
      },
    })),
    onModeEnter(parameters: HostParameters) {
      stock.onModeEnter.call(this, parameters);
      parts.onEnter();
    },
    onModeExit(parameters: HostParameters) {
      stock.onModeExit.call(this, parameters);
    },
  };
}
