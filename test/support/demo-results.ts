/**
 * The first demo study with the result set that a perfect analysis would give: findings are the truth of its phantoms.
 */
import { demoStudies } from '../../dicom/phantom/index.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import type { ResultSetInput } from '../../dicom/results/index.ts';
import { SCT } from '../../dicom/vocabulary/codes.ts';
import { numberOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { Finding, SourceImage } from '../../dicom/vocabulary/finding.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { FRACTURE_MODEL } from './result-inputs.ts';

/** Files of the images and the input of their result set; the first image's fracture is definite, the others suspicious. */
export function demoResults(): { readonly files: readonly Uint8Array[]; readonly input: ResultSetInput } {
  const [study] = demoStudies();
  if (!study) throw new Error('there is no demo study');
  const images = study.instances.map(({ dataSet, pixelData, truth }, index) => {
    const file = writePart10(dataSet, { pixelData });
    const { attributes, ...header } = readHeader(file);
    const source: SourceImage = {
      studyInstanceUid: header.studyInstanceUid,
      seriesInstanceUid: header.seriesInstanceUid,
      sopClassUid: header.sopClassUid,
      sopInstanceUid: header.sopInstanceUid,
      frameNumber: 1,
      rows: numberOf(attributes, TAG.Rows) ?? 0,
      columns: numberOf(attributes, TAG.Columns) ?? 0,
    };
    const findings = truth.fractures.map(({ box, polygon }, at): Finding => ({
      kind: 'fracture',
      trackingId: `fracture-${at + 1}`,
      concept: SCT.fractureOfBone,
      source,
      model: FRACTURE_MODEL,
      certainty: index === 0 ? 'definite' : 'suspicious',
      probability: index === 0 ? 0.94 : 0.41,
      box,
      polygon,
      site: SCT.upperLimb,
    }));
    const runs = [{ model: FRACTURE_MODEL, status: 'succeeded' }] as const;
    return {
      file,
      image: { outcome: { status: 'analysed', source, findings, runs } as const, metadata: attributes },
    };
  });
  const [first] = images;
  return {
    files: images.map(({ file }) => file),
    input: {
      studyAttributes: first?.image.metadata ?? {},
      images: images.map(({ image }) => image),
      performedAt: '20260112101530',
      softwareVersion: '0.1.0',
      observer: { uid: '2.25.1234567890', name: 'Osteon' },
    },
  };
}
