/**
 * Media types: reading Content-Type and Accept, and choosing what to send. PS3.18 8.7, RFC 9110 12.5.1.
 *
 * Trap: `type` and `transfer-syntax` of a multipart/related range come quoted or not, and `;` and `,` may stand
 * inside quotes.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** A media type with its parameters; names in lower case, values as written without their quotes. */
export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** What a resource can be sent as. */
export interface Offer {
  /** The media type of the answer, or of each of its parts when `isMultipart`. */
  readonly name: string;
  readonly isMultipart: boolean;
}

/** The offer that was chosen, and what the client said about its transfer syntax (`*` or a UID; absent: nothing). */
export interface Choice {
  readonly offer: Offer;
  readonly transferSyntax?: string;
}

/** The part of a request that says what the client accepts. */
export interface Accepting {
  readonly headers: { readonly accept?: string | undefined };
  readonly query: Readonly<Record<string, unknown>>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Reads one media type; `undefined` when it is none. */
export function parseMediaType(text: string): MediaType | undefined {
  const [name = '', ...rest] = splitOutsideQuotes(text, ';').map((part) => part.trim());
  if (!TOKEN.test(name)) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    if (equals < 1) continue;
    parameters.set(
      parameter.slice(0, equals).trim().toLowerCase(),
      unquote(parameter.slice(equals + 1).trim()),
    );
  }
  return { name: name.toLowerCase(), parameters };
}

/** Whether an offer can be made in the transfer syntax that a range names (`*`, a UID, or nothing). */
export type CanMake = (choice: Choice) => boolean;

/**
 * The ranges a client accepts, best first; of equal weight the more specific first (RFC 9110 12.5.1). Unknown texts are
 * ignored (PS3.18 8.7.5). `?accept=` wins over the header: viewers that cannot set headers send it. Throws `bad-request`
 * when the header asks for DICOM and for rendered media types at once (PS3.18 8.7.4).
 */
export function acceptedRanges(request: Accepting): readonly MediaType[] {
  return weightedRanges(request)
    .filter(({ weight }) => weight > 0)
    .map(({ range }) => range);
}

/**
 * Chooses the offer that the client likes best and that can be made: the first offer that its best range allows. What it
 * weighs 0 is never chosen. Throws `not-acceptable` naming the offers, and like {@link acceptedRanges}.
 */
export function negotiate(
  request: Accepting,
  offers: readonly Offer[],
  canMake: CanMake = () => true,
): Choice {
  const weighted = weightedRanges(request);
  const isRefused = (offer: Offer): boolean => mostSpecific(weighted, offer)?.weight === 0;
  for (const { range, weight } of weighted) {
    if (weight === 0) continue;
    const transferSyntax = range.parameters.get('transfer-syntax');
    const choice = offers
      .filter((offer) => matches(range, offer) && !isRefused(offer))
      .map((offer): Choice => (transferSyntax === undefined ? { offer } : { offer, transferSyntax }))
      .find(canMake);
    if (choice) return choice;
  }
  throw new PacsError(
    'not-acceptable',
    `This resource can be sent as ${offers.map(nameOfOffer).join(' or ')}`,
  );
}

interface WeightedRange {
  readonly range: MediaType;
  readonly weight: number;
}

function weightedRanges(request: Accepting): readonly WeightedRange[] {
  const inQuery = request.query['accept'];
  const isInQuery = typeof inQuery === 'string' && inQuery !== '';
  const text = isInQuery ? inQuery : (request.headers.accept ?? '*/*');
  const ranges = splitOutsideQuotes(text, ',').flatMap((part) => parseMediaType(part.trim()) ?? []);
  if (!isInQuery) refuseMixture(ranges);
  return ranges
    .map((range) => ({ range, weight: weightOf(range) }))
    .sort((a, b) => b.weight - a.weight || specificityOf(b.range) - specificityOf(a.range));
}

/** PS3.18 8.7.4: one category of media types in one Accept header. */
function refuseMixture(ranges: readonly MediaType[]): void {
  const isDicom = (range: MediaType): boolean =>
    /^application\/dicom(\+|$)/.test(range.parameters.get('type') ?? range.name);
  const isRendered = ({ name }: MediaType): boolean => /^(image|video)\//.test(name);
  if (ranges.some(isDicom) && ranges.some(isRendered)) {
    throw new PacsError(
      'bad-request',
      'Accept names DICOM and rendered media types at once; it must name one kind (PS3.18 8.7.4)',
    );
  }
}

function mostSpecific(ranges: readonly WeightedRange[], offer: Offer): WeightedRange | undefined {
  return ranges
    .filter(({ range }) => matches(range, offer))
    .toSorted((a, b) => specificityOf(b.range) - specificityOf(a.range))[0];
}

/** Any type, any subtype, one type, one type with parameters. */
function specificityOf({ name, parameters }: MediaType): number {
  if (name === '*/*') return 0;
  return name.endsWith('/*') ? 1 : 2 + (parameters.has('type') ? 1 : 0);
}

/** Requires that the client accepts this one single-part media type, or `application/json` where it is DICOM JSON. */
export function requireJson(request: Accepting): void {
  negotiate(request, [
    { name: 'application/dicom+json', isMultipart: false },
    { name: 'application/json', isMultipart: false },
  ]);
}

function matches(range: MediaType, offer: Offer): boolean {
  if (range.name === '*/*') return true;
  if (!offer.isMultipart) {
    return range.name === offer.name || range.name === `${offer.name.split('/')[0] ?? ''}/*`;
  }
  if (range.name !== 'multipart/related' && range.name !== 'multipart/*') return false;
  const type = range.parameters.get('type')?.toLowerCase();
  return type === undefined || type === '*/*' || type === offer.name;
}

/** An offer as it stands in Accept. */
export function nameOfOffer(offer: Offer): string {
  return offer.isMultipart ? `multipart/related; type="${offer.name}"` : offer.name;
}

function weightOf(range: MediaType): number {
  const text = range.parameters.get('q');
  if (text === undefined) return 1;
  const weight = Number(text);
  return weight >= 0 && weight <= 1 ? weight : 0;
}

function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && isQuoted) at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
