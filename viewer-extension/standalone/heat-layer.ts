/**
 * Where the fracture model looked, as a layer to lay under the boxes: fetched only when the reader asks, kept nowhere.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Affine } from '../../dicom/vocabulary/geometry.ts';
import { HEAT_COLOUR, HEAT_OPACITY } from '../core/overlay-style.ts';
import { isAbort, RequestError } from './dicomweb-client.ts';
import type { Services } from './services.ts';
import type { StudyImage } from './study.ts';
import { useWords, type Words } from './words.ts';

export interface HeatLayer {
  /** In the colour of the layer, in the geometry of the image at its own size; absent until it has come. */
  readonly picture?: OffscreenCanvas;
  /** The legend, or why there is no layer; absent while the layer is off. */
  readonly legend?: string;
}

/** The layer of an image while `isOn`; nothing is asked of the server while it is off. */
export function useHeatLayer(services: Services, image: StudyImage | undefined, isOn: boolean): HeatLayer {
  const words = useWords();
  const [layer, setLayer] = useState<HeatLayer>({});
  const uid = image?.address.sopInstanceUid;
  useEffect(() => {
    setLayer({});
    if (!isOn || !image) return undefined;
    const controller = new AbortController();
    setLayer({ legend: words.heatBusy });
    services.analyses.activation(image.address, controller.signal).then(
      async (png) => {
        const picture = tinted(await createImageBitmap(png));
        if (!controller.signal.aborted) setLayer({ picture, legend: words.heat });
      },
      (error: unknown) => {
        if (!isAbort(error)) setLayer({ legend: `${words.noHeat} ${reasonOf(error, words)}` });
      },
    );
    return () => {
      controller.abort();
    };
  }, [services, uid, isOn, words]);
  return layer;
}

/** Draws the layer on a canvas of the surface's size; `toSurface` maps image points to it. Without a picture it only clears. */
export function paintHeat(
  context: CanvasRenderingContext2D,
  picture: OffscreenCanvas | undefined,
  image: { readonly toSurface: Affine; readonly columns: number; readonly rows: number } | undefined,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  if (!picture || !image) return;
  const { a, b, c, d, e, f } = image.toSurface;
  context.setTransform(a, b, c, d, e, f);
  context.globalAlpha = HEAT_OPACITY;
  context.drawImage(picture, 0, 0, image.columns, image.rows);
}

/** The opacity of the server's picture, in one colour. */
function tinted(bitmap: ImageBitmap): OffscreenCanvas {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  if (context) {
    context.drawImage(bitmap, 0, 0);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = HEAT_COLOUR;
    context.fillRect(0, 0, bitmap.width, bitmap.height);
  }
  bitmap.close();
  return canvas;
}

function reasonOf(error: unknown, { heatReasons }: Words): string {
  const status = error instanceof RequestError ? error.status : undefined;
  if (status === 404) return heatReasons.none;
  if (status === 409) return heatReasons.notAnalysed;
  return heatReasons.failed;
}
