/** Whole result sets in another PACS: Orthanc keeps them as they are, takes them twice without change, and draws the images. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPTURE_ENCODINGS, RESULT_OBJECT_KINDS, type CaptureEncoding } from '../../dicom/results/index.ts';
import { itemsOf, numberOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { dicomWebClient, type DicomWebClient } from '../support/dicom-web-client.ts';
import { startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { filesOfSet } from '../support/result-files.ts';
import { ANALYSED, metadataOf, resultInput } from '../support/result-inputs.ts';
import { areSame } from './exchanged-studies.ts';

let orthanc: Orthanc;
let client: DicomWebClient;
beforeAll(async () => {
  orthanc = await startOrthanc();
  client = dicomWebClient(orthanc.dicomWebRoot);
});
afterAll(async () => {
  await orthanc.stop();
});

/** Image and result set of a study of its own. */
async function setOf(captureEncoding: CaptureEncoding) {
  const studyInstanceUid = `1.2.3.77.${CAPTURE_ENCODINGS.indexOf(captureEncoding)}`;
  const source = { ...ANALYSED.source, studyInstanceUid, sopInstanceUid: `${studyInstanceUid}.1` };
  const findings = ANALYSED.findings.map((finding) => ({ ...finding, source }));
  const input = resultInput(
    { ...ANALYSED, source, findings },
    metadataOf({ StudyInstanceUID: studyInstanceUid }),
  );
  const made = await filesOfSet({ ...input, objects: RESULT_OBJECT_KINDS, captureEncoding });
  return { ...made, studyInstanceUid };
}

const inOrder = (files: readonly Uint8Array[]) =>
  files.map((file) => Buffer.from(file)).toSorted((one, other) => Buffer.compare(one, other));

describe.each(CAPTURE_ENCODINGS)('a result set with summary images in the encoding %s', (captureEncoding) => {
  it('is stored, found, returned byte for byte, and no other after it is stored again', async () => {
    const { images, results, studyInstanceUid } = await setOf(captureEncoding);
    const files = inOrder([...images, ...results.map(({ bytes }) => bytes)]);
    for (let time = 0; time < 2; time++) {
      const answer = await client.store(files);
      expect(itemsOf(answer, TAG.FailedSOPSequence)).toEqual([]);
      expect(areSame(await orthanc.filesOf(studyInstanceUid), files)).toBe(true);
      expect(areSame(await client.retrieve(`/studies/${studyInstanceUid}`, '*'), files)).toBe(true);
    }
    const series = await client.read(`/studies/${studyInstanceUid}/series`);
    expect(series.map((one) => textOf(one, TAG.Modality)).toSorted()).toEqual([
      'DX',
      'KO',
      'OT',
      'PR',
      'SEG',
      'SR',
    ]);
  });

  it('has its images drawn, each in its own size', async () => {
    const { results } = await setOf(captureEncoding);
    for (const { object } of results.filter(({ object: { kind } }) => kind === 'sc')) {
      const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, dataSet } = object;
      const path = `/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}/rendered`;
      const response = await fetch(`${orthanc.dicomWebRoot}${path}`, { headers: { Accept: 'image/png' } });
      expect(response.status).toBe(200);
      const { width, height, channels } = await sharp(await response.arrayBuffer()).metadata();
      expect([width, height]).toEqual([numberOf(dataSet, TAG.Columns), numberOf(dataSet, TAG.Rows)]);
      expect(channels).toBeGreaterThanOrEqual(1);
    }
  });
});
