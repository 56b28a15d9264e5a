/**
 * Findings for tests of the viewer, each with only what a test wants to say.
 */
import { LN, OSTEON, SCT } from '../../dicom/vocabulary/codes.ts';
import type { Finding, ModelIdentity, SourceImage } from '../../dicom/vocabulary/finding.ts';
import type { StudyReport } from '../../viewer-extension/core/study-result.ts';

export const MODEL: ModelIdentity = {
  id: 'fracture-boxes',
  name: 'Fracture boxes',
  version: '0.1.0',
  manufacturer: 'Osteon',
  weightsSha256: 'ab'.repeat(32),
  isResearchOnly: false,
  parameters: [],
};

export const SOURCE: SourceImage = {
  studyInstanceUid: '1.2.3',
  seriesInstanceUid: '1.2.3.1',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
  sopInstanceUid: '1.2.3.1.1',
  frameNumber: 1,
  rows: 400,
  columns: 300,
};

export function fracture(changes: Partial<Finding<'fracture'>> = {}): Finding<'fracture'> {
  return {
    kind: 'fracture',
    trackingId: 'fracture-1',
    concept: SCT.fractureOfBone,
    source: SOURCE,
    model: MODEL,
    certainty: 'definite',
    probability: 0.92,
    box: { left: 100, top: 120, right: 160, bottom: 180 },
    ...changes,
  };
}

export function presence(changes: Partial<Finding<'fracture-presence'>> = {}): Finding<'fracture-presence'> {
  return {
    kind: 'fracture-presence',
    trackingId: 'fracture-presence',
    concept: OSTEON.fracturePresence,
    source: SOURCE,
    model: MODEL,
    verdict: 'absent',
    probability: 0.04,
    ...changes,
  };
}

export function boneAge(changes: Partial<Finding<'bone-age'>> = {}): Finding<'bone-age'> {
  return {
    kind: 'bone-age',
    trackingId: 'bone-age',
    concept: LN.xrBoneAge,
    source: SOURCE,
    model: { ...MODEL, id: 'bone-age', name: 'Bone age', isResearchOnly: true },
    months: 112,
    isSexKnown: true,
    method: OSTEON.wholeHandRegression,
    ...changes,
  };
}

export function report(changes: Partial<StudyReport> = {}): StudyReport {
  return {
    sopInstanceUid: '1.2.3.9.1',
    isVerified: false,
    contentDateTime: '20261121031500',
    predecessorUids: [],
    findings: [],
    statements: [],
    images: [{ sopInstanceUid: SOURCE.sopInstanceUid, status: 'analysed', runs: [] }],
    models: [MODEL],
    boneAgeSkips: [],
    failures: [],
    remarks: [],
    notices: [],
    unreadItems: 0,
    verifiers: [],
    observer: {},
    ...changes,
  };
}
