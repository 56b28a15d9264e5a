/**
 * Lets a fixed number of asynchronous works run at once; the others wait in order, the urgent before the others, holding
 * nothing but their place.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';

export interface Gate {
  /** Runs `work` when a place is free; settles as it does. Larger priorities go first; default 0. */
  pass<T>(work: () => Promise<T>, priority?: number): Promise<T>;
  /** Lets nobody in any more: those who wait, and those who come, are rejected with `storage-unavailable`. */
  close(): void;
}

interface Waiting {
  readonly priority: number;
  readonly enter: () => void;
  readonly leave: (error: PacsError) => void;
}

/** A gate with so many places. */
export function createGate(places: number): Gate {
  let free = places;
  let isClosed = false;
  const waiting: Waiting[] = [];
  return {
    async pass(work, priority = 0) {
      if (isClosed) throw stopping();
      if (free > 0) free -= 1;
      else {
        await new Promise<void>((enter, leave) => {
          queueUp(waiting, { priority, enter, leave });
        });
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next.enter();
        else free += 1;
      }
    },
    close() {
      isClosed = true;
      for (const { leave } of waiting.splice(0)) leave(stopping());
    },
  };
}

/** Behind everybody of the same priority or a larger one. */
function queueUp(waiting: Waiting[], one: Waiting): void {
  const behind = waiting.findIndex(({ priority }) => priority < one.priority);
  waiting.splice(behind < 0 ? waiting.length : behind, 0, one);
}

function stopping(): PacsError {
  return new PacsError('storage-unavailable', 'The server is stopping');
}
