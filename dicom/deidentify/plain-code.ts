/**
 * Codes that say nothing of a patient: those of schemes that everybody knows, in the form that the scheme gives them, with a
 * meaning in our own words.
 *
 * Trap: Code Meaning is free text, whatever the code; of a code that we do not name it is the code itself that is repeated.
 */
import { BODY_PARTS } from '../vocabulary/body-part-codes.ts';
import {
  DCM,
  ENGLISH,
  isSameCode,
  LN,
  OSTEON,
  PRIVATE_SCHEME,
  SCT,
  UCUM,
  UMLS,
  type Code,
} from '../vocabulary/codes.ts';
import { textOf, type DataSet } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { REJECTION_REASONS } from '../vocabulary/finding.ts';
import { REJECTED_FINDING_REASONS } from '../vocabulary/review.ts';

/** Acquisition modalities of radiographs. PS3.16 CID 29. */
const MODALITIES = {
  CR: 'Computed Radiography',
  DX: 'Digital Radiography',
  RG: 'Radiographic imaging',
} as const;

const NAMED: readonly Code[] = [
  ...Object.entries(MODALITIES).map(([value, meaning]) => ({ value, scheme: 'DCM', meaning })),
  ...[DCM, SCT, LN, UCUM, UMLS, OSTEON].flatMap((table): readonly Code[] => Object.values(table)),
  ENGLISH,
  ...BODY_PARTS.map(({ code }) => code),
  ...Object.entries({ ...REJECTION_REASONS, ...REJECTED_FINDING_REASONS }).map(([value, meaning]) => ({
    value,
    scheme: PRIVATE_SCHEME,
    meaning: meaning.slice(0, 64),
  })),
];

/** Scheme → form of its codes. Of schemes that are not here, ours among them, only codes that we name are known. */
const FORMS: Readonly<Record<string, RegExp>> = {
  DCM: /^\d{6}$/,
  SCT: /^\d{6,18}$/,
  LN: /^\d{1,7}-\d$/,
  SRT: /^[A-Z]\d?-[0-9A-F]{5}$/,
  RADLEX: /^RID\d{1,6}$/,
  UMLS: /^C\d{7}$/,
  UCUM: /^(cm|mm|um|deg|mm2|cm2|mm3|a|mo|wk|d|h|min|s|\[hnsf'U\])$/,
};

/** An item of a code sequence with nothing but value, scheme and our meaning; `undefined` for a code that we cannot vouch for. */
export function plainCodeItem(item: DataSet): DataSet | undefined {
  const code = codeOf(item);
  const { value, scheme } = code;
  const named = NAMED.find((known) => isSameCode(known, code));
  if (!named && FORMS[scheme]?.test(value) !== true) return undefined;
  return dataSetOf({
    CodeValue: value,
    CodingSchemeDesignator: scheme,
    CodeMeaning: named?.meaning ?? value,
  });
}

/** Value and scheme of an item; empty texts where they are absent. */
export function codeOf(item: DataSet): Code {
  const [value, scheme] = [textOf(item, TAG.CodeValue) ?? '', textOf(item, TAG.CodingSchemeDesignator) ?? ''];
  return { value, scheme, meaning: '' };
}
