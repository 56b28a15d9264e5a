/**
 * Identifiers of C-FIND, C-MOVE and C-GET ↔ searches of the index. Pure. PS3.4 C.2.2, C.6.1, C.6.2.
 *
 * Lenient: a key of a higher level may stand at any level below it (relational queries, PS3.4 C.4.1.2.2.2), and a unique key
 * may be a list.
 */
import { dictionaryVrOf, keywordOf } from '../../dicom/read/tag-dictionary.ts';
import type { DataElement, DataSet, Tag } from '../../dicom/vocabulary/data-set.ts';
import { isItem, textOf } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { formattedValues, isBinaryVr } from '../../dicom/write/element-values.ts';
import { readMatch, withSpans, type MatchingModes } from '../http/qido-matching.ts';
import { INDEXED_TAGS, type QueryLevel } from '../storage/index-attributes.ts';
import { MATCH_KEYS, type KeyMatch } from '../storage/match-keys.ts';
import type { SearchQuery } from '../storage/search-sql.ts';

/** Value of Query/Retrieve Level (0008,0052) → level of the index. Patients are found among their studies. PS3.4 C.6.1.1. */
const LEVELS = { PATIENT: 'study', STUDY: 'study', SERIES: 'series', IMAGE: 'instance' } as const;
export type RetrieveLevel = keyof typeof LEVELS;

/** Attributes of a patient. PS3.4 Table C.6-1. */
const PATIENT_TAGS: readonly Tag[] = [
  TAG.PatientName,
  TAG.PatientID,
  TAG.IssuerOfPatientID,
  TAG.PatientBirthDate,
  TAG.PatientSex,
];

/** Attributes that answers have beside those of the index, by level. */
const COMPUTED: Readonly<Record<RetrieveLevel, readonly Tag[]>> = {
  PATIENT: [TAG.InstanceAvailability],
  STUDY: [
    TAG.InstanceAvailability,
    TAG.ModalitiesInStudy,
    TAG.NumberOfStudyRelatedSeries,
    TAG.NumberOfStudyRelatedInstances,
  ],
  SERIES: [TAG.InstanceAvailability, TAG.NumberOfSeriesRelatedInstances],
  IMAGE: [TAG.InstanceAvailability, TAG.AvailableTransferSyntaxUID],
};

/** Levels of the index whose attributes an answer of a level may hold. */
const KEPT: Readonly<Record<RetrieveLevel, readonly QueryLevel[]>> = {
  PATIENT: [],
  STUDY: ['study'],
  SERIES: ['study', 'series'],
  IMAGE: ['study', 'series', 'instance'],
};

const UNIQUE_KEYS: Readonly<Record<RetrieveLevel, readonly Tag[]>> = {
  PATIENT: [TAG.PatientID],
  STUDY: [TAG.StudyInstanceUID],
  SERIES: [TAG.StudyInstanceUID, TAG.SeriesInstanceUID],
  IMAGE: [TAG.StudyInstanceUID, TAG.SeriesInstanceUID, TAG.SOPInstanceUID],
};

/** They are about the identifier, not keys of it. */
const NO_KEYS: readonly Tag[] = [
  TAG.SpecificCharacterSet,
  TAG.QueryRetrieveLevel,
  TAG.RetrieveAETitle,
  TAG.TimezoneOffsetFromUTC,
];

/** Several values mean any of them, as many workstations send Modalities in Study. PS3.4 C.2.2.2.8. */
const MODES: MatchingModes = { isFuzzy: false, matchesEmptyValues: false, matchesMultipleValues: true };

/** An identifier, understood. */
export interface Query {
  readonly level: RetrieveLevel;
  readonly search: Pick<SearchQuery, 'level' | 'matches' | 'include'>;
  /** What is returned of each match. */
  readonly returned: readonly Tag[];
  /** False when a key is neither matched nor returned. */
  readonly isWhollySupported: boolean;
}

/** Reads the identifier of a C-FIND. Throws `invalid-value` naming the key. */
export function readQuery(identifier: DataSet, isPatientRoot: boolean): Query {
  const level = levelOf(identifier, isPatientRoot);
  const keys = Object.keys(identifier).filter((tag) => !NO_KEYS.includes(tag));
  const supported = keys.filter((tag) => isSupported(level, tag));
  const isInstance = level === 'IMAGE';
  return {
    level,
    search: {
      level: LEVELS[level],
      matches: withSpans(matchesOf(identifier, level, supported)),
      ...(isInstance ? { include: supported } : {}),
    },
    returned: [...new Set([...supported, ...UNIQUE_KEYS[level]])],
    isWhollySupported: supported.length === keys.length,
  };
}

/** Reads the identifier of a C-MOVE or C-GET: the search that finds what is meant. Throws `invalid-value`. PS3.4 C.4.2.1.4, C.4.3.1.3. */
export function readRetrieval(
  identifier: DataSet,
  isPatientRoot: boolean,
): Pick<SearchQuery, 'level' | 'matches'> {
  const level = levelOf(identifier, isPatientRoot);
  const keys = [TAG.PatientID, ...UNIQUE_KEYS[level]].filter((tag) => identifier[tag]);
  const matches = matchesOf(identifier, level, keys);
  const lowest = UNIQUE_KEYS[level].at(-1) ?? TAG.PatientID;
  const text = identifier[lowest] ? textIn(lowest, identifier[lowest]) : '';
  if (!matches.some(({ key }) => key === lowest) || /[*?]/.test(text)) {
    throw new PacsError(
      'invalid-value',
      `${nameOf(lowest)} must have a value without wildcards, at ${level}`,
    );
  }
  return { level: LEVELS[level], matches };
}

/** What is answered for a match: the keys that were asked for. PS3.4 C.4.1.1.3.2. */
export function answerOf({ level, returned }: Query, match: DataSet, aeTitle: string): DataSet {
  const kept = returned.map((tag): [Tag, DataElement] => [
    tag,
    withoutBulk(match[tag] ?? { vr: dictionaryVrOf(tag) }),
  ]);
  return {
    ...Object.fromEntries(kept),
    ...dataSetOf({ QueryRetrieveLevel: level, RetrieveAETitle: aeTitle }),
  };
}

/** Tells one patient from another. */
export function patientOf(match: DataSet): string {
  return `${textOf(match, TAG.PatientID) ?? ''}\n${textOf(match, TAG.IssuerOfPatientID) ?? ''}`;
}

function levelOf(identifier: DataSet, isPatientRoot: boolean): RetrieveLevel {
  const level = textOf(identifier, TAG.QueryRetrieveLevel)?.trim();
  const known = Object.keys(LEVELS).find((name): name is RetrieveLevel => name === level);
  if (known && (known !== 'PATIENT' || isPatientRoot)) return known;
  const levels = isPatientRoot ? 'PATIENT, STUDY, SERIES or IMAGE' : 'STUDY, SERIES or IMAGE';
  throw new PacsError('invalid-value', `QueryRetrieveLevel (0008,0052) must be ${levels}`);
}

/** At instance level any attribute of the header can be returned. */
function isSupported(level: RetrieveLevel, tag: Tag): boolean {
  if (level === 'IMAGE') return true;
  if (COMPUTED[level].includes(tag)) return true;
  if (level === 'PATIENT') return PATIENT_TAGS.includes(tag);
  return KEPT[level].some((kept) => INDEXED_TAGS[kept].includes(tag));
}

function matchesOf(identifier: DataSet, level: RetrieveLevel, tags: readonly Tag[]): KeyMatch[] {
  const pairs = tags.flatMap((tag): [key: string, element: DataElement][] => {
    const element = identifier[tag];
    if (!element) return [];
    const [item] = (element.Value ?? []).filter(isItem);
    if (element.vr !== 'SQ' || !item) return [[tag, element]];
    return Object.entries(item).map(([inner, innerElement]) => [`${tag}.${inner}`, innerElement]);
  });
  return pairs.flatMap(([key, element]) => {
    if (!isMatchedAt(level, key)) return [];
    try {
      return readMatch(key, nameOf(key), textIn(key, element), MODES) ?? [];
    } catch (error) {
      throw new PacsError('invalid-value', asPacsError(error).message, { cause: error });
    }
  });
}

function isMatchedAt(level: RetrieveLevel, key: string): boolean {
  const known = MATCH_KEYS[key];
  if (!known) return false;
  if (level === 'PATIENT') return PATIENT_TAGS.includes(key);
  return KEPT[level].includes(known.level);
}

function textIn(key: string, element: DataElement): string {
  return element.vr === 'SQ' || isBinaryVr(element.vr) ? '' : formattedValues(key, element).join('\\');
}

function nameOf(key: string): string {
  return key
    .split('.')
    .map((tag) => keywordOf(tag) ?? tag)
    .join('.');
}

/** Values that lie in bulk data are not at hand. */
function withoutBulk(element: DataElement): DataElement {
  const { vr, Value, BulkDataURI } = element;
  if (BulkDataURI !== undefined) return { vr };
  if (vr !== 'SQ' || !Value) return element;
  const items = Value.filter(isItem).map((item) =>
    Object.fromEntries(Object.entries(item).map(([tag, inner]) => [tag, withoutBulk(inner)])),
  );
  return { vr, Value: items };
}
