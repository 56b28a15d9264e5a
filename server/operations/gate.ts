/**
 * Lets a fixed number of asynchronous works run at once; the others wait in order, holding nothing but their place.
 */

export interface Gate {
  /** Runs `work` when a place is free; settles as it does. */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

/** A gate with so many places. */
export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    async pass(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
