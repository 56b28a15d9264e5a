/**
 * JPEG lossless (.57, .70): Huffman-coded differences from a prediction. ITU-T T.81 (ISO 10918-1) Annex H.
 *
 * Trap: after a restart marker the first line is predicted like the first of the image, and the arithmetic is modulo 2¹⁶.
 */
import { PacsError } from '../../vocabulary/failure.ts';
import type { CodeStreamDecoder, CodeStreamHeader, DecodedSamples } from './code-stream.ts';
import { DifferenceReader, differenceTable, type DifferenceTable } from './huffman-differences.ts';

const MARKER = { sof3: 0xc3, dht: 0xc4, eoi: 0xd9, sos: 0xda, dri: 0xdd } as const;
const COUNTS = 16;

/** What the segments before a scan say. */
interface Frame extends CodeStreamHeader {
  /** Component identifiers in the order of the frame. */
  readonly ids: readonly number[];
  readonly samples: Uint8Array | Uint16Array;
}

interface Scan {
  /** Which components of the frame, and the table of each. */
  readonly components: readonly number[];
  readonly tables: readonly DifferenceTable[];
  /** Selection value of the predictor, 1 to 7. T.81 Table H.1. */
  readonly predictor: number;
  /** Bits that samples were shifted down by. */
  readonly pointTransform: number;
  /** Lines from one restart marker to the next; 0 without any. */
  readonly restartLines: number;
}

/** Decodes a lossless JPEG code stream of up to 16 bits, colour too. Throws `undecodable-pixels`, and `unsupported-transfer-syntax` for another process of JPEG and for subsampled components. */
export const decodeJpegLossless: CodeStreamDecoder = async (codeStream) => {
  const { columns, rows, components, bitsPerSample, samples } = await Promise.resolve(decode(codeStream));
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return { columns, rows, components, bitsPerSample, isPlanar: false, bytes } satisfies DecodedSamples;
};

function decode(codeStream: Uint8Array): Frame {
  const view = new DataView(codeStream.buffer, codeStream.byteOffset, codeStream.byteLength);
  const tables = new Map<number, DifferenceTable>();
  const left = new Set<number>();
  let frame: Frame | undefined;
  let restartInterval = 0;
  for (let at = 2; at + 4 <= view.byteLength;) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) throw damaged('a marker is missing');
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === MARKER.eoi) break;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > view.byteLength || end < at + 4) throw damaged('a marker segment is cut short');
    const segment = new DataView(view.buffer, view.byteOffset + at + 4, end - at - 4);
    at = end;
    if (marker === MARKER.dht) readTables(segment, tables);
    else if (marker === MARKER.dri) restartInterval = requireBytes(segment, 2).getUint16(0);
    else if (isFrame(marker)) {
      if (frame) throw damaged('it has a second frame');
      frame = readFrame(marker, segment);
      frame.ids.forEach((_, index) => left.add(index));
    } else if (marker === MARKER.sos) {
      if (!frame) throw damaged('a scan comes before the frame');
      const scan = readScan(segment, frame, tables, restartInterval);
      at = decodeScan(codeStream, end, frame, scan);
      for (const component of scan.components) left.delete(component);
      if (left.size === 0) return frame;
    }
  }
  throw damaged('it ends before its last component');
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function readFrame(marker: number, segment: DataView): Frame {
  if (marker !== MARKER.sof3) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      `The code stream is JPEG by process SOF${marker & 0xf}; expected SOF3, lossless with Huffman coding`,
    );
  }
  const bitsPerSample = requireBytes(segment, 6).getUint8(0);
  const [rows, columns, components] = [segment.getUint16(1), segment.getUint16(3), segment.getUint8(5)];
  if (bitsPerSample < 2 || bitsPerSample > 16) throw damaged(`it has ${bitsPerSample} bits a sample`);
  requireBytes(segment, 6 + 3 * components);
  const described = Array.from({ length: components }, (_, index) => 6 + 3 * index);
  const sampling = described.map((at) => segment.getUint8(at + 1));
  if (components > 1 && sampling.some((factors) => factors !== 0x11)) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      'Lossless JPEG with subsampled components cannot be decoded',
    );
  }
  const Samples = bitsPerSample > 8 ? Uint16Array : Uint8Array;
  return {
    columns,
    rows,
    components,
    bitsPerSample,
    ids: described.map((at) => segment.getUint8(at)),
    samples: new Samples(rows * columns * components),
  };
}

function readTables(segment: DataView, tables: Map<number, DifferenceTable>): void {
  for (let at = 0; at < segment.byteLength;) {
    requireBytes(segment, at + 1 + COUNTS);
    const counts = bytesOf(segment, at + 1, COUNTS);
    const length = counts.reduce((sum, count) => sum + count, 0);
    const start = at + 1 + COUNTS;
    requireBytes(segment, start + length);
    tables.set(segment.getUint8(at), differenceTable(counts, bytesOf(segment, start, length)));
    at = start + length;
  }
}

function readScan(
  segment: DataView,
  { ids, columns, bitsPerSample }: Frame,
  tables: ReadonlyMap<number, DifferenceTable>,
  restartInterval: number,
): Scan {
  const count = requireBytes(segment, 1).getUint8(0);
  requireBytes(segment, 4 + 2 * count);
  const parts = Array.from({ length: count }, (_, index) => 1 + 2 * index);
  const predictor = segment.getUint8(1 + 2 * count);
  const pointTransform = segment.getUint8(3 + 2 * count) & 0xf;
  const components = parts.map((at) => ids.indexOf(segment.getUint8(at)));
  const ofComponents = parts.map((at) => tables.get(segment.getUint8(at + 1) >> 4));
  const known = ofComponents.filter((table) => table !== undefined);
  if (count === 0 || components.includes(-1) || known.length < count) {
    throw damaged('a scan names a component or a table that is not there');
  }
  if (predictor < 1 || predictor > 7 || pointTransform >= bitsPerSample) {
    throw damaged(`predictor ${predictor} and point transform ${pointTransform} are none`);
  }
  if (restartInterval % columns !== 0) throw damaged('its restart interval is no number of whole lines');
  return { components, tables: known, predictor, pointTransform, restartLines: restartInterval / columns };
}

/** Fills in the samples of the scan's components; returns where the scan ends. */
function decodeScan(codeStream: Uint8Array, start: number, frame: Frame, scan: Scan): number {
  const { columns, rows, components: step, bitsPerSample, samples } = frame;
  const { components, tables, predictor, pointTransform, restartLines } = scan;
  const reader = new DifferenceReader(codeStream, start);
  const differences = new Int32Array(columns * components.length);
  const initial = 1 << (bitsPerSample - pointTransform - 1);
  for (let row = 0; row < rows; row++) {
    const isRestarted = restartLines > 0 && row > 0 && row % restartLines === 0;
    if (isRestarted) reader.restart();
    reader.read(differences, tables);
    components.forEach((component, order) => {
      const line: Line = {
        at: row * columns * step + component,
        end: (row + 1) * columns * step,
        step,
        above: columns * step,
        from: order,
        fromStep: components.length,
      };
      if (row === 0 || isRestarted) rebuildFirst(samples, differences, line, initial);
      else if (predictor === 1) rebuildFromLeft(samples, differences, line);
      else rebuild(samples, differences, line, PREDICTORS[predictor]!);
    });
  }
  if (pointTransform > 0) shiftUp(samples, components, step, pointTransform);
  return reader.end();
}

/** The samples of one component in one line, and its differences. */
interface Line {
  readonly at: number;
  readonly end: number;
  /** From one sample to the next of the component. */
  readonly step: number;
  /** Back to the sample above. */
  readonly above: number;
  readonly from: number;
  readonly fromStep: number;
}

type Samples = Uint8Array | Uint16Array;

function rebuildFirst(samples: Samples, differences: Int32Array, line: Line, initial: number): void {
  const { at, end, step, from, fromStep } = line;
  let left = initial;
  for (let index = at, next = from; index < end; index += step, next += fromStep) {
    samples[index] = left = (left + differences[next]!) & 0xffff;
  }
}

/** Predictor 1, which nearly all radiographs use. */
function rebuildFromLeft(samples: Samples, differences: Int32Array, line: Line): void {
  const { at, above } = line;
  rebuildFirst(samples, differences, line, samples[at - above]!);
}

function rebuild(samples: Samples, differences: Int32Array, line: Line, predict: Predict): void {
  const { at, end, step, above, from, fromStep } = line;
  let left = (samples[at - above]! + differences[from]!) & 0xffff;
  samples[at] = left;
  for (let index = at + step, next = from + fromStep; index < end; index += step, next += fromStep) {
    const predicted = predict(left, samples[index - above]!, samples[index - above - step]!);
    samples[index] = left = (predicted + differences[next]!) & 0xffff;
  }
}

type Predict = (left: number, above: number, aboveLeft: number) => number;

/** By selection value. T.81 Table H.1. */
const PREDICTORS: readonly (Predict | undefined)[] = [
  undefined,
  (left) => left,
  (_, above) => above,
  (_left, _above, aboveLeft) => aboveLeft,
  (left, above, aboveLeft) => left + above - aboveLeft,
  (left, above, aboveLeft) => left + ((above - aboveLeft) >> 1),
  (left, above, aboveLeft) => above + ((left - aboveLeft) >> 1),
  (left, above) => (left + above) >> 1,
];

function shiftUp(samples: Samples, components: readonly number[], step: number, bits: number): void {
  for (const component of components) {
    for (let index = component; index < samples.length; index += step) samples[index]! <<= bits;
  }
}

function bytesOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function requireBytes(segment: DataView, length: number): DataView {
  if (segment.byteLength < length) throw damaged('a marker segment is too short');
  return segment;
}

function damaged(why: string): PacsError {
  return new PacsError('undecodable-pixels', `The lossless JPEG code stream is damaged: ${why}`);
}
