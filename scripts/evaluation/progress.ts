/**
 * How far a long run is: a bar on a terminal, a line now and then elsewhere. On standard error, so that output stays clean.
 */

export interface Progress {
  /** One more is done. */
  step(): void;
  end(): void;
}

const BAR_CELLS = 30;
const LINES = 10;

/** Starts showing how many of `total` are done. */
export function showProgress(what: string, total: number): Progress {
  const { stderr } = process;
  const startedAt = performance.now();
  let done = 0;
  const state = () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const left = done === 0 ? '?' : ((seconds / done) * (total - done)).toFixed(0);
    return `${what} ${done}/${total}, ${seconds.toFixed(0)} s, ${left} s left`;
  };
  return {
    step() {
      done += 1;
      if (stderr.isTTY) {
        const cells = Math.round((done / total) * BAR_CELLS);
        stderr.write(`\r[${'#'.repeat(cells).padEnd(BAR_CELLS, '.')}] ${state()} `);
      } else if (Math.floor((done * LINES) / total) > Math.floor(((done - 1) * LINES) / total)) {
        stderr.write(`${state()}\n`);
      }
    },
    end() {
      if (stderr.isTTY && total > 0) stderr.write('\n');
    },
  };
}
