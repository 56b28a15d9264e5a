/** What `/api/analyses` of a running server says of studies. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const analysis = z.object({
  studyInstanceUid: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'rejected', 'failed']),
  reason: z.string().optional(),
  queuedAt: z.string(),
  finishedAt: z.string().optional(),
  images: z.array(z.object({ sopInstanceUid: z.string(), state: z.string() })),
});
export type ListedAnalysis = z.infer<typeof analysis>;
const answer = z.object({ analyses: z.array(analysis) });

/** The analysis of a study as it is now; `undefined` when it was never queued. */
export async function analysisNow(address: string, studyUid: string): Promise<ListedAnalysis | undefined> {
  const response = await fetch(`${address}/api/analyses?study=${studyUid}`);
  return answer.parse(await response.json()).analyses[0];
}

/** Waits until the analysis of a study has ended. */
export async function analysisEnd(address: string, studyUid: string): Promise<ListedAnalysis> {
  for (;;) {
    const found = await analysisNow(address, studyUid);
    if (found && found.state !== 'waiting' && found.state !== 'running') return found;
    await pause(50);
  }
}
