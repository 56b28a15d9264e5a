/**
 * RLE Lossless (.5). PS3.5 Annex G.
 *
 * One segment a byte of a sample, most significant first, of every component in turn. Trap: a run may spill over the end
 * of a segment by padding; it must not spill over the end of the plane.
 */
import { PacsError } from '../../vocabulary/failure.ts';

const HEADER_LENGTH = 64;
const MAX_SEGMENTS = 15;

/** Decodes the segments of a frame to samples little endian, colour by plane. `bytesPerSample` is Bits Allocated / 8. Throws `undecodable-pixels`. */
export function decodeRle(
  frame: Uint8Array,
  samplesPerPlane: number,
  bytesPerSample: number,
  components: number,
): Uint8Array {
  const starts = segmentStarts(frame, bytesPerSample * components);
  const bytes = new Uint8Array(samplesPerPlane * bytesPerSample * components);
  starts.forEach((start, index) => {
    const component = Math.floor(index / bytesPerSample);
    const significance = bytesPerSample - 1 - (index % bytesPerSample);
    const plane = {
      start: component * samplesPerPlane * bytesPerSample + significance,
      step: bytesPerSample,
    };
    const segment = frame.subarray(start, starts[index + 1] ?? frame.length);
    unpackSegment(segment, bytes, plane, samplesPerPlane);
  });
  return bytes;
}

function segmentStarts(frame: Uint8Array, expected: number): number[] {
  if (frame.length < HEADER_LENGTH) throw damaged('its header is cut short');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = view.getUint32(0, true);
  if (count !== expected || count > MAX_SEGMENTS) {
    throw damaged(`it holds ${count} segments; expected ${expected}`);
  }
  const starts = Array.from({ length: count }, (_, index) => view.getUint32(4 + index * 4, true));
  const isOrdered = starts.every(
    (start, index) => start >= (starts[index - 1] ?? HEADER_LENGTH) && start < frame.length,
  );
  if (!isOrdered) throw damaged('its segment offsets do not rise within the frame');
  return starts;
}

/** PackBits: n < 128 copies n + 1 bytes, n > 128 repeats one byte 257 − n times, 128 does nothing. PS3.5 G.3.2. */
function unpackSegment(
  segment: Uint8Array,
  target: Uint8Array,
  plane: { readonly start: number; readonly step: number },
  length: number,
): void {
  let at = plane.start;
  const end = plane.start + length * plane.step;
  for (let read = 0; read < segment.length && at < end;) {
    const control = segment[read++] ?? 128;
    if (control === 128) continue;
    const isRun = control > 128;
    const count = isRun ? 257 - control : control + 1;
    if (read + (isRun ? 1 : count) > segment.length) throw damaged('a run reaches beyond its segment');
    for (let done = 0; done < count && at < end; done++, at += plane.step) {
      target[at] = segment[isRun ? read : read + done] ?? 0;
    }
    read += isRun ? 1 : count;
  }
  if (at < end) throw damaged('a segment ends before its plane is full');
}

function damaged(what: string): PacsError {
  return new PacsError('undecodable-pixels', `The RLE frame cannot be decoded: ${what} (PS3.5 Annex G)`);
}
