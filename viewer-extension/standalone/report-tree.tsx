/**
 * The content tree of a report as the server writes it out, folded until somebody wants it.
 *
 * Trap: the server's page is markup made from a report that anyone may have written. It is parsed without being run, and
 * of it only elements of a short list are built anew, with their texts and nothing else.
 */
import type { ComponentChildren } from 'preact';
import { h } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from './problem.ts';
import { useWords } from './words.ts';

const ELEMENTS: ReadonlySet<string> = new Set(
  'h1 h2 h3 p table thead tbody tr th td ul ol li dl dt dd strong b em section div span br'.split(' '),
);

/** `load` asks the server for its page; called once, when the tree is opened first. */
export function ReportTree({ load }: { readonly load: () => Promise<string> }) {
  const words = useWords();
  const [content, setContent] = useState<ComponentChildren>();
  const [problem, setProblem] = useState<unknown>();
  const isOpened = (isOpen: boolean) => {
    if (!isOpen || content !== undefined) return;
    load().then(
      (page) => {
        const { body } = new DOMParser().parseFromString(page, 'text/html');
        setContent([...body.childNodes].map(rebuilt));
      },
      (error: unknown) => {
        setProblem(error);
      },
    );
  };
  return (
    <details
      class="sheet-tree"
      onToggle={({ currentTarget }) => {
        isOpened(currentTarget.open);
      }}
    >
      <summary>{words.sheet.tree}</summary>
      {problem !== undefined && <p role="alert">{messageOf(problem, words.problem)}</p>}
      {content === undefined && problem === undefined && <p>{words.loadingReport}</p>}
      <div lang="en">{content}</div>
    </details>
  );
}

/** A node of the server's page, built anew: known elements without attributes but the scope of a heading, else the text. */
function rebuilt(node: Node): ComponentChildren {
  if (!(node instanceof Element)) return node.nodeType === Node.TEXT_NODE ? node.textContent : null;
  const name = node.localName;
  if (!ELEMENTS.has(name)) return name === 'script' || name === 'style' ? null : node.textContent;
  const scope = node.getAttribute('scope') === 'row' ? 'row' : 'col';
  const children = [...node.childNodes].map(rebuilt);
  // The sheet has its own heading of the first rank.
  return h(name === 'h1' ? 'h2' : name, name === 'th' ? { scope } : null, ...children);
}
