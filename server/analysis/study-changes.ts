/**
 * Tells which studies' analyses and reviews have changed, whichever process changed them: one small query a second, and only while
 * somebody listens.
 *
 * Trap: times in the table are those at which transactions began, so a change may become visible after a later one; the
 * last seconds are therefore asked for again, and what was told is remembered as long.
 */
import { asPacsError, type PacsError } from '../../dicom/vocabulary/failure.ts';
import { query, type Pool } from '../storage/database.ts';

export type StudyListener = (studyUids: readonly string[]) => void;

export interface StudyChanges {
  /** Tells of changes from now on, until the returned function is called. */
  listen(listener: StudyListener): () => void;
}

const EVERY_MS = 1000;
const OVERLAP_SECONDS = 10;
/** Studies in one notice; the others follow in the next. */
const MOST = 200;

/** Watches the analyses and reviews of a database. A question that fails is told to `onError` and asked again. */
export function watchStudies(
  pool: Pool,
  onError: (error: PacsError) => void,
  everyMs = EVERY_MS,
): StudyChanges {
  const listeners = new Set<StudyListener>();
  let told: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;
  const ask = async (isFirst: boolean): Promise<void> => {
    try {
      const changes = await changesOf(pool);
      const news = changes.filter(({ key }) => !told.has(key)).slice(0, MOST);
      const kept = changes.filter(({ key }) => told.has(key));
      told = new Set([...kept, ...(isFirst ? changes : news)].map(({ key }) => key));
      const uids = [...new Set(news.map(({ studyUid }) => studyUid))];
      if (!isFirst && uids.length > 0) for (const listener of listeners) listener(uids);
    } catch (error) {
      onError(asPacsError(error, 'storage-unavailable'));
    }
    if (listeners.size > 0) timer = setTimeout(() => void ask(false), everyMs).unref();
    else timer = undefined;
  };
  return {
    listen(listener) {
      listeners.add(listener);
      if (listeners.size === 1 && timer === undefined) timer = setTimeout(() => void ask(true), 0).unref();
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

async function changesOf(
  pool: Pool,
): Promise<readonly { readonly studyUid: string; readonly key: string }[]> {
  const rows = await query(
    pool,
    `SELECT study_uid, state, greatest(queued_at, started_at, finished_at)::text AS changed_at FROM analysis
     WHERE greatest(queued_at, started_at, finished_at) > now() - make_interval(secs => $1)
     UNION ALL
     SELECT study_uid, reader_id || ' ' || revision, changed_at::text FROM review_draft
     WHERE changed_at > now() - make_interval(secs => $1)
     ORDER BY changed_at LIMIT 5000`,
    [OVERLAP_SECONDS],
  );
  return rows.map((row) => ({
    studyUid: String(row['study_uid']),
    key: [row['study_uid'], row['state'], row['changed_at']].join(' '),
  }));
}
