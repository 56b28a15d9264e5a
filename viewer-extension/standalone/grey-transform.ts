/**
 * Stored values → what the viewport needs for grey: Modality LUT (PS3.3 C.11.1), then VOI LUT or window (C.11.2), in
 * the precedence of the server's own rendering: a table before a window.
 *
 * Traps: the viewport knows only a linear window and a table over whole numbers, whose bits it guesses from the
 * greatest entry. What is not linear is therefore baked into one table over the values of the image.
 */
import { itemsOf, numberOf, numbersOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';

export type GreySamples = Uint8Array | Int8Array | Uint16Array | Int16Array;

/** A table over every whole input from `firstValueMapped`; entries of 16 bits, and one of 65535 behind the last input, which states the scale. */
export interface DisplayLut {
  readonly firstValueMapped: number;
  readonly numBitsPerEntry: 16;
  readonly lut: readonly number[];
}

/** VOI LUT Function of a window. PS3.3 C.11.2.1.3. */
export type WindowFunction = 'LINEAR' | 'LINEAR_EXACT';

/** How samples become grey: sample · slope + intercept, then the table where there is one, else the window. */
export interface GreyTransform {
  readonly slope: number;
  readonly intercept: number;
  /** In the units after slope and intercept; beside a table, the window that a reader who leaves it starts from. */
  readonly windowCenter: number;
  readonly windowWidth: number;
  readonly windowFunction: WindowFunction;
  readonly voiLut?: DisplayLut;
}

interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

interface Table {
  readonly first: number;
  readonly bits: number;
  readonly entries: readonly number[];
}

/** The whole transform, with the samples after the Modality LUT. Without table or window the latter spans 99 % of the values. */
export function greyTransform(
  metadata: DataSet,
  stored: GreySamples,
  storedRange: Range,
): GreyTransform & Range & { readonly samples: GreySamples } {
  const isSigned = numberOf(metadata, TAG.PixelRepresentation) === 1;
  const modality = tableOf(itemsOf(metadata, TAG.ModalityLUTSequence)[0], isSigned);
  const samples = modality ? Uint16Array.from(stored, (value) => lookUp(modality, value)) : stored;
  const range = modality ? rangeOf(samples) : storedRange;
  const slope = modality ? 1 : numberOf(metadata, TAG.RescaleSlope) || 1;
  const intercept = modality ? 0 : (numberOf(metadata, TAG.RescaleIntercept) ?? 0);
  const voi = tableOf(itemsOf(metadata, TAG.VOILUTSequence)[0], isSigned);
  const window = windowOf(metadata);
  const toGrey = voi ? tableFunction(voi) : window?.function === 'SIGMOID' ? sigmoid(window) : undefined;
  if (toGrey)
    return {
      samples,
      ...range,
      ...baked(samples, range, (value) => toGrey(value * slope + intercept), slope),
    };
  if (!window)
    return { samples, ...range, slope, intercept, ...automaticWindow(samples, range, slope, intercept) };
  const windowFunction = window.function === 'LINEAR_EXACT' ? 'LINEAR_EXACT' : 'LINEAR';
  const { center: windowCenter, width: windowWidth } = window;
  return { samples, ...range, slope, intercept, windowCenter, windowWidth, windowFunction };
}

/** A table over the samples themselves; they keep the sign of the rescale slope, so that leaving the table turns nothing round. */
function baked(
  samples: GreySamples,
  range: Range,
  grey: (sample: number) => number,
  slope: number,
): GreyTransform {
  const sign = slope < 0 ? -1 : 1;
  const firstValueMapped = Math.min(sign * range.minimum, sign * range.maximum);
  const lut = Array.from({ length: range.maximum - range.minimum + 1 }, (_, index) =>
    Math.round(65_535 * grey(sign * (firstValueMapped + index))),
  );
  const voiLut = { firstValueMapped, numBitsPerEntry: 16, lut: [...lut, 65_535] } as const;
  return { slope: sign, intercept: 0, ...automaticWindow(samples, range, sign, 0), voiLut };
}

interface Window {
  readonly center: number;
  readonly width: number;
  readonly function: WindowFunction | 'SIGMOID';
}

/** The first window of a possible width: at least 1 for LINEAR, more than 0 for the others. PS3.3 C.11.2.1.2. */
function windowOf(metadata: DataSet): Window | undefined {
  const name = textOf(metadata, TAG.VOILUTFunction);
  const windowFunction = name === 'SIGMOID' || name === 'LINEAR_EXACT' ? name : 'LINEAR';
  const widths = numbersOf(metadata, TAG.WindowWidth);
  const windows = numbersOf(metadata, TAG.WindowCenter).flatMap((center, index) => {
    const width = widths[index] ?? 0;
    const isPossible = windowFunction === 'LINEAR' ? width >= 1 : width > 0;
    return isPossible ? [{ center, width, function: windowFunction } as const] : [];
  });
  return windows[0];
}

/** PS3.3 C.11.2.1.3.1. */
function sigmoid({ center, width }: Window): (value: number) => number {
  return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
}

/** Entries in proportion to what the declared bits allow; to more where an entry needs more than they declare. */
function tableFunction(table: Table): (value: number) => number {
  const declared = 2 ** table.bits - 1;
  const greatest = table.entries.reduce((most, entry) => Math.max(most, entry), 0);
  const full = greatest <= declared ? declared : 2 ** Math.ceil(Math.log2(greatest + 1)) - 1;
  return (value) => lookUp(table, value) / full;
}

/** Held at both ends. PS3.3 C.11.1.1. */
function lookUp({ entries, first }: Table, input: number): number {
  return entries[Math.min(Math.max(Math.round(input) - first, 0), entries.length - 1)] ?? 0;
}

function automaticWindow(
  samples: GreySamples,
  { minimum, maximum }: Range,
  slope: number,
  intercept: number,
) {
  const histogram = new Uint32Array(maximum - minimum + 1);
  for (const value of samples) histogram[value - minimum] = (histogram[value - minimum] ?? 0) + 1;
  const valueAt = (share: number) => {
    let left = share * samples.length;
    const index = histogram.findIndex((count) => (left -= count) < 0);
    return (index < 0 ? maximum : minimum + index) * slope + intercept;
  };
  const [one, other] = [valueAt(0.005), valueAt(0.995)];
  const windowWidth = Math.abs(other - one) || 1;
  return { windowCenter: (one + other) / 2, windowWidth, windowFunction: 'LINEAR_EXACT' } as const;
}

function rangeOf(samples: GreySamples): Range {
  let [minimum, maximum] = [Infinity, -Infinity];
  for (const value of samples) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return minimum > maximum ? { minimum: 0, maximum: 0 } : { minimum, maximum };
}

/** A table whose data are inline; one held as bulk data elsewhere is not fetched and counts as absent. PS3.3 C.11.1.1. */
function tableOf(item: DataSet | undefined, isSigned: boolean): Table | undefined {
  if (!item) return undefined;
  const [declared = 0, first = 0, bits = 16] = numbersOf(item, TAG.LUTDescriptor);
  const entries = entriesOf(item, declared === 0 ? 65_536 : declared & 0xffff);
  if (entries.length === 0) return undefined;
  // The second value is signed when pixels are; files exist that encode it as US all the same.
  const signed = isSigned && first > 0x7fff ? first - 0x10000 : first;
  return { first: signed, bits: Math.min(16, Math.max(1, bits & 0xff)), entries };
}

/** Entries of 16 bits, or of 8 where there are only that many bytes. */
function entriesOf(item: DataSet, count: number): readonly number[] {
  const values = numbersOf(item, TAG.LUTData);
  if (values.length > 0) return values.slice(0, count);
  const inline = item[TAG.LUTData]?.InlineBinary;
  if (inline === undefined) return [];
  const bytes = Uint8Array.from(atob(inline), (character) => character.charCodeAt(0));
  if (bytes.length < 2 * count) return [...bytes.subarray(0, count)];
  const view = new DataView(bytes.buffer);
  return Array.from({ length: count }, (_, index) => view.getUint16(2 * index, true));
}
