/**
 * Files dropped anywhere on the page, or chosen: stored one by one, then the study opens.
 */
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { messageOf } from './problem.ts';
import { studyHref } from './route.ts';
import type { Services } from './services.ts';
import { useWords, type Words } from './words.ts';

/** How far the storing is. */
export interface Storing {
  readonly done: number;
  readonly total: number;
  /** One sentence per file that was refused. */
  readonly refused: readonly string[];
}

export interface FileDrop {
  readonly storing: Storing | undefined;
  readonly isOver: boolean;
  readonly take: (files: readonly File[]) => void;
  readonly dismiss: () => void;
}

const MOST_REASONS = 4;

export function useFileDrop({ imports }: Services, words: Words): FileDrop {
  const [storing, setStoring] = useState<Storing>();
  const [isOver, setOver] = useState(false);
  const take = (files: readonly File[]) => {
    if (files.length > 0) void storeAll(files);
  };
  const storeAll = async (files: readonly File[]) => {
    const studies = new Set<string>();
    const refused: string[] = [];
    for (const [index, file] of files.entries()) {
      setStoring({ done: index, total: files.length, refused: [...refused] });
      try {
        studies.add(await imports.store(file));
      } catch (error) {
        refused.push(words.refusedFile(file.name, messageOf(error, words.problem)));
      }
    }
    const [only, ...others] = studies;
    setStoring(
      refused.length === 0 && only ? undefined : { done: files.length, total: files.length, refused },
    );
    if (only) location.hash = others.length === 0 ? studyHref(only) : '#/';
  };
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    window.addEventListener('dragover', over, { signal });
    window.addEventListener(
      'dragleave',
      ({ relatedTarget }) => {
        if (relatedTarget === null) setOver(false);
      },
      { signal },
    );
    window.addEventListener(
      'drop',
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(false);
        take([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => {
      controller.abort();
    };
  }, [imports, words]);
  return {
    storing,
    isOver,
    take,
    dismiss: () => {
      setStoring(undefined);
    },
  };
}

export function FileDropNotice({ storing, isOver, dismiss }: FileDrop) {
  const words = useWords();
  if (isOver) {
    return (
      <div class="drop-target" role="status">
        <p>{words.dropHere}</p>
      </div>
    );
  }
  if (!storing) return null;
  const { done, total, refused } = storing;
  const more = refused.length - MOST_REASONS;
  return (
    <div class="storing" role="status">
      <div>
        <p>{done < total ? words.storing(done, total) : words.stored(total - refused.length)}</p>
        {refused.slice(0, MOST_REASONS).map((reason, index) => (
          <p key={index} class="storing-refused">
            {reason}
          </p>
        ))}
        {more > 0 && <p class="storing-refused">{words.moreRefused(more)}</p>}
      </div>
      {done === total && (
        <button type="button" class="tool" aria-label={words.dismiss} onClick={dismiss}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
