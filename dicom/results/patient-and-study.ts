/**
 * Patient and study of a result object: every attribute of these modules as the source has it. PS3.3 C.7.1.1 (Patient),
 * C.7.1.3 and C.7.2.3 (Clinical Trial Subject, Study), C.7.2.1 (General Study), C.7.2.2 (Patient Study), C.12.1 (time zone).
 *
 * Trap: elements are copied, never re-formatted; those of Type 2 that the source lacks become empty. Series attributes
 * (Laterality above all) are not among them, and private ones are left behind, at whatever depth.
 */
import { ATTRIBUTES } from '../vocabulary/attributes.ts';
import type { DataElement, DataSet } from '../vocabulary/data-set.ts';
import { isItem, textOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG, type Keyword } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { parseUid } from '../vocabulary/uids.ts';

/** Type 2: empty where the source has none. */
// prettier-ignore
const EMPTY_WHEN_ABSENT = [
  'StudyDate', 'StudyTime', 'AccessionNumber', 'ReferringPhysicianName',
  'PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'StudyID',
] as const satisfies readonly Keyword[];

/** Carried over where the source has them, by module. */
// prettier-ignore
const CARRIED_WHEN_PRESENT = [
  'TimezoneOffsetFromUTC',
  // Patient
  'IssuerOfPatientID', 'TypeOfPatientID', 'IssuerOfPatientIDQualifiersSequence', 'PatientBirthTime',
  'PatientBirthDateInAlternativeCalendar', 'PatientDeathDateInAlternativeCalendar', 'PatientAlternativeCalendar',
  'QualityControlSubject', 'OtherPatientNames', 'OtherPatientIDsSequence', 'EthnicGroup', 'PatientSpeciesDescription',
  'PatientSpeciesCodeSequence', 'PatientBreedDescription', 'PatientBreedCodeSequence', 'BreedRegistrationSequence',
  'ResponsiblePerson', 'ResponsiblePersonRole', 'ResponsibleOrganization', 'PatientComments', 'PatientIdentityRemoved',
  'DeidentificationMethod', 'DeidentificationMethodCodeSequence',
  // Clinical Trial Subject and Study
  'ClinicalTrialSponsorName', 'ClinicalTrialProtocolID', 'ClinicalTrialProtocolName', 'ClinicalTrialSiteID',
  'ClinicalTrialSiteName', 'ClinicalTrialSubjectID', 'ClinicalTrialSubjectReadingID', 'ClinicalTrialTimePointID',
  'ClinicalTrialTimePointDescription',
  // General Study
  'IssuerOfAccessionNumberSequence', 'ReferringPhysicianIdentificationSequence', 'ConsultingPhysicianName',
  'ConsultingPhysicianIdentificationSequence', 'StudyDescription', 'ProcedureCodeSequence', 'PhysiciansOfRecord',
  'PhysiciansOfRecordIdentificationSequence', 'NameOfPhysiciansReadingStudy',
  'PhysiciansReadingStudyIdentificationSequence', 'ReferencedStudySequence', 'RequestingService',
  'ReasonForPerformedProcedureCodeSequence',
  // Patient Study
  'AdmittingDiagnosesDescription', 'AdmittingDiagnosesCodeSequence', 'PatientAge', 'PatientSize', 'PatientSizeCodeSequence',
  'PatientBodyMassIndex', 'PatientWeight', 'MedicalAlerts', 'Allergies', 'Occupation', 'SmokingStatus',
  'AdditionalPatientHistory', 'PregnancyStatus', 'LastMenstrualDate', 'PatientSexNeutered', 'ReasonForVisit',
  'ReasonForVisitCodeSequence', 'AdmissionID', 'IssuerOfAdmissionIDSequence', 'ServiceEpisodeID',
  'ServiceEpisodeDescription', 'IssuerOfServiceEpisodeIDSequence', 'PatientState',
] as const satisfies readonly Keyword[];

/** Attributes of patient and study. Throws `missing-attribute` without Study Instance UID. */
export function patientAndStudy(studyAttributes: DataSet): DataSet {
  const studyUid = textOf(studyAttributes, TAG.StudyInstanceUID);
  if (studyUid === undefined) throw new PacsError('missing-attribute', 'StudyInstanceUID is absent');
  const carried: Record<string, DataElement> = {};
  for (const keyword of EMPTY_WHEN_ABSENT) {
    const [tag, vr] = ATTRIBUTES[keyword];
    carried[tag] = withoutPrivate(studyAttributes[tag] ?? { vr });
  }
  for (const keyword of CARRIED_WHEN_PRESENT) {
    const element = studyAttributes[TAG[keyword]];
    if (element) carried[TAG[keyword]] = withoutPrivate(element);
  }
  return { ...carried, ...dataSetOf({ StudyInstanceUID: parseUid(studyUid, 'StudyInstanceUID') }) };
}

/** An element without the private attributes in its items: odd group numbers. PS3.5 7.8. */
function withoutPrivate(element: DataElement): DataElement {
  if (element.vr !== 'SQ' || !element.Value) return element;
  return {
    ...element,
    Value: element.Value.map((value) => (isItem(value) ? publicPart(value) : value)),
  };
}

function publicPart(item: DataSet): DataSet {
  return Object.fromEntries(
    Object.entries(item)
      .filter(([tag]) => Number.parseInt(tag.slice(0, 4), 16) % 2 === 0)
      .map(([tag, element]) => [tag, withoutPrivate(element)]),
  );
}
