/**
 * SR content items as typed constructors: what one returns is valid, what the standard forbids is refused.
 * PS3.3 C.17.3.3 (content items; TEXT and UIDREF), C.18 (the macros of the other value types), A.35.13.3.1 (relationships of Comprehensive 3D SR).
 *
 * Trap: the relationship belongs to the child, so each constructor takes it first; the parent checks it.
 */
import type { Code } from '../vocabulary/codes.ts';
import type { DataSet, PersonName } from '../vocabulary/data-set.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { ImagePoint } from '../vocabulary/geometry.ts';
import { DCMR_UID, parseUid } from '../vocabulary/uids.ts';

export type ValueType =
  'CONTAINER' | 'TEXT' | 'CODE' | 'NUM' | 'PNAME' | 'UIDREF' | 'SCOORD' | 'IMAGE' | 'COMPOSITE';

export type Relationship =
  | 'CONTAINS'
  | 'HAS OBS CONTEXT'
  | 'HAS CONCEPT MOD'
  | 'HAS PROPERTIES'
  | 'HAS ACQ CONTEXT'
  | 'INFERRED FROM'
  | 'SELECTED FROM';

/** An item of a Content Sequence (0040,A730). */
export type ContentItem = DataSet;

/** The instance that an item points at. */
export interface InstanceReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** The image, and the frame where there are many, that an item points at. */
export interface ImageReference extends InstanceReference {
  /** 1-based; only for multi-frame instances. PS3.3 Table 10-3. */
  readonly frameNumber?: number;
}

const CONTEXT = ['TEXT', 'CODE', 'NUM', 'PNAME', 'UIDREF'] as const;
const INFERENCE = [...CONTEXT, 'IMAGE', 'COMPOSITE', 'SCOORD', 'CONTAINER'] as const;

/** Parent → relationship → children it may have, as far as these constructors go. PS3.3 Table A.35.13-2. */
const RELATIONS: Readonly<Record<ValueType, Readonly<Partial<Record<Relationship, readonly ValueType[]>>>>> =
  {
    CONTAINER: {
      CONTAINS: INFERENCE,
      'HAS OBS CONTEXT': CONTEXT,
      'HAS ACQ CONTEXT': CONTEXT,
      'HAS CONCEPT MOD': ['TEXT', 'CODE'],
    },
    TEXT: inferring(),
    CODE: inferring(),
    NUM: { ...inferring(), 'HAS ACQ CONTEXT': CONTEXT },
    PNAME: { 'HAS CONCEPT MOD': ['TEXT', 'CODE'] },
    UIDREF: { 'HAS CONCEPT MOD': ['TEXT', 'CODE'] },
    SCOORD: { 'SELECTED FROM': ['IMAGE'] },
    IMAGE: { 'HAS ACQ CONTEXT': CONTEXT, 'HAS CONCEPT MOD': ['TEXT', 'CODE'] },
    COMPOSITE: { 'HAS ACQ CONTEXT': CONTEXT, 'HAS CONCEPT MOD': ['TEXT', 'CODE'] },
  };

function inferring(): Partial<Record<Relationship, readonly ValueType[]>> {
  return {
    'HAS OBS CONTEXT': CONTEXT,
    'HAS CONCEPT MOD': ['TEXT', 'CODE'],
    'HAS PROPERTIES': INFERENCE,
    'INFERRED FROM': INFERENCE,
  };
}

/** The root CONTAINER with its Content Template Sequence. PS3.3 C.18.8. Refuses a root without content. */
export function rootContainer(concept: Code, templateId: string, children: readonly ContentItem[]): DataSet {
  if (children.length === 0) throw refused('the root container has no content');
  return { ...item(undefined, 'CONTAINER', concept, children), ...containerAttributes(templateId) };
}

/** A CONTAINER with separate content. PS3.3 C.18.8. Refuses an empty one. */
export function container(
  relationship: Relationship,
  concept: Code,
  children: readonly ContentItem[],
  templateId?: string,
): ContentItem {
  if (children.length === 0) throw refused(`container ${concept.value} has no content`);
  return { ...item(relationship, 'CONTAINER', concept, children), ...containerAttributes(templateId) };
}

/** A TEXT item. PS3.3 Table C.17-5. Refuses empty text. */
export function text(
  relationship: Relationship,
  concept: Code,
  value: string,
  children: readonly ContentItem[] = [],
): ContentItem {
  if (value.trim() === '') throw refused(`text ${concept.value} is empty`);
  return { ...item(relationship, 'TEXT', concept, children), ...dataSetOf({ TextValue: value }) };
}

/** A CODE item. PS3.3 C.18.2. */
export function code(
  relationship: Relationship,
  concept: Code,
  value: Code,
  children: readonly ContentItem[] = [],
): ContentItem {
  return {
    ...item(relationship, 'CODE', concept, children),
    ...dataSetOf({ ConceptCodeSequence: [codeItem(value)] }),
  };
}

/** A NUM item with one value. PS3.3 C.18.1. `value` in `units`; refuses what is not finite. */
export function num(
  relationship: Relationship,
  concept: Code,
  value: number,
  units: Code,
  children: readonly ContentItem[] = [],
): ContentItem {
  if (!Number.isFinite(value)) throw refused(`measurement ${concept.value} is not a finite number`);
  const measured = dataSetOf({ MeasurementUnitsCodeSequence: [codeItem(units)], NumericValue: value });
  return {
    ...item(relationship, 'NUM', concept, children),
    ...dataSetOf({ MeasuredValueSequence: [measured] }),
  };
}

/** A PNAME item. PS3.3 Table C.17-5. Refuses a name without a character in any group. */
export function pname(relationship: Relationship, concept: Code, name: PersonName): ContentItem {
  if (!Object.values(name).some((group: string) => group.trim() !== '')) {
    throw refused(`name ${concept.value} is empty`);
  }
  return { ...item(relationship, 'PNAME', concept, []), ...dataSetOf({ PersonName: name }) };
}

/** A UIDREF item. PS3.3 Table C.17-5. Refuses what is no UID. */
export function uidref(relationship: Relationship, concept: Code, uid: string): ContentItem {
  return {
    ...item(relationship, 'UIDREF', concept, []),
    ...dataSetOf({ UID: parseUid(uid, `reference ${concept.value}`) }),
  };
}

/** An IMAGE item. PS3.3 C.18.4. OHIF reads the concept name of every child of a group, so groups must give one. */
export function image(
  relationship: Relationship,
  concept: Code | undefined,
  reference: ImageReference,
  children: readonly ContentItem[] = [],
): ContentItem {
  return {
    ...item(relationship, 'IMAGE', concept, children),
    ...dataSetOf({ ReferencedSOPSequence: [referenceItem(reference)] }),
  };
}

/** A COMPOSITE item: an instance that is neither image nor waveform. PS3.3 C.18.3. */
export function composite(
  relationship: Relationship,
  concept: Code,
  reference: InstanceReference,
): ContentItem {
  return {
    ...item(relationship, 'COMPOSITE', concept, []),
    ...dataSetOf({ ReferencedSOPSequence: [referenceItem(reference)] }),
  };
}

/**
 * A closed POLYLINE on one image, SELECTED FROM it; first and last point become equal. PS3.3 C.18.6.1.2.
 * `ring` in image points without the repeated point: 3 to 8190 points, none outside the image.
 */
export function closedPolyline(
  relationship: Relationship,
  concept: Code,
  ring: readonly ImagePoint[],
  on: ImageReference & { readonly rows: number; readonly columns: number },
): ContentItem {
  const [first] = ring;
  if (!first || ring.length < 3) throw refused('a closed polyline has fewer than three points');
  // FL has a 16 bit length: 8191 points of two 4-byte values, the repeated one among them. PS3.5 7.1.2.
  if (ring.length > 8190) throw refused('a closed polyline has more than 8190 points');
  const isOnImage = ({ x, y }: ImagePoint) => x >= 0 && y >= 0 && x <= on.columns && y <= on.rows;
  if (!ring.every(isOnImage)) throw refused('a point of a region lies outside its image');
  return {
    ...item(relationship, 'SCOORD', concept, [image('SELECTED FROM', undefined, on)]),
    ...dataSetOf({ GraphicType: 'POLYLINE', GraphicData: [...ring, first].flatMap(({ x, y }) => [x, y]) }),
  };
}

/** An item of a code sequence. PS3.3 Table 8.8-1. Refuses an empty value or one over 16 characters, and a meaning over 64. */
export function codeItem({ value, scheme, meaning }: Code): DataSet {
  const isLong = value.length > 16;
  if (value === '' || scheme === '' || meaning === '')
    throw refused('a code lacks its value, scheme or meaning');
  if (scheme.length > 16 || meaning.length > 64 || value.length > 64) throw refused('a code is too long');
  return {
    ...dataSetOf(isLong ? { LongCodeValue: value } : { CodeValue: value }),
    ...dataSetOf({ CodingSchemeDesignator: scheme, CodeMeaning: meaning }),
  };
}

/** An item of a Referenced SOP Sequence. PS3.3 Table 10-11. */
export function referenceItem({ sopClassUid, sopInstanceUid, frameNumber }: ImageReference): DataSet {
  return dataSetOf({
    ReferencedSOPClassUID: parseUid(sopClassUid, 'ReferencedSOPClassUID'),
    ReferencedSOPInstanceUID: parseUid(sopInstanceUid, 'ReferencedSOPInstanceUID'),
    ReferencedFrameNumber: frameNumber,
  });
}

function item(
  relationship: Relationship | undefined,
  valueType: ValueType,
  concept: Code | undefined,
  children: readonly ContentItem[],
): ContentItem {
  for (const child of children) refuseForbidden(valueType, child);
  return dataSetOf({
    RelationshipType: relationship,
    ValueType: valueType,
    ConceptNameCodeSequence: concept && [codeItem(concept)],
    ContentSequence: children.length > 0 ? children : undefined,
  });
}

function refuseForbidden(parent: ValueType, child: ContentItem): void {
  const relationship = textOf(child, TAG.RelationshipType) ?? 'no relationship';
  const valueType = textOf(child, TAG.ValueType) ?? 'no value type';
  const allowed = Object.entries(RELATIONS[parent]).find(([name]) => name === relationship)?.[1] ?? [];
  if (!allowed.some((type) => type === valueType)) {
    throw refused(`${parent} ${relationship} ${valueType} is no relationship of Comprehensive 3D SR`);
  }
}

function containerAttributes(templateId: string | undefined): DataSet {
  return dataSetOf({
    ContinuityOfContent: 'SEPARATE',
    ContentTemplateSequence: templateId && [
      dataSetOf({ MappingResource: 'DCMR', MappingResourceUID: DCMR_UID, TemplateIdentifier: templateId }),
    ],
  });
}

function refused(message: string): PacsError {
  return new PacsError('invalid-value', message);
}
