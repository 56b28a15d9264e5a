/**
 * The parameters of a rendered image: `window`, `viewport`, `quality`. PS3.18 8.3.5.1.
 */
import type { VoiFunction, VoiTransform } from '../../dicom/read/pixel-module.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

export interface RenderOptions {
  /** Replaces the window of the file. Modality units. */
  readonly window?: VoiTransform;
  /** The image is scaled to fit this, its aspect ratio kept. Pixels. */
  readonly viewport?: { readonly columns: number; readonly rows: number };
  /** JPEG quality, 1–100. */
  readonly quality?: number;
}

const FUNCTIONS: ReadonlyMap<string, VoiFunction> = new Map([
  ['linear', 'LINEAR'],
  ['linear-exact', 'LINEAR_EXACT'],
  ['sigmoid', 'SIGMOID'],
]);
const MAX_VIEWPORT = 16_384;

/** Throws `bad-request` naming the parameter. */
export function readRenderOptions(parameters: Readonly<Record<string, unknown>>): RenderOptions {
  const window = fieldsAt(parameters, 'window');
  const viewport = fieldsAt(parameters, 'viewport');
  const quality = fieldsAt(parameters, 'quality');
  return {
    ...(window ? { window: windowOf(window) } : {}),
    ...(viewport ? { viewport: viewportOf(viewport) } : {}),
    ...(quality ? { quality: qualityOf(quality) } : {}),
  };
}

/** PS3.18 8.3.5.1.4: all three of center, width and function are required. */
function windowOf([center = '', width = '', name = '', ...more]: readonly string[]): VoiTransform {
  const voiFunction = FUNCTIONS.get(name.toLowerCase());
  const isValid = isNumber(center) && isNumber(width) && more.length === 0;
  const leastWidth = voiFunction === 'LINEAR' ? 1 : Number.MIN_VALUE;
  if (!isValid || voiFunction === undefined || Number(width) < leastWidth) {
    throw new PacsError(
      'bad-request',
      'window must be center,width,function with function linear, linear-exact or sigmoid, and a width of 1 or more (PS3.18 8.3.5.1.4)',
    );
  }
  return { kind: 'window', center: Number(center), width: Number(width), function: voiFunction };
}

/** PS3.18 8.3.5.1.3; a source region is not done yet and is refused rather than ignored. */
function viewportOf(fields: readonly string[]): { columns: number; rows: number } {
  const [columns = '', rows = '', ...region] = fields;
  const isSize = [columns, rows].every((text) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= MAX_VIEWPORT);
  if (!isSize || region.some((text) => text !== '')) {
    throw new PacsError(
      'bad-request',
      `viewport must be width,height in pixels, each up to ${MAX_VIEWPORT}, without a source region`,
    );
  }
  return { columns: Number(columns), rows: Number(rows) };
}

function qualityOf([text = '', ...more]: readonly string[]): number {
  const quality = Number(text);
  if (!/^\d{1,3}$/.test(text) || more.length > 0 || quality < 1 || quality > 100) {
    throw new PacsError('bad-request', 'quality must be a whole number from 1 to 100 (PS3.18 8.3.5.1.2)');
  }
  return quality;
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim());
}

function fieldsAt(parameters: Readonly<Record<string, unknown>>, name: string): string[] | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new PacsError('bad-request', `${name} is given more than once`);
  return value.split(',').map((text) => text.trim());
}
