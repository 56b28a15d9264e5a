/**
 * What OHIF has drawn from reports, told in image points.
 */
import type { Page } from 'playwright-core';

type Line = readonly (readonly [number, number])[];

/** The polylines of the page, in image points (SCOORD) to a hundredth; the image has square pixels of `spacingMm`. */
export async function linesOnImage(page: Page, spacingMm: number): Promise<readonly (readonly number[][])[]> {
  const rounded = (value: number) => Math.round(value * 100) / 100 + 0;
  const lines = await page.evaluate(linesInOhif);
  // OHIF holds world coordinates, in which the centre of the first pixel is the origin.
  return lines.map((points) =>
    points.map(([x, y]) => [rounded(x / spacingMm + 0.5), rounded(y / spacingMm + 0.5)]),
  );
}

/** The polylines that are drawn from reports; it runs in the page. */
function linesInOhif(): readonly Line[] {
  const { cornerstoneTools } = globalThis as unknown as {
    readonly cornerstoneTools: {
      readonly annotation: {
        readonly state: {
          getAllAnnotations(): readonly {
            readonly metadata: { readonly toolName: string };
            readonly data: {
              readonly renderableData?: {
                readonly POLYLINE?: readonly Line[];
              };
            };
          }[];
        };
      };
    };
  };
  return cornerstoneTools.annotation.state
    .getAllAnnotations()
    .flatMap(({ metadata, data }) =>
      metadata.toolName === 'DICOMSRDisplay' ? (data.renderableData?.POLYLINE ?? []) : [],
    );
}
