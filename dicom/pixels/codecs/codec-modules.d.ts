/**
 * Shapes of the codec packages, which ship no declarations: only what the files beside this one call.
 */

/** Decoder object of an Emscripten build of OpenJPEG, CharLS, OpenJPH or libjpeg-turbo. Views die with the next call. */
interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned?: boolean;
  };
  delete(): void;
}

/** CharLS also tells how components are interleaved: 0 by plane, 1 by line, 2 by sample. */
interface JpegLsWasmDecoder extends WasmDecoder {
  getInterleaveMode(): number;
}

interface EmscriptenOptions {
  readonly print?: (line: string) => void;
  readonly printErr?: (line: string) => void;
}

/** What an encoder is told of a frame. */
interface WasmFrameInfo {
  /** OpenJPH only, which demands it. */
  readonly isUsingColorTransform: boolean;
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
}

/** Encoder object of an Emscripten build; the names of its buffers are meant from the code stream's side. */
interface WasmEncoder {
  getDecodedBuffer(info: WasmFrameInfo): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

interface JpegLsWasmEncoder extends WasmEncoder {
  setNearLossless(near: number): void;
  setInterleaveMode(mode: number): void;
}

interface Jpeg2000WasmEncoder extends WasmEncoder {
  setQuality(isLossless: boolean, quantisationStep: number): void;
  setDecompositions(levels: number): void;
}

declare module '@cornerstonejs/codec-openjpeg/wasmjs' {
  export default function instantiate(
    options?: EmscriptenOptions,
  ): Promise<{ readonly J2KEncoder: new () => Jpeg2000WasmEncoder }>;
}

declare module '@cornerstonejs/codec-charls/wasmjs' {
  export default function instantiate(
    options?: EmscriptenOptions,
  ): Promise<{ readonly JpegLSEncoder: new () => JpegLsWasmEncoder }>;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export default function instantiate(
    options?: EmscriptenOptions,
  ): Promise<{ readonly J2KDecoder: new () => WasmDecoder }>;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  export default function instantiate(
    options?: EmscriptenOptions,
  ): Promise<{ readonly JpegLSDecoder: new () => JpegLsWasmDecoder }>;
}

declare module '@cornerstonejs/codec-openjph/wasmjs' {
  export default function instantiate(options?: EmscriptenOptions): Promise<{
    readonly HTJ2KDecoder: new () => WasmDecoder;
    readonly HTJ2KEncoder: new () => Jpeg2000WasmEncoder;
  }>;
}

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  export default function instantiate(
    options?: EmscriptenOptions,
  ): Promise<{ readonly JPEGDecoder: new () => WasmDecoder }>;
}
