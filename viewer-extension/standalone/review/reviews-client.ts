/**
 * The requests of a review, asked of `/api/reviews`. None rejects: what came of one is its answer.
 */
import type { RemoteReview, ReviewAnswer, ReviewRequests } from '../../core/review-sync.ts';

/** Requests for one study; `url` of the resource, e.g. `/api/reviews`. */
export function reviewRequests(url: string, studyInstanceUid: string): ReviewRequests {
  const address = `${url}/${encodeURIComponent(studyInstanceUid)}`;
  return {
    read: () => ask<RemoteReview>(address, 'GET'),
    save: (draft) => ask<RemoteReview>(address, 'PUT', draft),
    sign: (what) => ask<undefined>(`${address}/signature`, 'POST', what),
  };
}

interface Failure {
  readonly message?: string;
  readonly state?: RemoteReview;
}

async function ask<Done>(url: string, method: string, body?: object): Promise<ReviewAnswer<Done>> {
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      // Sent even while the page is being left.
      keepalive: method === 'PUT',
    });
    if (response.ok) return { status: 'done', done: (await response.json()) as Done };
    // The server is there and cannot: as good as not reached.
    if (response.status >= 500 || response.status === 429) return { status: 'unreachable' };
    const failure = (await response.json().catch(() => ({}))) as Failure;
    return failure.state
      ? { status: 'changed', review: failure.state }
      : { status: 'refused', message: failure.message ?? String(response.status) };
  } catch {
    return { status: 'unreachable' };
  }
}
