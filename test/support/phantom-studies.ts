/** Small phantoms as studies of their own: the same images, drawn once, under UIDs that follow from a key. */
import { phantomInstance, uidOf, USUAL_PARAMETERS, type PhantomInstance } from '../../dicom/phantom/index.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';

/** What there is: a wrist with a fracture of the radius in two views, and a hand with nothing. */
const KINDS = {
  'broken wrist': [
    { seed: 4, ageYears: 58, sex: 'F', region: 'wrist', fractures: [{ site: { bone: 'radius' }, pattern: 'transverse' }] },
    { seed: 4, ageYears: 58, sex: 'F', region: 'wrist', view: 'oblique', fractures: [{ site: { bone: 'radius' }, pattern: 'transverse' }] },
  ],
  'sound hand': [{ seed: 33, ageYears: 33, sex: 'F' }],
} as const; // prettier-ignore
export type PhantomKind = keyof typeof KINDS;

/** A quarter of the usual pixels: drawn in a quarter of the time. */
const SIZE = { columns: 750, rows: 950 };

export interface PhantomStudy {
  readonly studyInstanceUid: string;
  readonly sopInstanceUids: readonly string[];
  readonly files: readonly Uint8Array[];
}

const drawn = new Map<PhantomKind, readonly PhantomInstance[]>();

/** The images of a kind. Drawing takes its time: a server that is asked before and after may have hung up meanwhile. */
export function phantomImages(kind: PhantomKind): readonly PhantomInstance[] {
  const known = drawn.get(kind);
  if (known) return known;
  const images = KINDS[kind].map((parameters, index) =>
    phantomInstance(
      { ...USUAL_PARAMETERS, ...SIZE, ...parameters },
      {
        studyKey: `test/${kind}`,
        seriesNumber: 1,
        instanceNumber: index + 1,
        modality: 'DX',
        patientName: 'Phantom^Test',
        patientId: 'PHANTOM-TEST',
        patientBirthDate: '19700101',
        patientAge: '056Y',
        studyDate: '20260112',
        studyTime: '090000',
        accessionNumber: '1',
        studyDescription: kind,
      },
    ),
  );
  drawn.set(kind, images);
  return images;
}

/** A study of these images with attributes of its own. Equal keys give equal UIDs. */
export function phantomStudy(
  key: string,
  kind: PhantomKind,
  attributes: Parameters<typeof dataSetOf>[0] = {},
): PhantomStudy {
  const images = phantomImages(kind);
  const studyInstanceUid = uidOf(`test/${key}`);
  const sopInstanceUids = images.map((_, index) => uidOf(`test/${key}/${index}`));
  const files = images.map(({ dataSet, pixelData }, index) => {
    const identity = dataSetOf({
      StudyInstanceUID: studyInstanceUid,
      SeriesInstanceUID: uidOf(`test/${key}/series`),
      SOPInstanceUID: sopInstanceUids[index] ?? '',
      AccessionNumber: key.slice(0, 16),
      ...attributes,
    });
    return writePart10({ ...dataSet, ...identity }, { pixelData });
  });
  return { studyInstanceUid, sopInstanceUids, files };
}
