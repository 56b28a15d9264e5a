/**
 * Time from the last byte of a STOW-RS request to the moment the SR can be retrieved, and how much of it is inference.
 *
 * usage: node test/bench/latency.ts BASE_URL FILE.dcm…   (each file a study of its own that the server has not seen)
 *
 * Prints one line per image and the medians. Give the server's OSTEON_STUDY_QUIET_SECONDS to this program too: the time
 * without that wait is printed beside the whole. Inference runs during the wait; its share is of the whole time, so run with 0
 * to see what it is of the work.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';

interface Timing {
  readonly storedMs: number;
  readonly reportMs: number;
  readonly inferenceMs: number;
}

const [base = '', ...files] = process.argv.slice(2);
if (base === '' || files.length === 0) {
  console.error('usage: node test/bench/latency.ts BASE_URL FILE.dcm…');
  process.exit(2);
}
const quietMs = Number(process.env['OSTEON_STUDY_QUIET_SECONDS'] ?? 5) * 1000;
const timings: Timing[] = [];
for (const file of files) {
  const timing = await measure(readFileSync(file));
  timings.push(timing);
  print(file.split('/').at(-1) ?? file, timing);
}
const middle = (pick: (timing: Timing) => number) =>
  timings.map(pick).toSorted((a, b) => a - b)[Math.floor(timings.length / 2)] ?? 0;
print('median', {
  storedMs: middle((t) => t.storedMs),
  reportMs: middle((t) => t.reportMs),
  inferenceMs: middle((t) => t.inferenceMs),
});

function print(name: string, { storedMs, reportMs, inferenceMs }: Timing): void {
  const share = ((inferenceMs / reportMs) * 100).toFixed(0);
  console.log(
    `${name}: stored ${storedMs.toFixed(0)} ms, report after ${reportMs.toFixed(0)} ms (${(reportMs - quietMs).toFixed(0)} ms without the wait), networks ${inferenceMs.toFixed(0)} ms = ${share} %`,
  );
}

async function measure(bytes: Uint8Array): Promise<Timing> {
  const { studyInstanceUid } = readHeader(bytes);
  const before = await inferenceSeconds();
  const boundary = 'osteon-bench';
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const startedAt = performance.now();
  const response = await fetch(`${base}/dicom-web/studies`, {
    method: 'POST',
    headers: { 'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}` },
    body,
  });
  if (response.status !== 200) throw new Error(`STOW-RS answered ${response.status}`);
  const storedAt = performance.now();
  const search = `${base}/dicom-web/studies/${studyInstanceUid}/instances?${TAG.Modality}=SR`;
  while ((await fetch(search)).status !== 200) await pause(10);
  const reportAt = performance.now();
  return {
    storedMs: storedAt - startedAt,
    reportMs: reportAt - storedAt,
    inferenceMs: ((await inferenceSeconds()) - before) * 1000,
  };
}

/** Seconds that the server has spent inside networks since its start, by its own metric. */
async function inferenceSeconds(): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const [, sum] = /^osteon_inference_duration_seconds_sum (\S+)$/m.exec(text) ?? [];
  if (sum === undefined) throw new Error('/metrics has no osteon_inference_duration_seconds_sum');
  return Number(sum);
}
