/**
 * One JPEG out of several that were coded side by side, each a strip of the same image: the strips become restart
 * intervals, which share nothing but the tables. ITU-T T.81 B.2, E.1.4 and F.1.1.5.1.
 *
 * Trap: each strip but the last holds the same number of whole rows of blocks, and no more blocks than 16 bits can count.
 */

/** Side of a block when no component is subsampled. */
const BLOCK = 8;
const MAX_INTERVAL = 0xffff;
const MARKER = { soi: 0xd8, eoi: 0xd9, sof0: 0xc0, sos: 0xda, dri: 0xdd, rst0: 0xd0 } as const;
const RESTART_MARKERS = 8;

/** Rows of each strip of an image; the last takes what is left. One strip where it cannot be divided. */
export function stripRows(columns: number, rows: number, strips: number): number {
  const blocksAcross = Math.ceil(columns / BLOCK);
  const blocksDown = Math.ceil(rows / BLOCK);
  const most = Math.floor(MAX_INTERVAL / blocksAcross);
  if (most === 0) return rows;
  return Math.min(Math.ceil(blocksDown / strips), most) * BLOCK;
}

/**
 * Joins baseline JPEGs of one width, quality and set of tables, 4:4:4 or grey, without restart intervals of their own.
 *
 * @param strips from top to bottom
 * @param columns of the image, and `rows`: all of them; `rowsOfStrip` those of each strip but the last
 * @throws RangeError when a strip is no such JPEG
 */
export function joinStrips(
  strips: readonly Uint8Array[],
  {
    columns,
    rows,
    rowsOfStrip,
  }: { readonly columns: number; readonly rows: number; readonly rowsOfStrip: number },
): Uint8Array {
  const [first] = strips;
  if (!first || strips.length === 1) return first ?? new Uint8Array();
  const { frame, scan } = placesIn(first);
  const interval = Math.ceil(columns / BLOCK) * (rowsOfStrip / BLOCK);
  const head = first.slice(0, scan);
  new DataView(head.buffer).setUint16(frame + HEIGHT_IN_FRAME, rows);
  const restart = [0xff, MARKER.dri, 0, 4, interval >> 8, interval & 0xff];
  const pieces = strips.flatMap((strip, index) => {
    const { scan: start, data, end } = placesIn(strip);
    if (index === 0) return [strip.subarray(start, end)];
    return [[0xff, MARKER.rst0 + ((index - 1) % RESTART_MARKERS)], strip.subarray(data, end)];
  });
  return joined([head, restart, ...pieces, [0xff, MARKER.eoi]]);
}

/** Bytes from the marker of a frame to its number of lines: marker, length, precision. */
const HEIGHT_IN_FRAME = 5;

/** Where the marker of the frame stands, that of the scan, its data, and what comes after these. */
function placesIn(jpeg: Uint8Array): { frame: number; scan: number; data: number; end: number } {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const end = jpeg.byteLength - 2;
  if (view.getUint16(0) !== (0xff00 | MARKER.soi) || view.getUint16(end) !== (0xff00 | MARKER.eoi)) {
    throw new RangeError('a strip is no whole JPEG');
  }
  let frame = 0;
  for (let at = 2; at < end;) {
    const marker = view.getUint16(at) & 0xff;
    const next = at + 2 + view.getUint16(at + 2);
    if (marker === MARKER.sof0) frame = at;
    if (marker === MARKER.sos && frame > 0) return { frame, scan: at, data: next, end };
    at = next;
  }
  throw new RangeError('a strip is no baseline JPEG');
}

function joined(pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
