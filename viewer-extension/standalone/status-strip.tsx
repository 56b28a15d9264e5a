/**
 * The strip beneath the image: what must always be said of the machine's findings, and how the image is shown.
 */
import { aiNotice } from '../core/notices.ts';
import type { StudyReport } from '../core/study-result.ts';
import type { LengthPlane } from '../core/measurement.ts';
import type { ViewState } from './cornerstone-viewport.ts';
import { useWords } from './words.ts';

export interface StatusStripProps {
  readonly report: StudyReport | undefined;
  readonly view: ViewState | undefined;
  /** Where lengths are measured, while there are measurements. */
  readonly measured?: LengthPlane | 'none' | undefined;
}

export function StatusStrip({ report, view, measured }: StatusStripProps) {
  const words = useWords();
  return (
    <div class="strip">
      <p class="strip-notice">{aiNotice(report, words.finding)}</p>
      {measured && (
        <p class="strip-measured">
          {words.measured[measured]} · {words.notStored}
        </p>
      )}
      {view && (
        <p class="strip-view">
          <span>W {Math.round(view.windowWidth)}</span>
          <span>L {Math.round(view.windowCenter)}</span>
          <span>{Math.round((view.scale / window.devicePixelRatio) * 100)} %</span>
          {view.rotation !== 0 && <span>{view.rotation}°</span>}
          {view.isInverted && <span>{words.inverted}</span>}
        </p>
      )}
    </div>
  );
}
