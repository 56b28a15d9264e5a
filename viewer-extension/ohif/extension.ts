/**
 * Osteon in OHIF: extension and mode in one module, loaded at run time by an unmodified OHIF 3.11 to 3.13. In our mode the panel
 * stands open; in every other mode the extension alone brings overlay, panel, button, notice and keys.
 *
 * Trap: the host imports this module by its address for the extension and again for the mode, and gets the same one.
 */
import packageDescription from '../../package.json' with { type: 'json' };
import type { DisplayList } from '../core/overlay-shape.ts';
import { CrowdCanvases } from './crowd-canvas.ts';
import { defineElements, PANEL_ELEMENT } from './elements.tsx';
import { HANGING_PROTOCOL } from './hanging-protocol.ts';
import type { HostParameters } from './host.ts';
import { readingMode, type FactoryParameters } from './mode.ts';
import { HANDLER_NAME, presentationStateHandler } from './presentation-states.ts';
import { hostComponent } from './react-host.ts';
import { ResultSource } from './result-source.ts';
import { ResultStore } from './result-store.ts';
import { Session } from './session.ts';
import { hostLanguage, hostWordsOf } from './words.ts';

const ID = '@osteon/ohif-extension';
const PANEL_ID = `${ID}.panelModule.findings`;

/** Makes the extension; `url` is the address it was loaded from, beside which Osteon's own resources lie. */
export function createExtension(url: string) {
  const store = new ResultStore();
  const source = new ResultSource(store, new URL('../', url));
  const drawing = { lists: new Map<string, DisplayList>(), crowds: new CrowdCanvases() };
  let session: Session | undefined;
  return {
    id: ID,
    version: packageDescription.version,

    preRegistration() {
      defineElements({
        store,
        source,
        navigation: () => session?.navigation,
        toggleKey: () => session?.toggleKey ?? '',
      });
    },

    /** Of every mode, ours or another; called before the mode's own. */
    onModeEnter(host: HostParameters) {
      session?.end();
      session = new Session({ store, source, drawing }, host, PANEL_ID);
    },

    onModeExit() {
      session?.end();
      session = undefined;
    },

    getPanelModule: () => [
      {
        name: 'findings',
        iconName: 'EyeVisible',
        iconLabel: 'AI',
        label: hostWordsOf(hostLanguage()).panelLabel,
        component: hostComponent(PANEL_ELEMENT),
      },
    ],

    getCommandsModule: () => ({
      defaultContext: 'CORNERSTONE',
      actions: {},
      definitions: {
        osteonToggleOverlay: {
          commandFn: () => {
            store.choose({ isOn: !store.choice.isOn });
          },
        },
        osteonNextFinding: { commandFn: () => session?.navigation.step(1) },
        osteonPreviousFinding: { commandFn: () => session?.navigation.step(-1) },
        osteonSetThreshold: {
          commandFn: ({ threshold }: { readonly threshold: number }) => {
            store.choose({ threshold: Math.min(1, Math.max(0, threshold)) });
          },
        },
      },
    }),

    getToolbarModule: () => [
      {
        name: 'evaluate.osteonOverlay',
        evaluate: () => ({ disabled: false, isActive: store.choice.isOn }),
      },
    ],

    getHangingProtocolModule: () => [{ name: HANGING_PROTOCOL.id, protocol: HANGING_PROTOCOL }],

    getSopClassHandlerModule: () => [presentationStateHandler(ID)],

    modeFactory: (parameters: FactoryParameters) =>
      readingMode(parameters, {
        extensionUrl: url,
        version: packageDescription.version,
        panelId: PANEL_ID,
        handlerId: `${ID}.sopClassHandlerModule.${HANDLER_NAME}`,
        hangingProtocolId: HANGING_PROTOCOL.id,
        onEnter: () => session?.bindKeys(true),
      }),
  };
}

export default createExtension(import.meta.url);
