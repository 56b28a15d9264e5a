/**
 * Measures the shipped models through the serving path: `npm run models:evaluate -- --fracatlas DIR --bone-age DIR --json FILE`.
 *
 * DICOM in, findings out, by the same code as the server; no server and no database needed. What each figure means is in
 * `docs/models/evaluation.md`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PacsError } from '../dicom/vocabulary/failure.ts';
import { randomFrom } from '../dicom/phantom/random.ts';
import { caseList } from '../models/evaluation/case-list.ts';
import { createEstimate } from '../models/evaluation/estimate.ts';
import { evaluate, type EvaluatedCases } from '../models/evaluation/evaluation.ts';
import type { HandTruth, LimbTruth, StrangerTruth } from '../models/evaluation/image-reading.ts';
import { robustnessReport } from '../models/evaluation/robustness-report.ts';
import { evaluationTables, robustnessTable } from '../models/evaluation/table.ts';
import { identityOf } from '../models/manifest.ts';
import { selectModels } from '../models/registry.ts';
import { readManifests } from '../models/runtime/load-models.ts';
import { COMPOSITION_NAMES } from './evaluation/compositions.ts';
import { evenly, readFracAtlas, readHands, readHeldOut, type Labelled } from './evaluation/data-sets.ts';
import { ENCODING_NAMES } from './evaluation/encodings.ts';
import { type Options, readOptions, USAGE } from './evaluation/options.ts';
import { type ImageReader, startReader } from './evaluation/read-all.ts';
import { readStrangers } from './evaluation/strangers.ts';

const BOOTSTRAP_SEED = 1;
const HELD_OUT_HANDS = join(import.meta.dirname, '../models/training/results/bone-age-validation.json');
/** Radiographs that compositions are made of, two of each. */
const COMPOSED_FROM = 40;
const ROBUSTNESS_SAMPLE = 100;
const ALL_BUT_REGION = ['fracture-probability', 'fracture-detection', 'one-hand', 'bone-age'] as const;
/** Characters of an error: a table may have as many wrong rows as it has rows. */
const MOST_TOLD = 2000;

const options = readOptions(process.argv.slice(2));
try {
  if (options) await measure(options);
  else throw new PacsError('bad-request', USAGE);
} catch (error) {
  if (!(error instanceof PacsError)) throw error;
  process.stderr.write(`${error.message.slice(0, MOST_TOLD)}\n`);
  process.exitCode = 2;
}

async function measure(chosen: Options): Promise<void> {
  const startedAt = performance.now();
  const limbs = readFracAtlas(chosen.fracAtlas, chosen.split);
  const hands = readHands(chosen.boneAge, chosen.split, readHeldOut(HELD_OUT_HANDS));
  const images = { limbs: evenly(limbs.images, chosen.limit), hands: evenly(hands.images, chosen.limit) };
  const { modelsFolder, modelIds, workers } = chosen;
  const reader = await startReader({ modelsFolder, ...(modelIds && { modelIds }) }, workers);
  try {
    const cases = await readCases(reader, images, chosen);
    const robustness = chosen.hasRobustness
      ? await measureRobustness(reader, images, Math.min(chosen.limit, ROBUSTNESS_SAMPLE))
      : undefined;
    const about = {
      split: chosen.split,
      models: modelsOf(chosen),
      images: { limbs: cases.limbs.length, hands: cases.hands.length, strangers: cases.strangers.length },
      missing: [...limbs.missing, ...hands.missing],
      unread: reader.unread,
      seconds: Math.round((performance.now() - startedAt) / 1000),
    };
    writeReport(chosen, about, cases, robustness);
    process.stderr.write(`${about.seconds} s; every figure is in ${chosen.json}\n`);
  } finally {
    await reader.close();
  }
}

interface Images {
  readonly limbs: readonly Labelled<LimbTruth>[];
  readonly hands: readonly Labelled<HandTruth>[];
}

async function readCases(
  reader: ImageReader,
  { limbs, hands }: Images,
  chosen: Options,
): Promise<EvaluatedCases> {
  return {
    limbs: await reader.readAll('radiographs', limbs, () => ({ isPicture: true })),
    hands: await reader.readAll('hands', hands, handTask),
    strangers: [
      ...(await readDicom(reader, chosen)),
      ...(await readCompositions(reader, evenly(limbs, COMPOSED_FROM))),
    ],
  };
}

function writeReport(
  { json, markdown }: Options,
  about: object,
  cases: EvaluatedCases,
  robustness: ReturnType<typeof robustnessReport> | undefined,
): void {
  const figures = evaluate(
    cases,
    createEstimate(() => randomFrom(BOOTSTRAP_SEED)),
  );
  const report = { about, ...figures, ...(robustness && { robustness }), cases: caseList(cases) };
  writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
  const parts = [evaluationTables(figures), ...(robustness ? [robustnessTable(robustness)] : [])];
  const tables = `${parts.join('\n\n')}\n`;
  if (markdown === undefined) process.stdout.write(tables);
  else writeFileSync(markdown, tables);
}

function handTask({ truth }: Labelled<HandTruth>) {
  return {
    isPicture: true,
    ...(truth.sex && { sex: truth.sex }),
    boneAge: 'also-sex-withheld',
  } as const;
}

async function readDicom(reader: ImageReader, { dicom, limit }: Options) {
  if (dicom === undefined) return [];
  const strangers = await readStrangers(dicom);
  return reader.readAll('other images', evenly(strangers, limit), () => ({
    isPicture: false,
    without: ALL_BUT_REGION,
  }));
}

async function readCompositions(reader: ImageReader, sources: readonly Labelled<LimbTruth>[]) {
  const made = await Promise.all(
    COMPOSITION_NAMES.map((composition) => {
      const images = sources.map(({ path, truth }): Labelled<StrangerTruth> => ({
        path,
        truth: { file: `${composition} of ${truth.file}`, kind: 'composition' },
      }));
      return reader.readAll(`compositions: ${composition}`, images, () => ({
        isPicture: true,
        composition,
        without: ALL_BUT_REGION,
      }));
    }),
  );
  return made.flat();
}

/** As many fractured radiographs as sound ones, and hands, each in every encoding. */
async function measureRobustness(reader: ImageReader, { limbs, hands }: Images, sample: number) {
  const half = Math.ceil(sample / 2);
  const chosenLimbs = [true, false].flatMap((isFractured) =>
    evenly(
      limbs.filter(({ truth }) => truth.isFractured === isFractured),
      half,
    ),
  );
  const chosenHands = evenly(hands, sample);
  const inEncoding = async (encoding?: (typeof ENCODING_NAMES)[number]) => {
    const name = encoding ?? 'plain';
    const encoded = encoding && { encoding };
    return {
      encoding: name,
      limbs: await reader.readAll(`radiographs, ${name}`, chosenLimbs, () => ({
        isPicture: true,
        without: ['fracture-detection'],
        ...encoded,
      })),
      hands: await reader.readAll(`hands, ${name}`, chosenHands, ({ truth }) => ({
        isPicture: true,
        ...(truth.sex && { sex: truth.sex }),
        boneAge: 'as-known',
        without: ['fracture-detection', 'fracture-probability'],
        ...encoded,
      })),
    };
  };
  const plain = await inEncoding();
  const others = [];
  for (const encoding of ENCODING_NAMES) others.push(await inEncoding(encoding));
  return robustnessReport(plain, others);
}

function modelsOf({ modelsFolder, modelIds }: Options) {
  const models = selectModels(readManifests(modelsFolder), {
    ...(modelIds && { ids: modelIds }),
    allowsResearchOnly: true,
  });
  return models.map((manifest) => {
    const { id, version, weightsSha256, parameters } = identityOf(manifest);
    return { id, version, weightsSha256, parameters };
  });
}
