/**
 * Private attributes by creator instead of by block. PS3.5 7.8.1, PS3.19 Table A.1.5-2.
 *
 * In XML a private tag is `gggg00ee` beside the name of its creator; the block (`gggg10ee`) is a matter of one encoding.
 * Trap: a block without a creator, or two blocks of one creator, cannot be told that way: their tags stay as they are.
 */
import type { DataElement, DataSet, Tag } from '../vocabulary/data-set.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';

/** How XML names an attribute: its tag, and the creator whose block is left out of it. */
export interface PortableTag {
  readonly tag: Tag;
  readonly privateCreator?: string;
}

const FIRST_BLOCK = 0x10;
const LAST_BLOCK = 0xff;

/** The name of an attribute of `dataSet` that does not depend on the block. */
export function portableTag(dataSet: DataSet, tag: Tag): PortableTag {
  const block = blockOf(tag);
  if (block === undefined) return { tag };
  const group = tag.slice(0, 4);
  const privateCreator = textOf(dataSet, `${group}00${block}`);
  if (privateCreator === undefined || blocksOf(dataSet, group, privateCreator).length !== 1) return { tag };
  return { tag: `${group}00${tag.slice(6)}`, privateCreator };
}

/**
 * The data set of attributes under portable names: each private one goes to the block of its creator, which is reserved
 * where the attributes do not reserve it themselves. Throws `invalid-value` for a tag that comes twice, or a full group.
 */
export function withBlocks(attributes: readonly (readonly [PortableTag, DataElement])[]): DataSet {
  const dataSet: Record<Tag, DataElement> = {};
  const add = (tag: Tag, element: DataElement): void => {
    if (dataSet[tag]) throw new PacsError('invalid-value', `Attribute ${tag} occurs twice in one data set`);
    dataSet[tag] = element;
  };
  for (const [{ tag, privateCreator }, element] of attributes) {
    if (privateCreator === undefined) add(tag, element);
  }
  for (const [{ tag, privateCreator }, element] of attributes) {
    if (privateCreator === undefined) continue;
    const group = tag.slice(0, 4);
    const block = blocksOf(dataSet, group, privateCreator)[0] ?? freeBlock(dataSet, group);
    dataSet[`${group}00${block}`] ??= { vr: 'LO', Value: [privateCreator] };
    add(`${group}${block}${tag.slice(6)}`, element);
  }
  return Object.fromEntries(Object.entries(dataSet).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The block of a private attribute, two hexadecimal digits; `undefined` for any other, creators among them. */
function blockOf(tag: Tag): string | undefined {
  const isPrivate = (parseInt(tag.slice(3, 4), 16) & 1) === 1;
  const block = tag.slice(4, 6);
  return isPrivate && parseInt(block, 16) >= FIRST_BLOCK ? block : undefined;
}

function blocksOf(dataSet: DataSet, group: string, privateCreator: string): string[] {
  return Object.keys(dataSet)
    .filter((tag) => tag.startsWith(`${group}00`) && parseInt(tag.slice(6), 16) >= FIRST_BLOCK)
    .filter((tag) => textOf(dataSet, tag) === privateCreator)
    .map((tag) => tag.slice(6));
}

function freeBlock(dataSet: DataSet, group: string): string {
  for (let block = FIRST_BLOCK; block <= LAST_BLOCK; block += 1) {
    const digits = block.toString(16).toUpperCase();
    if (!dataSet[`${group}00${digits}`]) return digits;
  }
  throw new PacsError('invalid-value', `Group ${group} has no free block for another private creator`);
}
