/**
 * The strip beneath the image: what must always be said of the machine's findings, and how the image is shown.
 */
import { aiNotice } from '../core/notices.ts';
import type { StudyReport } from '../core/study-result.ts';
import type { ViewState } from './cornerstone-viewport.ts';

export interface StatusStripProps {
  readonly report: StudyReport | undefined;
  readonly view: ViewState | undefined;
}

export function StatusStrip({ report, view }: StatusStripProps) {
  return (
    <div class="strip">
      <p class="strip-notice">{aiNotice(report)}</p>
      {view && (
        <p class="strip-view">
          <span>W {Math.round(view.windowWidth)}</span>
          <span>L {Math.round(view.windowCenter)}</span>
          <span>{Math.round((view.scale / window.devicePixelRatio) * 100)} %</span>
          {view.rotation !== 0 && <span>{view.rotation}°</span>}
          {view.isInverted && <span>Inverted</span>}
        </p>
      )}
    </div>
  );
}
