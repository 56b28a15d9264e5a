/**
 * The thread that keeps a server busy for `health-under-load.ts`: four clients store, two render, two search. At the word
 * `stop` it ends and tells how much of each it did.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { emptyBook, startClients } from '../crash/storing-clients.ts';

const STUDY = '2.25.77';
const base = `${String(workerData)}/dicom-web`;
const counts = { stored: 0, rendered: 0, searched: 0, refused: 0 };
const book = emptyBook();
let isStopped = false;

parentPort?.once('message', () => {
  isStopped = true;
});
const storing = startClients(base, { book, count: 4, seed: 7, studyUids: [`${STUDY}.1`, `${STUDY}.2`] });
await storing.underway;
await Promise.all([...Array.from({ length: 2 }, render), ...Array.from({ length: 2 }, search)]);
await storing.stop();
counts.stored = book.acknowledged.size;
parentPort?.postMessage(counts);

/** Renders what was stored, one instance after the other. */
async function render(): Promise<void> {
  for (let turn = 0; !isStopped; turn++) {
    const uids = [...book.acknowledged];
    const sent = book.sent.get(uids[turn % uids.length] ?? '');
    if (!sent) continue;
    const path = `${base}/studies/${sent.studyUid}/series/${sent.seriesUid}/instances/${sent.sopInstanceUid}`;
    if (await get(`${path}/rendered`, 'image/jpeg')) counts.rendered += 1;
    else counts.refused += 1;
  }
}

async function search(): Promise<void> {
  while (!isStopped) {
    if (await get(`${base}/studies/${STUDY}.1/instances?limit=200`, 'application/dicom+json')) {
      counts.searched += 1;
    } else counts.refused += 1;
  }
}

async function get(url: string, accept: string): Promise<boolean> {
  const response = await fetch(url, { headers: { Accept: accept } });
  await response.arrayBuffer();
  return response.ok;
}
