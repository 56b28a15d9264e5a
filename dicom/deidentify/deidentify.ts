/**
 * A data set without whom it is of: Basic Application Level Confidentiality Profile with the Clean Structured Content Option.
 * PS3.15 E.1.1, E.3.5; what is kept is `basic-profile.ts`.
 *
 * References stay whole within an export: UIDs are replaced by the same others everywhere, and what points at something that is
 * not exported is taken out, with what cannot stand without it. Trap: content items that refer to others by their position
 * are taken out too, since positions change.
 */
import { DCM, isSameCode, OSTEON, type Code } from '../vocabulary/codes.ts';
import {
  isItem,
  itemsOf,
  textOf,
  type DataElement,
  type DataSet,
  type ElementValue,
  type Tag,
} from '../vocabulary/data-set.ts';
import { dataSetOf, TAG, type Keyword } from '../vocabulary/dictionary.ts';
import { KEPT, type Keeping } from './basic-profile.ts';
import { codeOf, plainCodeItem } from './plain-code.ts';

/** How the studies of one export are told apart and hang together. */
export interface Disguise {
  /** The UID in the place of another: always the same for the same one. */
  readonly uidOf: (uid: string) => string;
  /** Name and ID in the place of the patient's: the same for the same patient. */
  readonly pseudonym: string;
  /** True for the SOP Instance UIDs that are exported along. */
  readonly isExported: (sopInstanceUid: string) => boolean;
  /** Texts that are known to say nothing of a patient: notices, names of models. */
  readonly plainTexts: ReadonlySet<string>;
}

/** PS3.16 CID 7050. */
const METHODS = [
  ['113100', 'Basic Application Confidentiality Profile'],
  ['113104', 'Clean Structured Content Option'],
].map(([value = '', meaning = '']) =>
  dataSetOf({ CodeValue: value, CodingSchemeDesignator: 'DCM', CodeMeaning: meaning }),
);

/** What tells the age or sex of a patient, whatever the value type. */
const CHARACTERISTICS: readonly Code[] = [
  ...['121029', '121030', '121031', '121032', '121034'].map((value) => ({
    value,
    scheme: 'DCM',
    meaning: '',
  })),
  DCM.subjectAge,
  DCM.zScoreOfMeasurement,
  DCM.standardDeviationOfPopulation,
  DCM.populationDescription,
  OSTEON.sexGivenToModel,
  OSTEON.ageDifference,
  OSTEON.noScoreReason,
];

/** A value that says nothing, by VR. */
const DUMMIES: Readonly<Record<string, ElementValue>> = {
  DA: '19000101',
  TM: '000000',
  DT: '19000101000000',
  PN: { Alphabetic: 'Removed' },
};
const DUMMY_TEXT = 'Removed';
const DICOM_ROOT = '1.2.840.10008.';

const KEPT_BY_TAG: ReadonlyMap<Tag, Keeping> = new Map(
  (Object.entries(KEPT) as [Keyword, Keeping][]).map(([keyword, keeping]) => [TAG[keyword], keeping]),
);
/** Sequences without which what holds them says nothing. */
const LOAD_BEARING = [TAG.ReferencedSOPSequence, TAG.ReferencedSeriesSequence, TAG.ConceptCodeSequence];

/** The data set of an image or a report, de-identified. Its pixels are not looked at: see {@link pixelRefusalOf}. */
export function deidentified(dataSet: DataSet, disguise: Disguise): DataSet {
  return {
    ...cleaned(dataSet, disguise),
    ...dataSetOf({
      PatientName: { Alphabetic: disguise.pseudonym },
      PatientID: disguise.pseudonym,
      PatientIdentityRemoved: 'YES',
      DeidentificationMethodCodeSequence: METHODS,
      LongitudinalTemporalInformationModified: 'REMOVED',
    }),
  };
}

function cleaned(dataSet: DataSet, disguise: Disguise): DataSet {
  return Object.fromEntries(
    Object.entries(dataSet).flatMap(([tag, element]) => {
      const keeping = KEPT_BY_TAG.get(tag);
      const kept = keeping && cleanedElement(element, keeping, disguise);
      return kept ? [[tag, kept]] : [];
    }),
  );
}

/** `undefined` where nothing is left of it. */
function cleanedElement(element: DataElement, keeping: Keeping, disguise: Disguise): DataElement | undefined {
  const { vr, Value: values = [] } = element;
  const withValues = (kept: readonly ElementValue[]): DataElement | undefined =>
    kept.length > 0 ? { vr, Value: kept } : values.length === 0 ? { vr } : undefined;
  if (keeping instanceof RegExp) {
    const end = values.findIndex((value) => typeof value !== 'string' || !keeping.test(value));
    return withValues(end < 0 ? values : values.slice(0, end));
  }
  switch (keeping) {
    case 'empty':
      return { vr };
    case 'dummy':
      return withValues(values.slice(0, 1).map((value) => dummyOf(vr, value, disguise)));
    case 'number':
      return values.every(isNumeric) ? withValues(values) : undefined;
    case 'lut':
      return element.BulkDataURI === undefined ? element : undefined;
    case 'uid':
      return withValues(values.flatMap((uid) => (typeof uid === 'string' ? [otherUid(uid, disguise)] : [])));
    case 'standard-uid':
      return withValues(values.filter((uid) => typeof uid === 'string' && uid.startsWith(DICOM_ROOT)));
    case 'code':
      return withValues(remaining(values.filter(isItem).map(plainCodeItem)));
    case 'items':
      return withValues(remaining(values.filter(isItem).map((item) => cleanedItem(item, disguise))));
  }
}

function remaining(items: readonly (DataSet | undefined)[]): readonly DataSet[] {
  return items.filter((item) => item !== undefined);
}

/** `undefined` for an item that tells of the patient, points at what is not exported, or has lost what it is about. */
function cleanedItem(item: DataSet, disguise: Disguise): DataSet | undefined {
  const target = textOf(item, TAG.ReferencedSOPInstanceUID);
  if (target !== undefined && !disguise.isExported(target)) return undefined;
  if (item[TAG.ReferencedContentItemIdentifier]) return undefined;
  const [concept] = itemsOf(item, TAG.ConceptNameCodeSequence).map(codeOf);
  if (concept && CHARACTERISTICS.some((code) => isSameCode(code, concept))) return undefined;
  const kept = cleaned(item, disguise);
  const isBroken = LOAD_BEARING.some((tag) => item[tag] !== undefined && itemsOf(kept, tag).length === 0);
  return isBroken || isContentBroken(item, kept) ? undefined : kept;
}

/** A content item that has no type, no name though it had one, or coordinates on an image that is gone. */
function isContentBroken(item: DataSet, kept: DataSet): boolean {
  if (item[TAG.ValueType] === undefined) return false;
  const valueType = textOf(kept, TAG.ValueType);
  const hadName = item[TAG.ConceptNameCodeSequence] !== undefined;
  if (valueType === undefined || (hadName && !kept[TAG.ConceptNameCodeSequence])) return true;
  return valueType === 'SCOORD' && itemsOf(kept, TAG.ContentSequence).length === 0;
}

function dummyOf(vr: string, value: ElementValue, { plainTexts }: Disguise): ElementValue {
  if (typeof value === 'string' && plainTexts.has(value)) return value;
  return DUMMIES[vr] ?? DUMMY_TEXT;
}

function otherUid(uid: string, { uidOf }: Disguise): string {
  return uid.startsWith(DICOM_ROOT) ? uid : uidOf(uid);
}

function isNumeric(value: ElementValue): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^[-+\d.eE ]*$/.test(value));
}
