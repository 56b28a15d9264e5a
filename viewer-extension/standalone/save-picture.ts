/**
 * The pane as a picture: image, heat map and overlay as they stand on the screen, and beneath them what must be said.
 * No name of a patient is written on it or into the name of the file.
 */
const BAND = 30;
const GROUND = '#0b0d10';
const TEXT = '#e8ecf0';

/** The picture of `pane`; `undefined` where nothing is drawn. */
export function pictureOf(pane: Element, notice: string): HTMLCanvasElement | undefined {
  const layers = [...pane.querySelectorAll('canvas')];
  const [first] = layers;
  if (!first) return undefined;
  const ratio = window.devicePixelRatio;
  const picture = document.createElement('canvas');
  picture.width = first.width;
  picture.height = first.height + BAND * ratio;
  const context = picture.getContext('2d');
  if (!context) return undefined;
  context.fillStyle = GROUND;
  context.fillRect(0, 0, picture.width, picture.height);
  for (const layer of layers) context.drawImage(layer, 0, 0);
  context.fillStyle = TEXT;
  context.font = `${12 * ratio}px 'Inter Variable', system-ui, sans-serif`;
  context.textBaseline = 'middle';
  context.fillText(
    notice,
    10 * ratio,
    first.height + (BAND / 2) * ratio,
    Math.max(1, picture.width - 20 * ratio),
  );
  return picture;
}

/** Offers the picture of `pane` as a PNG file. */
export function savePicture(pane: Element, notice: string): void {
  pictureOf(pane, notice)?.toBlob((blob) => {
    if (blob) offerFile(blob, 'osteon-radiograph.png');
  }, 'image/png');
}

/** Hands a file to the browser's downloads. */
export function offerFile(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}
