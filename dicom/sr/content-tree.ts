/**
 * A content tree as it is read: typed access to items whose writer is not trusted. PS3.3 C.17.3.
 *
 * Trap: items that carry what they should not are common, so every accessor returns `undefined` rather than throw;
 * only absurd nesting is refused. A node remembers whether it was used, so that the rest can be told.
 */
import type { Code } from '../vocabulary/codes.ts';
import { isSameCode, wordOf } from '../vocabulary/codes.ts';
import type { DataSet, PersonName } from '../vocabulary/data-set.ts';
import { itemsOf, numberOf, personNameOf, textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { ImageReference } from './content-items.ts';

const MOST_LEVELS = 64;

/** One content item with what lies below it. */
export class ContentNode {
  readonly item: DataSet;
  readonly valueType: string;
  readonly concept: Code | undefined;
  readonly children: readonly ContentNode[];
  /** True once a reader has understood the item. */
  isUsed = false;

  constructor(item: DataSet, level = 0) {
    if (level > MOST_LEVELS) {
      throw new PacsError(
        'malformed-dicom',
        `ContentSequence is nested more than ${MOST_LEVELS} levels deep`,
      );
    }
    this.item = item;
    this.valueType = textOf(item, TAG.ValueType) ?? '';
    this.concept = readCode(item, TAG.ConceptNameCodeSequence);
    this.children = itemsOf(item, TAG.ContentSequence).map((child) => new ContentNode(child, level + 1));
  }

  /** Text, person name aside, of a TEXT, UIDREF, DATE or TIME item. */
  get text(): string | undefined {
    return textOf(this.item, TAG.TextValue) ?? textOf(this.item, TAG.UID);
  }

  /** Value of a CODE item. */
  get code(): Code | undefined {
    return readCode(this.item, TAG.ConceptCodeSequence);
  }

  /** Value and units of a NUM item; `undefined` when it has no finite value. PS3.3 C.18.1. */
  get measurement(): { readonly value: number; readonly units: Code | undefined } | undefined {
    const [measured] = itemsOf(this.item, TAG.MeasuredValueSequence);
    const value = measured && numberOf(measured, TAG.NumericValue);
    return !measured || value === undefined
      ? undefined
      : { value, units: readCode(measured, TAG.MeasurementUnitsCodeSequence) };
  }

  /** What an IMAGE item, or the image a region is selected from, points at. */
  get reference(): ImageReference | undefined {
    const own = readReference(this.item);
    if (own) return own;
    const selected = this.children.find(({ valueType }) => valueType === 'IMAGE');
    if (selected) selected.isUsed = true;
    return selected && readReference(selected.item);
  }

  /** True for an item with this concept name. */
  isNamed(concept: Code): boolean {
    return this.concept !== undefined && isSameCode(this.concept, concept);
  }

  /** Direct children with a concept name, marked as used. */
  childrenOf(concept: Code): readonly ContentNode[] {
    const found = this.#named(concept);
    for (const child of found) child.isUsed = true;
    return found;
  }

  /** The first child with a concept name, marked as used; those after it stay as they were. */
  childOf(concept: Code): ContentNode | undefined {
    return this.#firstOf(concept, (child) => child);
  }

  textOf(concept: Code): string | undefined {
    return this.#firstOf(concept, ({ text }) => text);
  }

  personNameOf(concept: Code): PersonName | undefined {
    return this.#firstOf(concept, ({ item }) => personNameOf(item, TAG.PersonName));
  }

  codeOf(concept: Code): Code | undefined {
    return this.#firstOf(concept, ({ code }) => code);
  }

  /** The word of a table whose code a child has; another code is not understood. */
  wordIn<Word extends string>(concept: Code, table: Readonly<Record<Word, Code>>): Word | undefined {
    return this.#firstOf(concept, ({ code }) => wordOf(table, code));
  }

  /** True, and the child used, where its code is the given one. */
  codeIs(concept: Code, value: Code): boolean {
    const found = this.#firstOf(concept, ({ code }) => (code && isSameCode(code, value) ? code : undefined));
    return found !== undefined;
  }

  /** The number of a child in given units; in others it is not understood. */
  numberOf(concept: Code, units: Code): number | undefined {
    return this.#firstOf(concept, (child) => valueIn(child, units));
  }

  #named(concept: Code): readonly ContentNode[] {
    return this.children.filter((child) => child.isNamed(concept));
  }

  /** What the first child of a name says; it counts as used only when that is understood. */
  #firstOf<T>(concept: Code, read: (child: ContentNode) => T | undefined): T | undefined {
    const [child] = this.#named(concept);
    const said = child && read(child);
    if (child && said !== undefined) child.isUsed = true;
    return said;
  }

  /** Marks the item and all below it as used. */
  useAll(): void {
    this.isUsed = true;
    for (const child of this.children) child.useAll();
  }
}

/** The number that a NUM item gives in `units`; `undefined` in others. PS3.3 C.18.1. */
export function valueIn(node: ContentNode, units: Code): number | undefined {
  const { measurement } = node;
  return measurement?.units && isSameCode(measurement.units, units) ? measurement.value : undefined;
}

/** First code of a code sequence; `undefined` when it lacks value or scheme. PS3.3 8.8. */
export function readCode(item: DataSet | undefined, tag: string): Code | undefined {
  const [entry] = item ? itemsOf(item, tag) : [];
  if (!entry) return undefined;
  const value =
    textOf(entry, TAG.CodeValue) ?? textOf(entry, TAG.LongCodeValue) ?? textOf(entry, TAG.URNCodeValue);
  const scheme = textOf(entry, TAG.CodingSchemeDesignator) ?? '';
  return value === undefined ? undefined : { value, scheme, meaning: textOf(entry, TAG.CodeMeaning) ?? '' };
}

function readReference(item: DataSet): ImageReference | undefined {
  const [reference] = itemsOf(item, TAG.ReferencedSOPSequence);
  if (!reference) return undefined;
  const sopClassUid = textOf(reference, TAG.ReferencedSOPClassUID);
  const sopInstanceUid = textOf(reference, TAG.ReferencedSOPInstanceUID);
  if (sopClassUid === undefined || sopInstanceUid === undefined) return undefined;
  const frameNumber = numberOf(reference, TAG.ReferencedFrameNumber);
  return frameNumber === undefined
    ? { sopClassUid, sopInstanceUid }
    : { sopClassUid, sopInstanceUid, frameNumber };
}
