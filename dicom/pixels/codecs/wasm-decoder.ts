/**
 * Runs a decoder or an encoder of an Emscripten module: one instance a codec, made at the first frame and thrown away when it fails.
 *
 * The instance is the only state in this room: instantiating costs 20–80 ms. Trap: a module that ran out of memory or
 * aborted gives wrong answers afterwards, and every view of its memory dies when the memory grows.
 */
import type { DecodedSamples } from './code-stream.ts';

/** Makes a value once and hands it out again until `forget` is called. */
export interface Lazy<T> {
  readonly get: () => Promise<T>;
  readonly forget: () => void;
}

/** Makes `T` at the first `get`. */
export function lazy<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  return {
    get: () => (made ??= make()),
    forget: () => {
      made = undefined;
    },
  };
}

/** Decodes with a fresh decoder object of the module. Rejects with what the module throws, after forgetting the module. */
export async function decodeWithWasm<M, D extends WasmDecoder>(
  module: Lazy<M>,
  construct: (module: M) => D,
  codeStream: Uint8Array,
  isPlanar: (decoder: D) => boolean = () => false,
): Promise<DecodedSamples> {
  const instance = await module.get();
  try {
    const decoder = construct(instance);
    decoder.getEncodedBuffer(codeStream.length).set(codeStream);
    decoder.decode();
    const info = decoder.getFrameInfo();
    const decoded = {
      columns: info.width,
      rows: info.height,
      components: info.componentCount,
      bitsPerSample: info.bitsPerSample,
      isPlanar: isPlanar(decoder),
      bytes: decoder.getDecodedBuffer().slice(),
    };
    decoder.delete();
    return decoded;
  } catch (error) {
    module.forget();
    throw error;
  }
}

/** Encodes samples (little endian, colour by pixel) with a fresh encoder object of the module. Rejects like {@link decodeWithWasm}. */
export async function encodeWithWasm<M>(
  module: Lazy<M>,
  construct: (module: M) => WasmEncoder,
  info: WasmFrameInfo,
  samples: Uint8Array,
): Promise<Uint8Array> {
  const instance = await module.get();
  try {
    const encoder = construct(instance);
    encoder.getDecodedBuffer(info).set(samples);
    encoder.encode();
    // A copy, and of the plain kind: CharLS gives clamped bytes.
    const codeStream = new Uint8Array(encoder.getEncodedBuffer());
    encoder.delete();
    return codeStream;
  } catch (error) {
    module.forget();
    throw error;
  }
}

/** Options that keep a codec from reporting progress on stdout. A new object every time: Emscripten makes the module out of it. */
export function muted(): EmscriptenOptions {
  return { print: () => undefined, printErr: () => undefined };
}
