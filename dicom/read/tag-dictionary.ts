/**
 * VR and keyword of a tag from the data dictionary. PS3.6 Chapter 6; repeating groups PS3.5 7.6.
 *
 * Trap: `xs` (US or SS), `ox` (OB or OW) and `lt` (US or OW) are not VRs; the context decides, see `data-set.ts`.
 */
import type { Tag } from '../vocabulary/data-set.ts';
import dictionary from './dictionary.json' with { type: 'json' };

const VR_BY_TAG: ReadonlyMap<Tag, string> = new Map(
  Object.values(dictionary).flatMap(([tag, vr]) =>
    tag !== undefined && vr !== undefined ? [[tag, vr]] : [],
  ),
);

const TAG_BY_KEYWORD: ReadonlyMap<string, Tag> = new Map(
  Object.entries(dictionary).flatMap(([keyword, [tag]]) => (tag === undefined ? [] : [[keyword, tag]])),
);
const KEYWORD_BY_TAG: ReadonlyMap<Tag, string> = new Map(
  [...TAG_BY_KEYWORD].map(([keyword, tag]) => [tag, keyword]),
);

/** Tag of a keyword of PS3.6 Table 6-1; `undefined` for what is none. */
export function tagOfKeyword(keyword: string): Tag | undefined {
  return TAG_BY_KEYWORD.get(keyword);
}

/** Keyword of a tag; `undefined` for private and unknown ones. */
export function keywordOf(tag: Tag): string | undefined {
  return KEYWORD_BY_TAG.get(tag) ?? KEYWORD_BY_TAG.get(baseTagOf(tag));
}

/** VR of a tag as implicit VR needs it; `UN` for private and unknown tags, `UL` for group lengths, `LO` for private creators. PS3.5 7.8.1. */
export function dictionaryVrOf(tag: Tag): string {
  const element = tag.slice(4);
  if (element === '0000') return 'UL';
  if (isPrivate(tag)) return /^00[1-9A-F][0-9A-F]$/.test(element) ? 'LO' : 'UN';
  return VR_BY_TAG.get(tag) ?? VR_BY_TAG.get(baseTagOf(tag)) ?? 'UN';
}

/** True for a tag of an odd group. PS3.5 7.8. */
export function isPrivate(tag: Tag): boolean {
  return (parseInt(tag.slice(3, 4), 16) & 1) === 1;
}

/** First tag of a repeating group: 50xx, 60xx. */
function baseTagOf(tag: Tag): Tag {
  return /^(50|60)/.test(tag) ? `${tag.slice(0, 2)}00${tag.slice(4)}` : tag;
}
