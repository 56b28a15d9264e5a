/**
 * The panel and the notice in a corner of every image, as custom elements. The panel is that of the reading room, in a
 * shadow tree, so that the host's styles and ours leave each other alone.
 */
import { render } from 'preact';
import { aiNotice } from '../core/notices.ts';
import { hiddenNotice } from '../core/findings.ts';
import baseStyles from '../standalone/styles/base.css?inline';
import colourStyles from '../standalone/styles/colours.css?inline';
import panelStyles from '../standalone/styles/panel.css?inline';
import reviewStyles from '../standalone/styles/review.css?inline';
import { WordsContext } from '../standalone/words.ts';
import { HostPanel } from './host-panel.tsx';
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
    render(
      <WordsContext.Provider value={store.words}>
        <HostPanel store={store} source={source} navigation={navigation} />
      </WordsContext.Provider>,
      root,
    );
  };
  return class extends HTMLElement {
    #stop: (() => void) | undefined;
    #isDue = false;

    connectedCallback(): void {
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [colourStyles, baseStyles, panelStyles, reviewStyles, hostStyles].map(
        styleSheet,
      );
      for (const type of KEY_EVENTS) root.addEventListener(type, keepButtonKeys);
      draw(root);
      this.#stop = store.subscribe(() => {
        this.#drawSoon(root);
      });
    }

    disconnectedCallback(): void {
      this.#stop?.();
      if (this.shadowRoot) render(null, this.shadowRoot);
    }

    /** Once for all changes of a moment, and never within a drawing, which may itself bring a change. */
    #drawSoon(root: ShadowRoot): void {
      if (this.#isDue) return;
      this.#isDue = true;
      queueMicrotask(() => {
        this.#isDue = false;
        if (this.isConnected) draw(root);
      });
    }
  };
}

const KEY_EVENTS = ['keydown', 'keypress', 'keyup'];

/** Keys that press a button. */
const PRESSING = [' ', 'Enter'];

/**
 * The host takes Space and Enter for commands of its own, and a button that has the focus would not be pressed. Fields need no
 * help: the host's Mousetrap leaves them their keys, in open shadow trees too.
 */
function keepButtonKeys(event: Event): void {
  const isPress = event instanceof KeyboardEvent && PRESSING.includes(event.key);
  if (isPress && event.target instanceof HTMLButtonElement) event.stopPropagation();
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
