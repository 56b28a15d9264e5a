/**
 * `/api/events`: which studies' analyses have changed, as server-sent events (HTML Living Standard 9.2). An event
 * `studies` carries a JSON list of Study Instance UIDs; what has become of them is asked elsewhere.
 */
import { Router } from 'express';
import type { StudyChanges } from '../analysis/study-changes.ts';
import { requirePermission } from '../security/authentication.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { visibleAmong } from './study-access.ts';

/** A comment so often keeps proxies from closing a silent connection. */
const HEARTBEAT_MS = 20_000;

export interface StudyEventsServices {
  readonly changes: StudyChanges;
  readonly index: Pick<StudyIndex, 'search'>;
  /** Aborted: the server stops, and every stream ends. */
  readonly stopping: AbortSignal;
}

/** `GET` streams until the client or the server ends it. */
export function studyEventsRouter({ changes, index, stopping }: StudyEventsServices): Router {
  const router = Router();
  router.get('/', requirePermission('read-studies'), (request, response) => {
    // Compressed, an event would wait in the compressor for the next.
    response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store, no-transform' });
    response.flushHeaders();
    response.write(': open\n\n');
    const silence = changes.listen((studyUids) => {
      visibleAmong(request, index, studyUids).then(
        (visible) => {
          if (visible.size > 0) response.write(`event: studies\ndata: ${JSON.stringify([...visible])}\n\n`);
        },
        // What cannot be told now is told by the next change; a client asks anew in any case.
        () => undefined,
      );
    });
    const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
    const end = (): void => {
      response.end();
    };
    stopping.addEventListener('abort', end, { once: true });
    response.once('close', () => {
      stopping.removeEventListener('abort', end);
      clearInterval(heartbeat);
      silence();
    });
    if (stopping.aborted) end();
  });
  return router;
}
