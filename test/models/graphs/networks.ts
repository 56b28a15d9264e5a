/**
 * The small networks of this folder and images whose bright patches they find. See `make_graphs.py`.
 */
import type { ImageOutcome, SourceImage } from '../../../dicom/vocabulary/finding.ts';
import type { BoundingBox } from '../../../dicom/vocabulary/geometry.ts';
import type { GreyImage } from '../../../dicom/vocabulary/image.ts';
import type { Manifest } from '../../../models/manifest.ts';
import { analyseImage, type PatientFacts } from '../../../models/pipeline.ts';
import { readManifests } from '../../../models/runtime/load-models.ts';
import { openSessions } from '../../../models/runtime/session.ts';

export const GRAPHS = import.meta.dirname;

const MANIFESTS = readManifests(GRAPHS);

/** A network of this folder. */
export function network(id: string): Manifest {
  const manifest = MANIFESTS.find((one) => one.id === id);
  if (!manifest) throw new Error(`no network ${id}`);
  return manifest;
}

/** A dark gradient with bright rectangles, in pixels. */
export function imageWith(
  patches: readonly BoundingBox[],
  { columns = 160, rows = 80, bright = 0.9 } = {},
): GreyImage {
  const samples = Float32Array.from({ length: columns * rows }, (_, index) => {
    const [x, y] = [index % columns, Math.floor(index / columns)];
    const isBright = patches.some(
      ({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom,
    );
    return isBright ? bright : (0.1 * x) / columns;
  });
  return { columns, rows, samples };
}

/** What the whole pipeline says of an image when the network is the only model there is. */
export async function analyse(
  manifest: Manifest,
  image: GreyImage,
  patient: PatientFacts = {},
): Promise<ImageOutcome> {
  const sessions = await openSessions(GRAPHS, [manifest], { intraOpThreads: 1 });
  try {
    const source: SourceImage = {
      studyInstanceUid: '1.2.3',
      seriesInstanceUid: '1.2.3.1',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
      sopInstanceUid: '1.2.3.1.1',
      frameNumber: 1,
      rows: image.rows,
      columns: image.columns,
    };
    const request = { image, source, patient, isBoneAgeRequested: true };
    return await analyseImage(request, { [manifest.task]: manifest }, sessions.run);
  } finally {
    await sessions.release();
  }
}
