/**
 * The buttons to the page before and to the next, with what is shown between them.
 */
import type { ComponentChildren } from 'preact';
import { Icon } from './icons.tsx';
import { useWords } from './words.ts';

export interface PageTurnsProps {
  /** What the pages are of, for those who do not see them. */
  readonly label: string;
  readonly class: string;
  /** 0-based. */
  readonly page: number;
  readonly hasNext: boolean;
  readonly onPage: (page: number) => void;
  readonly children: ComponentChildren;
}

export function PageTurns({ label, class: name, page, hasNext, onPage, children }: PageTurnsProps) {
  const words = useWords();
  const turn = (step: 1 | -1) => () => {
    onPage(page + step);
  };
  return (
    <nav class={name} aria-label={label}>
      <button
        type="button"
        class="tool"
        aria-label={words.previousPage}
        disabled={page === 0}
        onClick={turn(-1)}
      >
        <Icon name="back" />
      </button>
      {children}
      <button type="button" class="tool" aria-label={words.nextPage} disabled={!hasNext} onClick={turn(1)}>
        <Icon name="forward" />
      </button>
    </nav>
  );
}
