/**
 * Custom elements inside OHIF's React, without React: at run time the host shares none, so elements are made by hand.
 *
 * Trap: the mark of an element changed with React 19. Which one the host has is read off its own root.
 */

interface HostElement {
  readonly $$typeof: symbol;
  readonly type: string;
  readonly key: null;
  readonly ref: null;
  readonly props: Readonly<Record<string, unknown>>;
  readonly _owner: null;
}

/** A React element for a custom element without properties. */
export function hostElement(type: string): HostElement {
  const mark = isReact19() ? 'react.transitional.element' : 'react.element';
  return { $$typeof: Symbol.for(mark), type, key: null, ref: null, props: {}, _owner: null };
}

/** A React component that shows a custom element: a class by the mark that React looks for. */
export function hostComponent(type: string): unknown {
  return class {
    readonly props: unknown;
    readonly context: unknown;
    readonly updater: unknown;

    constructor(props: unknown, context: unknown, updater: unknown) {
      [this.props, this.context, this.updater] = [props, context, updater];
    }

    static {
      Object.assign(this.prototype, { isReactComponent: {} });
    }

    render(): HostElement {
      return hostElement(type);
    }
  };
}

function isReact19(): boolean {
  const root = document.getElementById('root');
  const fiber = Object.entries(root ?? {}).find(([name]) =>
    name.startsWith('__reactContainer$'),
  )?.[1] as unknown;
  return typeof fiber === 'object' && fiber !== null && 'refCleanup' in fiber;
}
