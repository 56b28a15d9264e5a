/**
 * The panel and the notice in a corner of every image, as custom elements. The panel is that of the reading room, in a
 * shadow tree, so that the host's styles and ours leave each other alone.
 */
import { render } from 'preact';
import { aiNotice } from '../core/notices.ts';
import { hiddenNotice } from '../core/findings.ts';
import { FindingsPanel } from '../standalone/findings-panel.tsx';
import baseStyles from '../standalone/styles/base.css?inline';
import colourStyles from '../standalone/styles/colours.css?inline';
import panelStyles from '../standalone/styles/panel.css?inline';
import { WordsContext } from '../standalone/words.ts';
import hostStyles from './panel.css?inline';
import type { FindingNavigation } from './navigation.ts';
import type { ResultSource } from './result-source.ts';
import type { ResultStore } from './result-store.ts';

export const PANEL_ELEMENT = 'osteon-findings-panel';
export const NOTICE_ELEMENT = 'osteon-corner-notice';

/** What the elements act upon; the navigation is there once a study is open. */
export interface ElementParts {
  readonly store: ResultStore;
  readonly source: ResultSource;
  readonly navigation: () => FindingNavigation | undefined;
  /** The key that hides and shows the overlay, as it is bound now. */
  readonly toggleKey: () => string;
}

/** Defines both elements, once for the page. */
export function defineElements(parts: ElementParts): void {
  if (customElements.get(PANEL_ELEMENT)) return;
  customElements.define(PANEL_ELEMENT, panelElement(parts));
  customElements.define(NOTICE_ELEMENT, noticeElement(parts));
}

function panelElement({ store, source, navigation }: ElementParts): CustomElementConstructor {
  const draw = (root: ShadowRoot) => {
    const { image, images, report, analysis, problem, words } = store;
    const open = {
      ...(report ? { report } : {}),
      ...(analysis ? { analysis } : {}),
      ...(problem === undefined ? {} : { problem }),
      hasNewResult: false,
      dismissNotice: () => undefined,
      wasBoneAgeAsked: store.wasBoneAgeAsked,
      analyse: (options: { readonly boneAge: boolean }) => {
        source.analyse(options);
      },
    };
    const shown = images.find(
      ({ address, frameNumber }) =>
        address.sopInstanceUid === image?.sopInstanceUid && frameNumber === image.frameNumber,
    );
    render(
      <WordsContext.Provider value={words}>
        <FindingsPanel
          open={open}
          image={shown}
          images={images}
          fractures={store.findings}
          visible={store.visible}
          choice={store.choice}
          selectedKey={store.selectedKey}
          onChoice={(choice) => {
            store.choose(choice);
          }}
          onSelect={(finding) => {
            navigation()?.goTo(finding);
          }}
        />
        <p class="panel-notice">{aiNotice(report, words.finding)}</p>
      </WordsContext.Provider>,
      root,
    );
  };
  return class extends HTMLElement {
    #stop: (() => void) | undefined;

    connectedCallback(): void {
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [colourStyles, baseStyles, panelStyles, hostStyles].map(styleSheet);
      draw(root);
      this.#stop = store.subscribe(() => {
        draw(root);
      });
    }

    disconnectedCallback(): void {
      this.#stop?.();
      if (this.shadowRoot) render(null, this.shadowRoot);
    }
  };
}

function noticeElement({ store, toggleKey }: ElementParts): CustomElementConstructor {
  return class extends HTMLElement {
    #stop: (() => void) | undefined;

    connectedCallback(): void {
      this.#draw();
      this.#stop = store.subscribe(() => {
        this.#draw();
      });
    }

    disconnectedCallback(): void {
      this.#stop?.();
    }

    #draw(): void {
      const { report, choice, visible, findings, words } = store;
      const shown = choice.isOn
        ? hiddenNotice(visible.length, findings.length, words.finding)
        : words.hidden(toggleKey());
      this.style.cssText = 'display: block; max-width: 24em; text-align: right; font-size: 12px';
      this.textContent = [aiNotice(report, words.finding), ...(shown === undefined ? [] : [shown])].join(
        ' · ',
      );
    }
  };
}

function styleSheet(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}
