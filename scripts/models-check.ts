/**
 * Says whether a model folder is sound: `npm run models:check -- FOLDER`.
 *
 * Reads the manifest, compares it with the weights and the graph, then runs the network on an image almost without
 * contrast and on synthetic hands, and prints what the server would report. Ends with code 1 at the first thing that is
 * wrong. What it finds on phantoms says that it runs, not that it is right.
 */
import { basename, dirname, resolve } from 'node:path';
import { renderPhantom, USUAL_PARAMETERS, type PhantomParameters } from '../dicom/phantom/index.ts';
import { asPacsError, PacsError } from '../dicom/vocabulary/failure.ts';
import type { Finding, ImageOutcome } from '../dicom/vocabulary/finding.ts';
import type { GreyImage } from '../dicom/vocabulary/image.ts';
import { inputShapeOf } from '../models/input-contract.ts';
import type { Manifest } from '../models/manifest.ts';
import { analyseImage } from '../models/pipeline.ts';
import { shapesOf } from '../models/postprocess/decoders.ts';
import { loadWeights, readManifest } from '../models/runtime/load-models.ts';
import { openSessions, type Sessions } from '../models/runtime/session.ts';

const AGE_YEARS = 9;
const HAND: PhantomParameters = {
  ...USUAL_PARAMETERS,
  ageYears: AGE_YEARS,
  columns: 600,
  rows: 760,
  bitsStored: 8,
};

const [folder, ...others] = process.argv.slice(2);
try {
  if (folder === undefined || others.length > 0)
    throw new PacsError('bad-request', 'usage: npm run models:check -- FOLDER');
  await check(resolve(folder));
  console.log('\nThe folder can be served.');
} catch (error) {
  console.error(`✗ ${asPacsError(error).message}`);
  process.exitCode = 1;
}

async function check(path: string): Promise<void> {
  const [models, id] = [dirname(path), basename(path)];
  const manifest = readManifest(models, id);
  if (!manifest) throw new PacsError('model-invalid', `${id} holds no manifest.json`);
  passed(`manifest: ${manifest.id} ${manifest.version}, ${manifest.task} by ${manifest.output.decoder}`);
  const { weights } = loadWeights(models, manifest);
  passed(`weights: ${weights.byteLength} bytes, SHA-256 as stated`);
  const sessions = await openSessions(models, [manifest]);
  try {
    passed(`graph: ${signatureOf(manifest)}`);
    for (const [name, image] of images()) await run(name, image, manifest, sessions);
  } finally {
    await sessions.release();
  }
}

function signatureOf({ input, extraInputs, output }: Manifest): string {
  const written = (name: string, shape: readonly number[]) =>
    `${name} ${shape.map((size) => (size === -1 ? '?' : size)).join('×')}`;
  const inputs = [
    written(input.name, inputShapeOf(input)),
    ...extraInputs.map(({ name }) => written(name, [1, 1])),
  ];
  const outputs = Object.entries(shapesOf(output)).map(([name, shape]) => written(name, shape));
  return `${inputs.join(', ')} → ${outputs.join(', ')}`;
}

/** What the network is tried on, by name. */
function images(): readonly (readonly [string, GreyImage])[] {
  const { columns, rows } = HAND;
  // A blank image would be refused before any network sees it.
  const faint = Float32Array.from(
    { length: columns * rows },
    (_, index) => 0.4 + (0.05 * (index % columns)) / columns,
  );
  return [
    ['almost blank', { columns, rows, samples: faint }],
    ['synthetic hand, sound', phantom(HAND)],
    [
      'synthetic hand, broken radius',
      phantom({ ...HAND, fractures: [{ site: { bone: 'radius' }, pattern: 'transverse' }] }),
    ],
  ];
}

function phantom(parameters: PhantomParameters): GreyImage {
  const { columns, rows, samples } = renderPhantom(parameters);
  return { columns, rows, samples: Float32Array.from(samples, (sample) => sample / 255) };
}

async function run(name: string, image: GreyImage, manifest: Manifest, sessions: Sessions): Promise<void> {
  const { columns, rows } = image;
  const source = {
    studyInstanceUid: '2.25.1',
    seriesInstanceUid: '2.25.2',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
    sopInstanceUid: '2.25.3',
    frameNumber: 1,
    rows,
    columns,
  };
  const startedAt = performance.now();
  const outcome = await analyseImage(
    { image, source, patient: { sex: 'M', ageMonths: AGE_YEARS * 12 }, isBoneAgeRequested: true },
    { [manifest.task]: manifest },
    sessions.run,
  );
  const elapsedMs = Math.round(performance.now() - startedAt);
  if (outcome.status === 'failed') throw new PacsError('model-failed', `${name}: ${outcome.detail}`);
  passed(`${name} (${elapsedMs} ms): ${inWords(outcome)}`);
}

function inWords(outcome: ImageOutcome): string {
  if (outcome.status === 'rejected') return `rejected as ${outcome.reason}`;
  return outcome.findings.map(findingInWords).join('; ') || 'nothing found';
}

function findingInWords(finding: Finding): string {
  const percent = (probability: number) => `${(probability * 100).toFixed(1)} %`;
  switch (finding.kind) {
    case 'body-region':
      return `${finding.region} ${percent(finding.probability)}`;
    case 'fracture-presence':
      return `fracture ${finding.verdict}, ${percent(finding.probability)}`;
    case 'fracture': {
      const { left, top, right, bottom } = finding.box;
      const box = [left, top, right, bottom].map(Math.round).join(', ');
      const outline = finding.polygon ? `, outline of ${finding.polygon.length} points` : '';
      return `${finding.concept.meaning} ${percent(finding.probability)} at ${box}${outline}`;
    }
    case 'bone-age':
      return `bone age ${finding.months.toFixed(1)} months`;
  }
}

function passed(text: string): void {
  console.log(`✓ ${text}`);
}
