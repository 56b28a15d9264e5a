/** Photometric Interpretation at the end of the grey pipeline. PS3.3 C.7.6.3.1.2, C.11.6. */
import type { PixelModule } from '../read/pixel-module.ts';

/** True when low display values mean white: MONOCHROME1, or Presentation LUT Shape INVERSE. Both together, as DX has them (PS3.3 C.8.11.3.1.2), mean it once. */
export function isInverted(
  module: Pick<PixelModule, 'photometricInterpretation' | 'presentationLutShape'>,
): boolean {
  return module.photometricInterpretation === 'MONOCHROME1' || module.presentationLutShape === 'INVERSE';
}

/** Luma of RGB, each in 0–1. ITU-R BT.601. */
export function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
