/**
 * Lets a fixed number of asynchronous works run at once; the others wait in order, holding nothing but their place.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';

export interface Gate {
  /** Runs `work` when a place is free; settles as it does. */
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Lets nobody in any more: those who wait, and those who come, are rejected with `storage-unavailable`. */
  close(): void;
}

/** A gate with so many places. */
export function createGate(places: number): Gate {
  let free = places;
  let isClosed = false;
  const waiting: { enter: () => void; leave: (error: PacsError) => void }[] = [];
  return {
    async pass(work) {
      if (isClosed) throw stopping();
      if (free > 0) free -= 1;
      else await new Promise<void>((enter, leave) => waiting.push({ enter, leave }));
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

function stopping(): PacsError {
  return new PacsError('storage-unavailable', 'The server is stopping');
}
