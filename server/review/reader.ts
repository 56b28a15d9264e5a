/**
 * The reader as a review names one: from the principal of the request, never from its body.
 */
import type { PersonName } from '../../dicom/vocabulary/data-set.ts';
import type { Principal } from '../security/principal.ts';

/** Who reviews. */
export interface Reader {
  readonly id: string;
  /** Name for people; absent for whoever has not signed in. */
  readonly name?: string;
  /** Whether drafts may be kept. */
  readonly mayReview: boolean;
  /** Whether reports may be signed with it: a person who signed in and has a name. */
  readonly maySign: boolean;
}

/** Longest component group of a person name. PS3.5 6.2, VR PN. */
const LONGEST = 64;

/** The reader behind a request. */
export function readerOf({ id, kind, name, permissions }: Principal): Reader {
  const named = name !== undefined && name.trim() !== '';
  const mayReview = permissions.has('review-findings');
  const maySign = mayReview && kind === 'person' && named;
  return { id, ...(named && { name: name.trim() }), mayReview, maySign };
}

/**
 * A name for people as a person name (PS3.5 6.2.1.2): `Kim, Min` has family and given name, what has no comma is left in one
 * piece, since no rule tells which word is the family's. What is not in Latin letters is the ideographic group.
 */
export function personNameFrom(name: string): PersonName {
  const clean = name.replaceAll(/[\p{Cc}\\^=]+/gu, ' ').trim();
  const group = clean
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .slice(0, 2)
    .join('^')
    .slice(0, LONGEST);
  return /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u.test(group)
    ? { Alphabetic: group }
    : { Ideographic: group };
}
