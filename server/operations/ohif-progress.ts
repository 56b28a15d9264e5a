/**
 * Says on the terminal how the OHIF application comes along.
 */
import type { OhifApplication, OhifState } from './ohif-application.ts';
import { showProgress, type ProgressOutput } from './progress.ts';

/** A download of unknown exact size is shown in hundredths. */
const WHOLE = 100;

/** Shows the progress of a download and how it ended; nothing where the application is there already. */
export function showOhifProgress(application: OhifApplication, output: ProgressOutput): void {
  if (application.state.kind === 'ready') return;
  let show: ((done: number) => void) | undefined;
  const say = (state: OhifState): void => {
    if (state.kind === 'fetching') {
      show ??= showProgress('Fetching the OHIF viewer (once)', WHOLE, output);
      show(Math.floor(state.share * WHOLE));
    } else {
      output.write(state.kind === 'ready' ? 'OHIF is ready.\n' : `\n${state.reason}\n`);
    }
  };
  say(application.state);
  application.onChange(say);
}
