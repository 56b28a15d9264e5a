/**
 * DICOM files that show no limb: radiographs of other parts, and other modalities.
 *
 * Copies of one image (other transfer syntaxes, other sources) would count it several times: of images that look alike
 * on a thumbnail one is kept, by the rule that the training splits them by. Trap: a radiograph whose header names no body
 * part is taken for a stranger, as there is no limb among the files that this was written for but `RG2` and `RG3`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { numberOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import type { StrangerTruth } from '../../models/evaluation/image-reading.ts';
import { resample } from '../../models/normalise/resample.ts';
import type { Labelled } from './data-sets.ts';

/** Modalities of projection radiography. PS3.3 C.7.3.1.1.1. */
const RADIOGRAPHY = new Set(['CR', 'DX', 'RF', 'XA', 'MG', 'PX', 'IO', 'RG']);
/** Modalities that are no images of a patient. */
const NO_IMAGES = new Set(['SEG', 'SR', 'PR', 'KO', 'RTSTRUCT', 'RTPLAN', 'RTDOSE', 'ANN', 'REG', 'SM']);
const LIMB_FILES = /^RG[23]/;
/** Body parts of PS3.16 Annex L that are limbs. */
const LIMB_PARTS =
  /ARM|LEG|HAND|FOOT|WRIST|ANKLE|ELBOW|KNEE|HIP|SHOULDER|EXTREMITY|FINGER|TOE|FEMUR|TIBIA|HUMERUS|CLAVICLE|THUMB/i;
const LEAST_SIDE = 60;
const THUMBNAIL = 16;
const SAME_IMAGE = 0.97;

/** Distinct images below `folder` that show no limb, in the order of their paths. */
export async function readStrangers(folder: string): Promise<readonly Labelled<StrangerTruth>[]> {
  const kept: { readonly image: Labelled<StrangerTruth>; readonly look: readonly number[] }[] = [];
  for (const path of filesBelow(folder)) {
    const file = relative(folder, path).replaceAll('\\', '/');
    const found = await lookAt(path);
    if (!found || kept.some(({ look }) => correlation(look, found.look) > SAME_IMAGE)) continue;
    kept.push({ image: { path, truth: { file, kind: found.kind } }, look: found.look });
  }
  return kept.map(({ image }) => image);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(csv|txt|md|json)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** What a file is and how its first frame looks; `undefined` for a limb, for no image, and for one that cannot be decoded. */
async function lookAt(
  path: string,
): Promise<{ kind: StrangerTruth['kind']; look: readonly number[] } | undefined> {
  if (LIMB_FILES.test(basename(path))) return undefined;
  const bytes = readFileSync(path);
  try {
    const header = readHeader(bytes);
    const { attributes } = header;
    const modality = textOf(attributes, TAG.Modality) ?? '';
    const size = Math.min(numberOf(attributes, TAG.Rows) ?? 0, numberOf(attributes, TAG.Columns) ?? 0);
    if (NO_IMAGES.has(modality) || size < LEAST_SIDE) return undefined;
    const isRadiograph = RADIOGRAPHY.has(modality);
    if (isRadiograph && LIMB_PARTS.test(textOf(attributes, TAG.BodyPartExamined) ?? '')) return undefined;
    const module = readPixelModule(header);
    const { samples, columns, rows } = toGrey(await decodeFrame(bytes, header, 0), module);
    const look = standardised(resample(samples, columns, rows, THUMBNAIL, THUMBNAIL));
    return look && { kind: isRadiograph ? 'radiograph' : 'other-modality', look };
  } catch (error) {
    // Files that are broken on purpose lie among them; what the server makes of those is tested elsewhere.
    asPacsError(error);
    return undefined;
  }
}

/** Mean 0, sum of squares 1; `undefined` for a blank image. */
function standardised(samples: Float32Array): readonly number[] | undefined {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const length = Math.hypot(...samples.map((value) => value - mean));
  return length > 1e-6 ? Array.from(samples, (value) => (value - mean) / length) : undefined;
}

function correlation(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
