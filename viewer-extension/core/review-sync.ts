/**
 * The steps of a reader on their way to the server: shown at once, kept in the browser until they have arrived, sent again
 * when the connection comes back. No DOM: storage, client and clock are given.
 *
 * Trap: an answer may be lost although the server took what was sent. Steps have names, so sending them again adds nothing,
 * and what another window of the same reader did meanwhile is kept.
 */
import type { ReviewStep } from '../../dicom/sr/review-steps.ts';

/** What the server says of a review. */
export interface RemoteReview {
  readonly reader: {
    readonly id: string;
    readonly name?: string;
    readonly mayReview: boolean;
    readonly maySign: boolean;
  };
  /** The report under review; absent where there is none. */
  readonly report?: {
    readonly seriesInstanceUid: string;
    readonly sopInstanceUid: string;
    readonly isVerified: boolean;
  };
  readonly draft: { readonly revision: number; readonly steps: readonly ReviewStep[] };
  readonly others: readonly OtherDraft[];
  readonly seen: string;
}

/** What another reader has decided and not signed. */
export interface OtherDraft {
  readonly reader: string;
  /** ISO 8601. */
  readonly changedAt: string;
  readonly steps: readonly ReviewStep[];
}

/** What came of a request: an answer, a review that has changed meanwhile, a refusal in words, or nothing. */
export type ReviewAnswer<Done> =
  | { readonly status: 'done'; readonly done: Done }
  | { readonly status: 'changed'; readonly review: RemoteReview }
  | { readonly status: 'refused'; readonly message: string }
  | { readonly status: 'unreachable' };

/** The requests; none of them rejects. */
export interface ReviewRequests {
  read(): Promise<ReviewAnswer<RemoteReview>>;
  save(draft: RemoteReview['draft']): Promise<ReviewAnswer<RemoteReview>>;
  sign(what: { readonly revision: number; readonly seen: string }): Promise<ReviewAnswer<undefined>>;
}

/** The part of `Storage` that is used, for one key. */
export interface PendingStore {
  get(): string | null;
  set(text: string | null): void;
}

/** How things stand, for the page. */
export interface ReviewView {
  readonly remote?: RemoteReview;
  /** Steps as the reader sees them, those under way among them. */
  readonly steps: readonly ReviewStep[];
  /** Changes that have not arrived yet. */
  readonly unsent: number;
  readonly isOffline: boolean;
  /** Why the last change or signature was refused, in the server's words. */
  readonly refusal?: string;
  /** True when a signature was refused because another report or another reader's decision came first. */
  readonly hasChanged: boolean;
}

type Change = { readonly add: ReviewStep } | { readonly remove: string };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export class ReviewSync {
  readonly #requests: ReviewRequests;
  readonly #pending: PendingStore;
  readonly #onView: (view: ReviewView) => void;
  #remote: RemoteReview | undefined;
  #changes: readonly Change[] = [];
  #isOffline = false;
  #refusal: string | undefined;
  #hasChanged = false;
  #pause = FIRST_PAUSE_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  #isStopped = false;

  constructor(requests: ReviewRequests, pending: PendingStore, onView: (view: ReviewView) => void) {
    this.#requests = requests;
    this.#pending = pending;
    this.#onView = onView;
  }

  get view(): ReviewView {
    return {
      ...(this.#remote && { remote: this.#remote }),
      steps: applied(this.#remote?.draft.steps ?? [], this.#changes),
      unsent: this.#changes.length,
      isOffline: this.#isOffline,
      ...(this.#refusal !== undefined && { refusal: this.#refusal }),
      hasChanged: this.#hasChanged,
    };
  }

  /** Asks how far the review is, and sends what an earlier page could not. */
  async refresh(): Promise<void> {
    const answer = await this.#requests.read();
    if (this.#isStopped) return;
    if (answer.status === 'done') {
      const isFirst = this.#remote === undefined;
      // An answer that was overtaken by one to a later change says nothing new.
      if (answer.done.draft.revision >= (this.#remote?.draft.revision ?? 0)) this.#take(answer.done);
      if (isFirst) this.#changes = [...this.#kept(answer.done.reader.id), ...this.#changes];
      this.#isOffline = false;
    } else if (answer.status === 'unreachable') this.#isOffline = true;
    this.#tell();
    if (this.#changes.length > 0) await this.flush();
    else if (answer.status === 'unreachable') this.#later();
  }

  /** Takes a step; it is kept before anything else happens. */
  take(step: ReviewStep): void {
    this.#change({ add: step });
  }

  /** Takes the last step back; false where there is none. */
  undo(): boolean {
    const last = this.view.steps.at(-1);
    if (last) this.#change({ remove: last.id });
    return last !== undefined;
  }

  /** Puts a step in the place of the last one if that has this id, else after it. */
  replace(id: string | undefined, step: ReviewStep): void {
    if (id !== undefined && this.view.steps.at(-1)?.id === id) this.#change({ remove: id }, { add: step });
    else this.take(step);
  }

  /** Signs what is on the screen, once all of it has arrived. */
  async sign(): Promise<boolean> {
    await this.flush();
    const remote = this.#remote;
    if (!remote || this.#changes.length > 0) return false;
    const answer = await this.#requests.sign({ revision: remote.draft.revision, seen: remote.seen });
    this.#refusal = answer.status === 'refused' ? answer.message : undefined;
    this.#hasChanged = answer.status === 'changed';
    this.#isOffline = answer.status === 'unreachable';
    if (answer.status === 'changed') this.#take(answer.review);
    this.#tell();
    await this.refresh();
    return answer.status === 'done';
  }

  /** Sends what has not arrived; resolves when it has, or could not. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Ends; what has not arrived stays in the browser. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #sendAll(): Promise<void> {
    while (this.#changes.length > 0 && this.#remote && !this.#isStopped) {
      const sent = this.#changes;
      const { revision } = this.#remote.draft;
      const answer = await this.#requests.save({ revision, steps: this.view.steps });
      if (answer.status === 'unreachable') {
        this.#isOffline = true;
        this.#tell();
        this.#later();
        return;
      }
      this.#isOffline = false;
      this.#pause = FIRST_PAUSE_MS;
      if (answer.status === 'changed') this.#take(answer.review);
      else {
        // A change that is refused would be refused for ever.
        this.#changes = this.#changes.slice(sent.length);
        this.#refusal = answer.status === 'refused' ? answer.message : undefined;
        if (answer.status === 'done') this.#take(answer.done);
        this.#keep();
      }
      this.#tell();
    }
  }

  #change(...changes: readonly Change[]): void {
    this.#changes = [...this.#changes, ...changes];
    this.#refusal = undefined;
    this.#hasChanged = false;
    this.#keep();
    this.#tell();
    void this.flush();
  }

  #take(remote: RemoteReview): void {
    this.#remote = remote;
  }

  #keep(): void {
    const reader = this.#remote?.reader.id;
    this.#pending.set(this.#changes.length > 0 ? JSON.stringify({ reader, changes: this.#changes }) : null);
  }

  /** What an earlier page of the same reader could not send. */
  #kept(reader: string): readonly Change[] {
    try {
      const kept = JSON.parse(this.#pending.get() ?? 'null') as {
        reader?: string;
        changes?: readonly Change[];
      } | null;
      return kept?.reader === reader ? (kept.changes ?? []) : [];
    } catch {
      return [];
    }
  }

  #later(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void (this.#remote ? this.flush() : this.refresh()), this.#pause);
    this.#pause = Math.min(LONGEST_PAUSE_MS, 2 * this.#pause);
  }

  #tell(): void {
    if (!this.#isStopped) this.#onView(this.view);
  }
}

/** Steps with the changes upon them; a step that is there already is not added again. */
function applied(steps: readonly ReviewStep[], changes: readonly Change[]): readonly ReviewStep[] {
  return changes.reduce<readonly ReviewStep[]>((all, change) => {
    if ('remove' in change) return all.filter(({ id }) => id !== change.remove);
    return all.some(({ id }) => id === change.add.id) ? all : [...all, change.add];
  }, steps);
}
