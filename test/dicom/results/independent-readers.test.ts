/** Our objects in the eyes of readers we did not write. */
import { describe, expect, it } from 'vitest';
import { buildResultSet, type ResultSetInput } from '../../../dicom/results/index.ts';
import type { ImageOutcome } from '../../../dicom/vocabulary/finding.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import {
  dcentvfyErrors,
  dciodvfyErrors,
  dcmpschkErrors,
  dsrdump,
  pixelmedFindings,
  pydicom,
  withFiles,
} from '../../support/independent-readers.ts';
import { ANALYSED, everyOutcome, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';
import { PIXELMED_KNOWN } from './pixelmed-known.ts';

const ROMAN_NAME = { PatientName: { Alphabetic: 'Hong^Gildong' } };

const NEGATIVE: ImageOutcome = {
  ...ANALYSED,
  findings: ANALYSED.findings.filter(({ kind }) => kind === 'body-region'),
};
const REJECTED: ImageOutcome = {
  status: 'rejected',
  source: SOURCE,
  reason: 'raw-duplicate',
  findings: [],
  runs: [],
};
const FAILED: ImageOutcome = {
  status: 'failed',
  source: SOURCE,
  detail: 'no memory',
  findings: [],
  runs: [],
};

const CASES: Readonly<Record<string, ResultSetInput>> = {
  'fractures and bone age': resultInput(ANALYSED, metadataOf(ROMAN_NAME)),
  'a Korean name': resultInput(),
  'MONOCHROME1 without window': resultInput(
    ANALYSED,
    metadataOf({
      ...ROMAN_NAME,
      PhotometricInterpretation: 'MONOCHROME1',
      WindowCenter: undefined,
      WindowWidth: undefined,
    }),
  ),
  'missing patient data, oblong pixels': resultInput(
    ANALYSED,
    metadataOf({
      PatientName: undefined, PatientID: undefined, PatientBirthDate: undefined, PatientSex: undefined,
      PatientAge: undefined, StudyID: undefined, ImagerPixelSpacing: [0.1, 0.2], ImageLaterality: undefined,
    }),
  ), // prettier-ignore
  'a Comprehensive SR': {
    ...resultInput(ANALYSED, metadataOf(ROMAN_NAME)),
    reportClass: 'comprehensiveSr',
  },
  'a study with an image of every outcome': everyOutcome(metadataOf(ROMAN_NAME)),
  'no finding': resultInput(NEGATIVE, metadataOf(ROMAN_NAME)),
  'a rejected image': resultInput(REJECTED, metadataOf(ROMAN_NAME)),
  'a failed image, after another report': {
    ...resultInput(FAILED, metadataOf(ROMAN_NAME)),
    predecessor: {
      studyInstanceUid: SOURCE.studyInstanceUid,
      seriesInstanceUid: '1.2.3',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.88.34',
      sopInstanceUid: '1.2.3.4',
    },
  },
};

const filesOf = (input: ResultSetInput) => buildResultSet(input).map(({ dataSet }) => writePart10(dataSet));

describe.each(Object.entries(CASES))('the objects of %s', (_name, input) => {
  it('have no error in dciodvfy, and agree in dcentvfy', () => {
    withFiles(filesOf(input), (paths) => {
      expect(paths.flatMap(dciodvfyErrors)).toEqual([]);
      expect(dcentvfyErrors(paths)).toEqual([]);
    });
  });

  it('are read by dsrdump and pydicom', () => {
    withFiles(filesOf(input), ([report = '', ...states]) => {
      expect(dsrdump(report)).toContain('Research use only. Not a medical device.');
      expect(pydicom(report, 'ds.ContentTemplateSequence[0].TemplateIdentifier')).toBe('"1500"');
      for (const state of states) expect(pydicom(state, 'ds.Modality')).toBe('"PR"');
    });
  });
});

describe('a presentation state', () => {
  it('has no error in dcmpschk', () => {
    withFiles(filesOf(resultInput(ANALYSED, metadataOf(ROMAN_NAME))), ([, state = '']) => {
      expect(dcmpschkErrors(state)).toEqual([]);
    });
  });

  it('has its lines where the findings are, as pydicom reads them', () => {
    withFiles(filesOf(resultInput()), ([, state = '']) => {
      const data = pydicom(
        state,
        '[list(o.GraphicData) for o in ds.GraphicAnnotationSequence[0].GraphicObjectSequence]',
      );
      expect(JSON.parse(data)).toEqual([
        [100.25, 200.5, 150.75, 200.5, 150.75, 260, 100.25, 260, 100.25, 200.5],
        [0, 0, 40, 0, 40, 50, 0, 50, 0, 0],
      ]);
    });
  });
});

describe('a report in PixelMed’s template validator', () => {
  it('has nothing unknown or wrong but the committed list', { timeout: 240_000 }, () => {
    withFiles(filesOf(everyOutcome()), ([report = '']) => {
      const found = pixelmedFindings(report);
      const unexplained = found.filter((line) => !PIXELMED_KNOWN.some(({ pattern }) => pattern.test(line)));
      expect(unexplained).toEqual([]);
      const unused = PIXELMED_KNOWN.filter(({ pattern }) => !found.some((line) => pattern.test(line)));
      expect(unused).toEqual([]);
    });
  });
});
