/** The objects of one result set compared with each other: identity, geometry, certainty, references, provenance. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildResultSet,
  RESULT_OBJECT_KINDS,
  type ResultObject,
  type ResultObjectKind,
  type ResultSetInput,
} from '../../../dicom/results/index.ts';
import { spansOf } from '../../../dicom/results/segmentation-mask.ts';
import { isItem, itemsOf, textOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { INTENDED_USE_NOTICE } from '../../../dicom/vocabulary/finding.ts';
import { imagePoint, type Polygon } from '../../../dicom/vocabulary/geometry.ts';
import { resultInputs } from '../../support/arbitrary-results.ts';
import {
  presentationFacts,
  referencedInstances,
  reportFacts,
  reread,
  segmentationFacts,
  type FactsByUid,
} from '../../support/result-set-facts.ts';
import { ANALYSED, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';

const everyKind = (input: ResultSetInput = resultInput()) =>
  buildResultSet({ ...input, objects: RESULT_OBJECT_KINDS });

function rootOf(set: readonly ResultObject[]): ResultObject {
  const [root] = set;
  if (root?.kind !== 'sr') throw new Error('a set begins with its report');
  return root;
}

const ofKind = (set: readonly ResultObject[], kind: ResultObjectKind) =>
  set.filter((object) => object.kind === kind);

/** Sets over images small enough that every mask can be counted pixel by pixel. */
const smallInputs = resultInputs.filter((input) =>
  input.images.every(({ outcome: { source } }) => source.rows * source.columns < 300_000),
);

const ringOf = (closed: readonly number[]): Polygon =>
  Array.from({ length: closed.length / 2 - 1 }, (_, index) =>
    imagePoint(closed[index * 2] ?? NaN, closed[index * 2 + 1] ?? NaN),
  );

/** Throws where report, presentation states and segmentations differ in a fracture. */
function expectAgreement(set: readonly ResultObject[]): void {
  const said = reportFacts(reread(rootOf(set)));
  const shown = joined(ofKind(set, 'gsps').map((object) => presentationFacts(reread(object))));
  expect([...shown.keys()].toSorted()).toEqual([...said.keys()].toSorted());
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(said));
  const outlined = new Map([...said].filter(([, { outline }]) => outline));
  const segmented = joined(
    ofKind(set, 'seg').map((object) =>
      segmentationFacts(
        reread(object),
        object.pixels?.kind === 'native' ? object.pixels.bytes : new Uint8Array(),
      ),
    ),
  );
  expect([...segmented.keys()].toSorted()).toEqual([...outlined.keys()].toSorted());
  for (const object of ofKind(set, 'seg')) {
    const [source = SOURCE] = object.sources;
    for (const segment of itemsOf(object.dataSet, TAG.SegmentSequence)) {
      const uid = textOf(segment, TAG.TrackingUID) ?? '';
      const { outline = [], certainty, percent } = outlined.get(uid) ?? {};
      const mask = spansOf(ringOf(outline), source).flatMap(({ row, start, end }) =>
        Array.from({ length: end - start }, (_, index) => row * source.columns + start + index),
      );
      expect(segmented.get(uid)).toEqual({ certainty, percent, mask });
    }
  }
}

function joined(maps: readonly FactsByUid[]): FactsByUid {
  const all = maps.flatMap((map) => [...map]);
  if (new Set(all.map(([uid]) => uid)).size < all.length)
    throw new Error('a tracking UID stands in two objects');
  return new Map(all);
}

describe('the objects of a set', () => {
  it('say the same of every fracture: tracking UID, geometry, certainty, score', () => {
    expectAgreement(everyKind());
    expect(reportFacts(reread(rootOf(everyKind()))).size).toBe(2);
  });

  it('say the same whatever was found', () => {
    fc.assert(
      fc.property(smallInputs, (input) => {
        expectAgreement(everyKind(input));
      }),
      { numRuns: 40 },
    );
  });

  it('are all named by the root, in its content and as evidence, and so are all images', () => {
    fc.assert(
      fc.property(resultInputs, (input) => {
        const [root, ...siblings] = everyKind(input);
        const dataSet = reread(root ?? rootOf([]));
        const evidence = new Set(
          itemsOf(dataSet, TAG.CurrentRequestedProcedureEvidenceSequence).flatMap(referencedInstances),
        );
        const content = new Set(itemsOf(dataSet, TAG.ContentSequence).flatMap(referencedInstances));
        for (const { sopInstanceUid } of siblings) {
          expect(content).toContain(sopInstanceUid);
          expect(evidence).toContain(sopInstanceUid);
        }
        for (const uid of content) expect(evidence).toContain(uid);
      }),
      { numRuns: 25 },
    );
  });

  it('refer to nothing but the images of the set and each other', () => {
    const set = everyKind();
    const known = [SOURCE.sopInstanceUid, ...set.map(({ sopInstanceUid }) => sopInstanceUid)];
    for (const { kind, dataSet } of set) {
      const referenced = referencedInstances(dataSet);
      expect([kind, referenced.filter((uid) => !known.includes(uid))]).toEqual([kind, []]);
      expect(referenced).toContain(SOURCE.sopInstanceUid);
    }
  });

  it('lie in the study of the images, in a series of their own for each kind, behind the images', () => {
    const set = everyKind();
    const seriesOf = new Map(set.map(({ kind, seriesInstanceUid }) => [kind, seriesInstanceUid]));
    expect(new Set(seriesOf.values()).size).toBe(RESULT_OBJECT_KINDS.length);
    for (const { kind, seriesInstanceUid, studyInstanceUid, dataSet } of set) {
      expect(seriesInstanceUid).toBe(seriesOf.get(kind));
      expect(studyInstanceUid).toBe(SOURCE.studyInstanceUid);
      expect(textOf(dataSet, TAG.SeriesDescription)).toMatch(/^AI findings: /);
    }
    const numbers = [...seriesOf.keys()].map((kind) =>
      textOf(ofKind(set, kind)[0]?.dataSet ?? {}, TAG.SeriesNumber),
    );
    expect(numbers.toSorted()).toEqual(['9001', '9002', '9003', '9004', '9101']);
  });

  it('carry patient, study, character set, time zone, maker and label alike, and nothing private', () => {
    const metadata = metadataOf({
      TimezoneOffsetFromUTC: '+0900',
      IssuerOfPatientID: 'HOSPITAL',
      ProcedureCodeSequence: [],
    });
    const set = everyKind(resultInput(ANALYSED, metadata));
    const shared = [
      'PatientName',
      'PatientID',
      'PatientBirthDate',
      'PatientSex',
      'IssuerOfPatientID',
      'AccessionNumber',
      'StudyDate',
      'StudyTime',
      'StudyID',
      'ReferringPhysicianName',
      'TimezoneOffsetFromUTC',
      'SyntheticData',
    ] as const;
    for (const object of set) {
      const dataSet = reread(object);
      for (const keyword of shared)
        expect([keyword, dataSet[TAG[keyword]]]).toEqual([keyword, metadata[TAG[keyword]]]);
      expect(textOf(dataSet, TAG.SpecificCharacterSet)).toBe('ISO_IR 192');
      expect(dataSet[TAG.ContributingEquipmentSequence]).toEqual(
        reread(rootOf(set))[TAG.ContributingEquipmentSequence],
      );
      expect(JSON.stringify(dataSet)).toContain(INTENDED_USE_NOTICE);
      expect(privateTags(dataSet)).toEqual([]);
    }
  });

  it('are not called synthetic where the study is not', () => {
    const metadata = metadataOf({ SyntheticData: undefined });
    for (const { dataSet } of everyKind(resultInput(ANALYSED, metadata))) {
      expect(dataSet[TAG.SyntheticData]).toBeUndefined();
    }
  });
});

describe('a set of two sides', () => {
  it('has one laterality a series: none where left and right are in it (C.7.3.1)', () => {
    const right = { ...SOURCE, sopInstanceUid: `${SOURCE.sopInstanceUid}.2` };
    const images = [
      { outcome: ANALYSED, metadata: metadataOf() },
      {
        outcome: {
          ...ANALYSED,
          source: right,
          findings: ANALYSED.findings.map((finding) => ({ ...finding, source: right })),
        },
        metadata: metadataOf({ ImageLaterality: 'R', SOPInstanceUID: right.sopInstanceUid }),
      },
    ];
    const set = everyKind({ ...resultInput(), images });
    expect(ofKind(set, 'gsps').map(({ dataSet }) => dataSet[TAG.Laterality])).toEqual([
      { vr: 'CS' },
      { vr: 'CS' },
    ]);
    expectAgreement(set);
  });
});

describe('what is written', () => {
  it('is the report and the presentation states where nothing else is asked for', () => {
    expect(buildResultSet(resultInput()).map(({ kind }) => kind)).toEqual(['sr', 'gsps']);
  });

  it('is what was asked for, the report first, however it was asked', () => {
    const kinds = (objects: readonly ResultObjectKind[]) =>
      buildResultSet({ ...resultInput(), objects }).map(({ kind }) => kind);
    expect(kinds(['sr'])).toEqual(['sr']);
    expect(kinds(['kos', 'sr'])).toEqual(['sr', 'kos']);
    expect(kinds(['sc', 'seg', 'sr'])).toEqual(['sr', 'seg', 'sc', 'sc']);
    expect(() => kinds(['gsps'])).toThrow('sr is missing');
  });

  it('has other UIDs with other siblings, since the report names them', () => {
    const uidOf = (objects: readonly ResultObjectKind[]) =>
      buildResultSet({ ...resultInput(), objects })[0]?.sopInstanceUid;
    expect(uidOf(['sr', 'gsps'])).toBe(uidOf(['gsps', 'sr']));
    expect(uidOf(['sr', 'gsps'])).not.toBe(uidOf(['sr', 'gsps', 'seg']));
  });
});

function privateTags(dataSet: DataSet): readonly string[] {
  return Object.entries(dataSet).flatMap(([tag, { Value }]) => [
    ...(Number.parseInt(tag.slice(3, 4), 16) % 2 === 1 ? [tag] : []),
    ...(Value ?? []).filter(isItem).flatMap((item) => privateTags(item)),
  ]);
}
