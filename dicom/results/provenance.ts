/**
 * What every result object says of its patient, study, maker and sources. PS3.3 C.7.1.1, C.7.2.1, C.7.5.1, C.12.1.
 *
 * Trap: attributes of patient and study are copied element by element, never re-formatted; those of Type 2 that the
 * source lacks become empty. Series attributes (Laterality above all) are not among them.
 */
import type { DataElement, DataSet } from '../vocabulary/data-set.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { codeItem, referenceItem } from '../sr/content-items.ts';
import { modelKey } from '../sr/model-identification.ts';
import { ATTRIBUTES } from '../vocabulary/attributes.ts';
import { DCM } from '../vocabulary/codes.ts';
import { dataSetOf, TAG, type Keyword } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { INTENDED_USE_NOTICE, type ImageOutcome, type ModelIdentity } from '../vocabulary/finding.ts';
import { MANUFACTURER, parseUid } from '../vocabulary/uids.ts';
import { deviceUidOf } from './identifiers.ts';
import type { ReferencedInstance, ResultSetInput } from './input.ts';

/** Type 2 of the Patient and General Study modules: empty where the source has none. */
// prettier-ignore
const EMPTY_WHEN_ABSENT = [
  'StudyDate', 'StudyTime', 'AccessionNumber', 'ReferringPhysicianName',
  'PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'StudyID',
] as const satisfies readonly Keyword[];

/** Carried over where the source has them. */
// prettier-ignore
const CARRIED_WHEN_PRESENT = [
  'IssuerOfAccessionNumberSequence', 'TimezoneOffsetFromUTC', 'StudyDescription', 'ProcedureCodeSequence',
  'IssuerOfPatientID', 'PatientBirthTime', 'OtherPatientIDsSequence', 'PatientAge', 'PatientSize', 'PatientWeight',
  'EthnicGroup', 'PatientComments', 'PatientIdentityRemoved', 'DeidentificationMethod', 'AdmissionID',
] as const satisfies readonly Keyword[];

/** Attributes of patient and study. Throws `missing-attribute` without Study Instance UID. */
export function patientAndStudy(studyAttributes: DataSet): DataSet {
  const studyUid = textOf(studyAttributes, TAG.StudyInstanceUID);
  if (studyUid === undefined) throw new PacsError('missing-attribute', 'StudyInstanceUID is absent');
  const carried: Record<string, DataElement> = {};
  for (const keyword of EMPTY_WHEN_ABSENT) {
    const [tag, vr] = ATTRIBUTES[keyword];
    carried[tag] = studyAttributes[tag] ?? { vr };
  }
  for (const keyword of CARRIED_WHEN_PRESENT) {
    const element = studyAttributes[TAG[keyword]];
    if (element) carried[TAG[keyword]] = element;
  }
  return { ...carried, ...dataSetOf({ StudyInstanceUID: parseUid(studyUid, 'StudyInstanceUID') }) };
}

/** Date and time of `performedAt`. Throws `invalid-value` for anything but fourteen digits. */
export function performedDateTime(performedAt: string): { readonly date: string; readonly time: string } {
  if (!/^\d{14}$/.test(performedAt)) {
    throw new PacsError('invalid-value', 'performedAt must be fourteen digits, YYYYMMDDHHMMSS');
  }
  return { date: performedAt.slice(0, 8), time: performedAt.slice(8) };
}

/** General Equipment and SOP Common, with one Contributing Equipment item for each model. PS3.3 C.7.5.1, C.12.1. */
export function equipmentAndCommon(input: ResultSetInput): DataSet {
  const { date, time } = performedDateTime(input.performedAt);
  const outcomes = input.images.map(({ outcome }) => outcome);
  const isSynthetic = input.images.some(({ metadata }) => textOf(metadata, TAG.SyntheticData) === 'YES');
  const models = modelsOf(outcomes);
  return dataSetOf({
    SpecificCharacterSet: 'ISO_IR 192',
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    SyntheticData:
      isSynthetic || textOf(input.studyAttributes, TAG.SyntheticData) === 'YES' ? 'YES' : undefined,
    Manufacturer: MANUFACTURER,
    ManufacturerModelName: MANUFACTURER,
    DeviceUID: parseUid(input.observer.uid, 'observer.uid'),
    SoftwareVersions: input.softwareVersion,
    ContributingEquipmentSequence:
      models.length > 0 ? models.map((model) => contribution(model, input.performedAt)) : undefined,
  });
}

/** Every model that was to run or spoke, once, in order of appearance. */
export function modelsOf(outcomes: readonly ImageOutcome[]): readonly ModelIdentity[] {
  const models = new Map<string, ModelIdentity>();
  for (const { runs, findings } of outcomes) {
    for (const { model } of [...runs, ...findings]) models.set(modelKey(model), model);
  }
  return [...models.values()];
}

/** PS3.3 C.12.1.1.5 and IHE AIR: equal to what TID 4019 says of the algorithm. */
function contribution(model: ModelIdentity, performedAt: string): DataSet {
  return dataSetOf({
    PurposeOfReferenceCodeSequence: [codeItem(DCM.processingEquipment)],
    Manufacturer: model.manufacturer,
    ManufacturerModelName: model.name,
    SoftwareVersions: model.version,
    DeviceUID: deviceUidOf(model),
    ContributionDateTime: performedAt,
    ContributionDescription: INTENDED_USE_NOTICE,
  });
}

/** Instances by study and series, each once and without frames, as evidence and predecessors are told. PS3.3 Table C.17-3b. */
export function hierarchicalReferences(instances: readonly ReferencedInstance[]): readonly DataSet[] {
  return [...groupedBy(instances, ({ studyInstanceUid }) => studyInstanceUid)].map(([study, inStudy]) =>
    dataSetOf({
      StudyInstanceUID: parseUid(study, 'StudyInstanceUID'),
      ReferencedSeriesSequence: [...groupedBy(inStudy, ({ seriesInstanceUid }) => seriesInstanceUid)].map(
        ([series, inSeries]) =>
          dataSetOf({
            SeriesInstanceUID: parseUid(series, 'SeriesInstanceUID'),
            ReferencedSOPSequence: [...groupedBy(inSeries, ({ sopInstanceUid }) => sopInstanceUid).values()]
              .flatMap(([instance]) => (instance ? [instance] : []))
              .map(({ sopClassUid, sopInstanceUid }) => referenceItem({ sopClassUid, sopInstanceUid })),
          }),
      ),
    }),
  );
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
