/**
 * The parameters of a rendered image: `window`, `viewport`, `quality`, `annotation`. PS3.18 8.3.5.1.
 */
import type { VoiFunction, VoiTransform } from '../../dicom/read/pixel-module.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { RenderOptions, SourceRegion } from '../imaging/image-task.ts';

/** What may be burnt in as text. PS3.18 8.3.5.1.1. */
export type Annotation = 'patient' | 'technique';

/** Names of the parameters, for whoever describes the resources. */
export const RENDER_PARAMETERS = ['annotation', 'quality', 'viewport', 'window'] as const;

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
    ...(viewport ? viewportOf(viewport) : {}),
    ...(quality ? { quality: qualityOf(quality) } : {}),
  };
}

/** What to burn in. Values that are not known are ignored (PS3.18 8.3.5.1.1). */
export function readAnnotations(parameters: Readonly<Record<string, unknown>>): readonly Annotation[] {
  const fields = fieldsAt(parameters, 'annotation') ?? [];
  return (['patient', 'technique'] as const).filter((name) => fields.includes(name));
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

/** PS3.18 8.3.5.1.3: `vw,vh[,sx,sy,sw,sh]`; fields of the region may be empty, and negative sizes mirror it. */
function viewportOf(fields: readonly string[]): Pick<RenderOptions, 'viewport' | 'region'> {
  const [columns = '', rows = '', ...region] = fields;
  const isSize = [columns, rows].every((text) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= MAX_VIEWPORT);
  const isRegion = region.length <= 4 && region.every((text) => text === '' || isNumber(text));
  if (!isSize || !isRegion) throw badViewport();
  const viewport = { columns: Number(columns), rows: Number(rows) };
  return region.some((text) => text !== '') ? { viewport, region: regionOf(region) } : { viewport };
}

function regionOf([left = '', top = '', width = '', height = '']: readonly string[]): SourceRegion {
  const [x, y] = [Number(left), Number(top)];
  const columns = width === '' ? undefined : Math.abs(Number(width));
  const rows = height === '' ? undefined : Math.abs(Number(height));
  if (x < 0 || y < 0 || columns === 0 || rows === 0) throw badViewport();
  return {
    x,
    y,
    ...(columns !== undefined && { columns }),
    ...(rows !== undefined && { rows }),
    isMirrored: width.startsWith('-'),
    isUpsideDown: height.startsWith('-'),
  };
}

function badViewport(): PacsError {
  return new PacsError(
    'bad-request',
    `viewport must be vw,vh or vw,vh,sx,sy,sw,sh: a size in whole pixels up to ${MAX_VIEWPORT}, and a region that begins at 0 or more and has a size (PS3.18 8.3.5.1.3)`,
  );
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
