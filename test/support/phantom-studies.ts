/** Phantoms of the demonstration as studies of their own: the same images under UIDs that follow from a key. */
import { demoStudies, uidOf, type DemoStudy } from '../../dicom/phantom/index.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';

export interface PhantomStudy {
  readonly studyInstanceUid: string;
  readonly sopInstanceUids: readonly string[];
  readonly files: readonly Uint8Array[];
}

let drawn: readonly DemoStudy[] | undefined;

/** A study of the phantom whose title has these words, with attributes of its own. Equal keys give equal UIDs. */
export function phantomStudy(
  key: string,
  titleWords: RegExp,
  attributes: Parameters<typeof dataSetOf>[0] = {},
): PhantomStudy {
  drawn ??= [...demoStudies()];
  const demo = drawn.find(({ title }) => titleWords.test(title));
  if (!demo) throw new Error('there is no such phantom');
  const studyInstanceUid = uidOf(`test/${key}`);
  const sopInstanceUids = demo.instances.map((_, index) => uidOf(`test/${key}/${index}`));
  const files = demo.instances.map(({ dataSet, pixelData }, index) => {
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
