/**
 * Pixels to tensor: from the bytes of a DICOM file to what the fracture detector takes, for each transfer syntax.
 *
 * usage: node test/bench/tensor.ts FILE.dcm… [--repeats N]
 *
 * Prints a JSON line for each file with the medians in ms; the same steps of a usual Python pipeline stand beside them in
 * docs/performance.md. What reads, decodes and normalises here is the code of the server.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { toTensor } from '../../models/normalise/to-tensor.ts';
import { selectModels } from '../../models/registry.ts';
import { readManifests } from '../../models/runtime/load-models.ts';

const WARM_UP = 5;
const { values, positionals: files } = parseArgs({
  options: { repeats: { type: 'string', default: '30' } },
  allowPositionals: true,
});
if (files.length === 0) {
  console.error('usage: node test/bench/tensor.ts FILE.dcm… [--repeats N]');
  process.exit(2);
}
const models = selectModels(readManifests(join(import.meta.dirname, '..', '..', 'models')), {
  allowsResearchOnly: false,
});
const detector = models.find(({ task }) => task === 'fracture-detection');
if (!detector) throw new Error('there is no fracture detector');
const { input } = detector;

for (const file of files) {
  const runs: (readonly [decodeMs: number, totalMs: number])[] = [];
  for (let run = 0; run < WARM_UP + Number(values.repeats); run += 1) {
    const bytes = readFileSync(file);
    const start = performance.now();
    const header = readHeader(bytes);
    const frame = await decodeFrame(bytes, header, 0, true);
    const decoded = performance.now();
    toTensor(toGrey(frame, readPixelModule(header)), input);
    if (run >= WARM_UP) runs.push([decoded - start, performance.now() - start]);
  }
  const median = (part: 0 | 1) =>
    runs.map((run) => run[part]).toSorted((a, b) => a - b)[runs.length >> 1] ?? NaN;
  const rounded = (ms: number) => Math.round(ms * 10) / 10;
  console.log(
    JSON.stringify({
      bench: 'tensor',
      file: basename(file),
      decodeMs: rounded(median(0)),
      totalMs: rounded(median(1)),
      input: `${input.width} × ${input.height}`,
    }),
  );
}
