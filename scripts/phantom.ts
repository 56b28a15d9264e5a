/**
 * Writes phantoms: `node scripts/phantom.ts --out DIR [--count N] [--seed S] [--layout dicom|training|demo]`.
 *
 * `dicom`: N studies of one image each as Part 10 files, with `truth.json`. `training`: `images/*.png` (8-bit grey) and
 * `annotations.json`; boxes and polygons in pixels from the outer corner of the first pixel; every other image is
 * fractured. `demo`: the demonstration studies, whatever N and S.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  demoStudies,
  drawParameters,
  fork,
  phantomInstance,
  renderPhantom,
  type Phantom,
  type PhantomIdentity,
  type PhantomParameters,
  type PhantomTruth,
} from '../dicom/phantom/index.ts';
import { writePart10 } from '../dicom/write/part10-writer.ts';
import { encodeGreyPng } from './png.ts';

const LAYOUTS = { dicom: writeStudies, training: writeTrainingSet, demo: writeDemo } as const;
const STUDY_YEAR = 2026;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    layout: { type: 'string', default: 'dicom' },
  },
});
const layout = Object.entries(LAYOUTS).find(([name]) => name === values.layout)?.[1];
if (values.out === undefined || !layout) {
  process.stderr.write('usage: phantom.ts --out DIR [--count N] [--seed S] [--layout dicom|training|demo]\n');
  process.exitCode = 2;
} else {
  layout(values.out, Number(values.count), Number(values.seed));
}

/** The seed of one phantom of a set. Sets of other seeds share none as long as they hold fewer than 100,000. */
function seedOf(setSeed: number, index: number): number {
  return setSeed * 100_000 + index;
}

function writeTrainingSet(folder: string, count: number, setSeed: number): void {
  mkdirSync(join(folder, 'images'), { recursive: true });
  const images = Array.from({ length: count }, (_, index) => {
    const seed = seedOf(setSeed, index);
    const random = fork(seed, 'training');
    const parameters = drawParameters(random, seed, index % 2 === 0, Math.round(random.between(640, 1000)));
    const phantom = renderPhantom(parameters);
    const file = `phantom-${String(seed).padStart(8, '0')}.png`;
    const { columns, rows, samples } = phantom;
    writeFileSync(join(folder, 'images', file), encodeGreyPng(columns, rows, Uint8Array.from(samples)));
    return annotationOf(file, phantom, parameters);
  });
  writeFileSync(join(folder, 'annotations.json'), JSON.stringify({ images }, undefined, 1));
}

function annotationOf(file: string, { columns, rows, truth }: Phantom, { view }: PhantomParameters): object {
  return {
    file,
    width: columns,
    height: rows,
    split: 'train',
    fractured: truth.fractures.length > 0,
    regions: ['hand'],
    views: [view === 'PA' ? 'frontal' : 'oblique'],
    hardware: false,
    multiscan: false,
    ...annotatedTruth(truth),
  };
}

function annotatedTruth({ fractures, boneAgeMonths, sex }: PhantomTruth): object {
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return {
    fractures: fractures.map(({ box, polygon }) => ({
      bbox: [box.left, box.top, box.right - box.left, box.bottom - box.top].map(rounded),
      polygon: polygon.map(({ x, y }) => [rounded(x), rounded(y)]),
    })),
    bone_age_months: boneAgeMonths,
    sex,
  };
}

function writeStudies(folder: string, count: number, setSeed: number): void {
  mkdirSync(folder, { recursive: true });
  const truths = Array.from({ length: count }, (_, index) => {
    const seed = seedOf(setSeed, index);
    const drawn = drawParameters(fork(seed, 'dicom'), seed, index % 2 === 0, 1900);
    const parameters: PhantomParameters = { ...drawn, bitsStored: 12 };
    const { dataSet, pixelData, truth } = phantomInstance(parameters, identityOf(seed, parameters));
    const file = `phantom-${String(seed).padStart(8, '0')}.dcm`;
    writeFileSync(join(folder, file), writePart10(dataSet, { pixelData }));
    return { file, ...annotatedTruth(truth) };
  });
  writeFileSync(join(folder, 'truth.json'), JSON.stringify({ images: truths }, undefined, 1));
}

function identityOf(seed: number, { ageYears, region, side, view }: PhantomParameters): PhantomIdentity {
  const years = Math.floor(ageYears);
  const regionName = region === 'hand' ? 'Hand' : 'Wrist';
  return {
    studyKey: `set/${seed}`,
    seriesNumber: 1,
    instanceNumber: 1,
    modality: 'DX',
    patientName: `Phantom^${regionName} ${seed}`,
    patientId: `PHANTOM-S${seed}`,
    patientBirthDate: `${STUDY_YEAR - years}0101`,
    patientAge: `${String(years).padStart(3, '0')}Y`,
    studyDate: `${STUDY_YEAR}0112`,
    studyTime: '090000',
    accessionNumber: `PS${seed}`,
    studyDescription: `${regionName}, ${side === 'L' ? 'left' : 'right'}, ${view}`,
  };
}

function writeDemo(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [study, { instances }] of [...demoStudies()].entries()) {
    for (const [image, { dataSet, pixelData }] of instances.entries()) {
      const bytes = writePart10(dataSet, { pixelData });
      writeFileSync(join(folder, `study-${study + 1}-image-${image + 1}.dcm`), bytes);
    }
  }
}
