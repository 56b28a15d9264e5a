/**
 * Finds English that leaked into Korean: words in Latin letters that are neither a term of the standard, a unit, nor a name.
 */

/** Terms, units and names that stand in Korean texts as they are. */
const TERMS = new Set(
  [
    'AI DICOM DICOMweb dicom-web JPEG PNG HTML PDF UID ID URL SD mm px cm MB kB',
    'Image Type For Presentation Modality Rows Columns Bits Allocated Photometric Interpretation YBR_FULL SOP Instance',
    'Pixel Spacing Imager Osteon OHIF SR W L PA AP DX CR',
  ].flatMap((line) => line.split(' ')),
);

/** Words of two and more Latin letters that are not listed, each once. */
export function latinWords(text: string, names: readonly string[] = []): readonly string[] {
  const known = new Set([...TERMS, ...names.flatMap((name) => name.split(/[^\p{Letter}\d_-]+/u))]);
  const found = text.match(/[A-Za-z][\w-]*[A-Za-z]/g) ?? [];
  return [...new Set(found.filter((word) => !known.has(word)))];
}
