/**
 * How far a long task is: a bar that redraws itself on a terminal, a line now and then elsewhere.
 */

/** Where progress is shown. `process.stdout` is one. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
/** Without a terminal, one line for each of these shares of the whole. */
const LINES = 10;

/** Returns the function to call with how many of `total` are done; the last call, with all of them, ends the line. */
export function showProgress(what: string, total: number, output: ProgressOutput): (done: number) => void {
  let shown = -1;
  return (done) => {
    const share = total === 0 ? 1 : done / total;
    if (output.isTTY === true) {
      const filled = Math.round(share * BAR_WIDTH);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
      output.write(`\r${what} ${bar} ${done}/${total}${done === total ? '\n' : ''}`);
      return;
    }
    const step = Math.floor(share * LINES);
    if (step === shown) return;
    shown = step;
    output.write(`${what} ${done}/${total}\n`);
  };
}
