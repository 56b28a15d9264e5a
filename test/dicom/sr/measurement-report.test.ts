/** The shape of TID 1500 that readers rely on, the standard's demands and those of stock OHIF 3.13. */
import { describe, expect, it } from 'vitest';
import { deviceUidOf, trackingUidOf } from '../../../dicom/results/identifiers.ts';
import { buildResultSet } from '../../../dicom/results/index.ts';
import { ContentNode, readCode } from '../../../dicom/sr/content-tree.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import { DCM, LN, OSTEON, SCT } from '../../../dicom/vocabulary/codes.ts';
import { itemsOf, numbersOf, textOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../../dicom/vocabulary/dictionary.ts';
import type { Finding, ModelIdentity } from '../../../dicom/vocabulary/finding.ts';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import {
  ANALYSED,
  everyOutcome,
  FINDINGS,
  FRACTURE_MODEL,
  metadataOf,
  resultInput,
} from '../../support/result-inputs.ts';

const dataSet = buildResultSet(resultInput())[0]?.dataSet ?? {};
const groups = new ContentNode(dataSet)
  .childrenOf(DCM.imagingMeasurements)
  .flatMap((measurements) => measurements.childrenOf(DCM.measurementGroup));

describe('every measurement group', () => {
  it('is one for each finding', () => {
    expect(groups).toHaveLength(FINDINGS.length);
  });

  it('has exactly one region on exactly one image (TID 1410 row 5; OHIF throws on none)', () => {
    for (const group of groups) {
      const regions = group.children.filter(({ valueType }) => valueType === 'SCOORD');
      expect(regions).toHaveLength(1);
      expect(regions[0]?.reference?.sopInstanceUid).toBe(ANALYSED.source.sopInstanceUid);
    }
  });

  it('has the tracking UID of its finding, and no other has it (OHIF merges groups that share one)', () => {
    const uids = groups.map((group) => group.textOf(DCM.trackingUniqueIdentifier));
    expect(uids).toEqual(FINDINGS.map(trackingUidOf));
    expect(new Set(uids).size).toBe(groups.length);
  });

  it('of an outlined fracture has the outline as its region and the box below the certainty (TID 320)', () => {
    const [, outlined] = groups;
    const region = outlined?.childOf(DCM.imageRegion);
    const box = outlined?.childOf(DCM.certaintyOfFinding)?.childOf(DCM.sourceOfMeasurement);
    expect(outlined?.codeOf(DCM.geometricPurposeOfRegion)).toEqual(DCM.outline);
    expect(numbersOf(region?.item ?? {}, TAG.GraphicData)).toHaveLength(10);
    expect(numbersOf(box?.item ?? {}, TAG.GraphicData)).toEqual([
      100.25, 200.5, 150.75, 200.5, 150.75, 260, 100.25, 260, 100.25, 200.5,
    ]);
  });

  it('of a bone age names the parts of the hand it was read from, cut at the border of the image', () => {
    const age = groups.at(-1)?.childOf(LN.xrBoneAge);
    const regions = [OSTEON.carpusRead, OSTEON.thumbRead].map((purpose) => age?.childOf(purpose));
    expect(numbersOf(regions[1]?.item ?? {}, TAG.GraphicData)).toEqual([
      0, 300, 60, 300, 60, 400, 0, 400, 0, 300,
    ]);
  });

  it('names the concept of every child by Code Value (OHIF reads it without asking)', () => {
    for (const child of groups.flatMap(({ children }) => children)) {
      const [name] = itemsOf(child.item, TAG.ConceptNameCodeSequence);
      expect(textOf(name ?? {}, TAG.CodeValue)).toBeDefined();
    }
  });
});

describe('a report', () => {
  it('has no empty container where nothing was found', () => {
    const [report] = buildResultSet(resultInput({ ...ANALYSED, findings: [] }));
    const root = new ContentNode(report?.dataSet ?? {});
    expect(root.childrenOf(DCM.imagingMeasurements)).toEqual([]);
    expect(
      root.children.every(({ valueType, children }) => valueType !== 'CONTAINER' || children.length > 0),
    ).toBe(true);
  });

  it('is a Comprehensive 3D SR with TID 1500 unless configured otherwise', () => {
    const template = (report: DataSet) =>
      itemsOf(report, TAG.ContentTemplateSequence).map((item) => textOf(item, TAG.TemplateIdentifier));
    expect(textOf(dataSet, TAG.SOPClassUID)).toBe(SOP_CLASS.comprehensive3dSr);
    expect(template(dataSet)).toEqual(['1500']);
    const alone = { ...resultInput(), objects: ['sr'] } as const;
    const [one, other] = [
      ...buildResultSet(alone),
      ...buildResultSet({ ...alone, reportClass: 'comprehensiveSr' }),
    ];
    expect(other?.sopClassUid).toBe(SOP_CLASS.comprehensiveSr);
    expect(textOf(other?.dataSet ?? {}, TAG.SOPClassUID)).toBe(SOP_CLASS.comprehensiveSr);
    expect(other?.dataSet[TAG.ContentSequence]).toEqual(one?.dataSet[TAG.ContentSequence]);
    expect(other?.sopInstanceUid).not.toBe(one?.sopInstanceUid);
  });

  it('describes its images: modality, body part, side, size (TID 1602)', () => {
    const [entry] = readReport(dataSet).library;
    expect(entry).toEqual({
      sopInstanceUid: ANALYSED.source.sopInstanceUid,
      modality: 'DX',
      targetRegion: SCT.wristJoint,
      laterality: 'L',
      rows: 600,
      columns: 400,
    });
    const unlisted = buildResultSet(resultInput(ANALYSED, metadataOf({ Modality: 'OT' })))[0]?.dataSet ?? {};
    expect(readReport(unlisted).library[0]?.modality).toBe('RG');
  });

  it('reports the procedure of the header, else an X-ray of an unspecified region', () => {
    const procedure = {
      CodeValue: '37362-1',
      CodingSchemeDesignator: 'LN',
      CodeMeaning: 'XR Bones Bone age',
    };
    const withProcedure = metadataOf({ ProcedureCodeSequence: [dataSetOf(procedure)] });
    const procedureOf = (metadata = metadataOf()) =>
      readReport(buildResultSet(resultInput(ANALYSED, metadata))[0]?.dataSet ?? {}).procedure?.value;
    expect(procedureOf(withProcedure)).toBe('37362-1');
    expect(procedureOf()).toBe(LN.xrUnspecifiedBodyRegion.value);
  });

  it('says that nothing was found, what was refused and what failed', () => {
    const { images, ...others } = everyOutcome();
    const only = (index: number) => {
      const [report] = buildResultSet({ ...others, images: images.slice(index, index + 1) });
      return readReport(report?.dataSet ?? {});
    };
    const [, negative, refused, failed] = [0, 1, 2, 3].map(only);
    expect(negative?.findings.map((finding) => 'verdict' in finding && finding.verdict)).toContain('absent');
    expect(negative?.runSummary).toEqual(DCM.noAlgorithmsSucceededWithoutFindings);
    expect(refused?.images).toMatchObject([{ status: 'rejected', reason: 'not-a-limb' }]);
    expect(refused?.runSummary).toEqual(DCM.allAlgorithmsSucceededWithoutFindings);
    expect(failed?.images).toMatchObject([{ status: 'failed', detail: 'no memory' }]);
    expect(failed?.runSummary).toEqual(DCM.noAlgorithmsSucceededWithoutFindings);
  });

  it('never holds a fracture below the suspicious operating point: stock viewers would draw it', () => {
    const [, fracture] = FINDINGS;
    const faint = { ...fracture, certainty: 'faint' } as unknown as Finding;
    expect(() => buildResultSet(resultInput({ ...ANALYSED, findings: [faint] }))).toThrow(/never written/);
  });

  it('names every other object of its set, in its content and as evidence (IHE AIR root result)', () => {
    const [root, ...others] = buildResultSet({ ...resultInput(), objects: ['sr', 'gsps', 'seg', 'kos'] });
    expect(others.length).toBeGreaterThanOrEqual(3);
    expect(readReport(root?.dataSet ?? {}).siblings.map(({ sopInstanceUid }) => sopInstanceUid)).toEqual(
      others.map(({ sopInstanceUid }) => sopInstanceUid),
    );
    const evidence = JSON.stringify(root?.dataSet[TAG.CurrentRequestedProcedureEvidenceSequence]);
    for (const { sopInstanceUid } of others) expect(evidence).toContain(sopInstanceUid);
  });

  it('is complete and unverified, and names its images as evidence (PS3.3 C.17.2)', () => {
    expect(textOf(dataSet, TAG.CompletionFlag)).toBe('COMPLETE');
    expect(textOf(dataSet, TAG.VerificationFlag)).toBe('UNVERIFIED');
    expect(JSON.stringify(dataSet[TAG.CurrentRequestedProcedureEvidenceSequence])).toContain(
      ANALYSED.source.sopInstanceUid,
    );
  });
});

describe('contributing equipment (PS3.3 C.12.1, IHE AIR)', () => {
  const equipment = itemsOf(dataSet, TAG.ContributingEquipmentSequence).map((item) => ({
    purpose: readCode(item, TAG.PurposeOfReferenceCodeSequence),
    manufacturer: textOf(item, TAG.Manufacturer),
    name: textOf(item, TAG.ManufacturerModelName),
    version: textOf(item, TAG.SoftwareVersions),
    uid: textOf(item, TAG.DeviceUID),
  }));

  it('is processing equipment', () => {
    expect(equipment.map(({ purpose }) => purpose)).toEqual(equipment.map(() => DCM.processingEquipment));
  });

  it('begins with the system, equal to TID 1004 and to the General Equipment module', () => {
    const { uid, manufacturer, modelName } = readReport(dataSet).observer;
    expect(equipment[0]).toMatchObject({ uid, manufacturer, name: modelName });
    expect(equipment[0]).toMatchObject({
      uid: textOf(dataSet, TAG.DeviceUID),
      manufacturer: textOf(dataSet, TAG.Manufacturer),
      name: textOf(dataSet, TAG.ManufacturerModelName),
      version: textOf(dataSet, TAG.SoftwareVersions),
    });
  });

  it('has another device UID for other weights, versions or settings', () => {
    const uidOf = (changes: Partial<ModelIdentity>) => deviceUidOf({ ...FRACTURE_MODEL, ...changes });
    const uids = [
      {},
      { weightsSha256: 'ef'.repeat(32) },
      { version: '0.2.0' },
      { parameters: ['suspicious=0.3', 'definite=0.6'] },
    ].map(uidOf);
    expect(new Set(uids).size).toBe(uids.length);
    expect(equipment.map(({ uid }) => uid)).toContain(uidOf({}));
  });

  it('goes on with each algorithm, equal to TID 4019', () => {
    const { models } = readReport(dataSet);
    expect(models.map(({ name }) => name)).toEqual(['Fracture locator', 'Bone age']);
    expect(
      equipment.slice(1).map(({ manufacturer, name, version }) => ({ manufacturer, name, version })),
    ).toEqual(models.map(({ manufacturer, name, version }) => ({ manufacturer, name, version })));
    expect(new Set(equipment.map(({ uid }) => uid)).size).toBe(3);
  });
});
