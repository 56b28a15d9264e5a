/** Rendered resources beyond a single plain image. PS3.18 8.3.5, 8.7.4, 10.4.1.1.3. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { bytesOf, partsOf } from '../../support/answers.ts';
import { dicomFile, NO_IMAGE, type FileOverrides } from '../../support/dicom-file.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const { storage, server } = await servedStorage();

const STUDY = '/studies/1.2.3';
const SERIES = `${STUDY}/series/1.2.3.0`;
const INSTANCE = `${SERIES}/instances/1.2.3.1`;

/** 4 × 2 samples of 8 bits, shown as they are. */
const PLAIN: FileOverrides = {
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  WindowCenter: '128',
  WindowWidth: '256',
  PixelData: Uint8Array.of(0, 10, 20, 30, 100, 110, 120, 130),
};

/** A dark image of 400 × 200. */
const LARGE: FileOverrides = { ...PLAIN, Rows: 200, Columns: 400, PixelData: new Uint8Array(80_000) };

async function keep(attributes: FileOverrides): Promise<void> {
  expect((await storeBytes(storage.instances(), dicomFile(attributes))).status).toBe('stored');
}

async function get(path: string, accept = 'image/png'): Promise<Response> {
  return await fetch(`${server.base}${path}`, { headers: { Accept: accept } });
}

/** The grey samples of an answer and its size. */
async function pixelsOf(response: Response): Promise<{ columns: number; rows: number; grey: number[] }> {
  expect(response.status).toBe(200);
  const { data, info } = await sharp(await bytesOf(response))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { columns: info.width, rows: info.height, grey: [...data] };
}

describe('viewport (PS3.18 8.3.5.1.3)', () => {
  it.each([
    ['viewport=2,2,1,0,2,2', [10, 20, 110, 120]],
    ['viewport=2,2,1,0,-2,2', [20, 10, 120, 110]],
    ['viewport=2,2,1,0,2,-2', [110, 120, 10, 20]],
    ['viewport=2,2,2,,,', [20, 30, 120, 130]],
  ])('%s shows that region of the source', async (query, expected) => {
    await keep(PLAIN);
    expect(await pixelsOf(await get(`${INSTANCE}/rendered?${query}`))).toEqual({ columns: 2, rows: 2, grey: expected });
  }); // prettier-ignore

  it.each(['viewport=2,2,-1,0,2,2', 'viewport=2,2,0,0,0,2', 'viewport=2,2,0,0,2,2,2', 'viewport=2,2,a'])(
    'refuses %s by name',
    async (query) => {
      await keep(PLAIN);
      const response = await get(`${INSTANCE}/rendered?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ message: expect.stringContaining('viewport') as string });
    },
  );
});

describe('annotation (PS3.18 8.3.5.1.1)', () => {
  it('burns in what is asked for and nothing else', async () => {
    await keep({ ...LARGE, PatientName: 'Müller^Jane', KVP: '70' });
    const isLit = async (query: string): Promise<boolean> =>
      (await pixelsOf(await get(`${INSTANCE}/rendered${query}`))).grey.some((value) => value > 200);
    expect(await isLit('')).toBe(false);
    expect(await isLit('?annotation=patient')).toBe(true);
    expect(await isLit('?annotation=patient,technique')).toBe(true);
    expect(await isLit('?annotation=unknown')).toBe(false);
  });
});

describe('media types (PS3.18 Table 8.7.4-1)', () => {
  it('sends several frames as an animated GIF, or the first of them as a still', async () => {
    const frames = Uint8Array.of(...Array<number>(8).fill(0), ...Array<number>(8).fill(255));
    await keep({ ...PLAIN, NumberOfFrames: '2', PixelData: frames });
    const animated = await sharp(await bytesOf(await get(`${INSTANCE}/rendered`, 'image/gif')), { animated: true }).metadata(); // prettier-ignore
    expect([animated.format, animated.pages, animated.width, animated.pageHeight]).toEqual(['gif', 2, 4, 2]);
    const second = await pixelsOf(await get(`${INSTANCE}/frames/2/rendered`));
    expect(second.grey).toEqual(Array<number>(8).fill(255));
    const both = await partsOf(await get(`${INSTANCE}/frames/1,2/rendered`, 'image/jpeg'));
    expect(both.map(({ type, location }) => [type, location.slice(-17)])).toEqual([
      ['image/jpeg', '/frames/1/rendered'.slice(-17)],
      ['image/jpeg', '/frames/2/rendered'.slice(-17)],
    ]);
  });

  it('shows a palette in its colours (PS3.3 C.7.9)', async () => {
    const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
    const descriptor = words(2, 0, 16);
    await keep({ ...PLAIN, PhotometricInterpretation: 'PALETTE COLOR', Columns: 2, Rows: 1, PixelData: Uint8Array.of(0, 1), RedPaletteColorLookupTableDescriptor: descriptor, GreenPaletteColorLookupTableDescriptor: descriptor, BluePaletteColorLookupTableDescriptor: descriptor, RedPaletteColorLookupTableData: words(0xff00, 0), GreenPaletteColorLookupTableData: words(0, 0x8000), BluePaletteColorLookupTableData: words(0, 0xff00) }); // prettier-ignore
    const { data, info } = await sharp(await bytesOf(await get(`${INSTANCE}/rendered`))).raw().toBuffer({ resolveWithObject: true }); // prettier-ignore
    expect([info.channels, ...data]).toEqual([3, 255, 0, 0, 0, 128, 255]);
  });

  it('burns in overlay planes (PS3.3 C.9.2)', async () => {
    await keep({ ...PLAIN, OverlayRows: 1, OverlayColumns: 2, OverlayType: 'G', OverlayOrigin: new Uint8Array(Int16Array.of(2, 3).buffer), OverlayData: Uint8Array.of(0b11, 0) }); // prettier-ignore
    expect((await pixelsOf(await get(`${INSTANCE}/rendered`))).grey).toEqual([0, 10, 20, 30, 100, 110, 255, 255]);
  }); // prettier-ignore
});

describe('a study or series (PS3.18 10.4.1.1.3)', () => {
  it('is a part for each image and report in it, and only what the client accepts', async () => {
    await keep(PLAIN);
    await keep({ ...PLAIN, SOPInstanceUID: '1.2.3.2' });
    await keep({ ...REPORT, SOPInstanceUID: '1.2.3.3' });
    const all = await partsOf(await get(`${STUDY}/rendered`, '*/*'));
    expect(all.map(({ type }) => type)).toEqual(['image/jpeg', 'image/jpeg', 'text/html; charset=utf-8']);
    const images = await partsOf(await get(`${SERIES}/rendered`, 'image/png'));
    expect(images.map(({ location }) => location)).toEqual(
      [1, 2].map((number) => `${server.base}${SERIES}/instances/1.2.3.${number}/rendered`),
    );
    expect((await get(`${STUDY}/rendered`, 'video/mp4')).status).toBe(406);
  });
});

const code = (value: string, scheme: string, meaning: string): readonly FileOverrides[] =>
  [{ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning }] as const;
const REPORT: FileOverrides = {
  ...NO_IMAGE,
  SOPClassUID: SOP_CLASS.basicTextSr,
  Modality: 'SR',
  PatientName: 'Doe^<b>Jane</b>',
  ValueType: 'CONTAINER',
  ConceptNameCodeSequence: code('18748-4', 'LN', 'Imaging report') as never,
  ContentSequence: [
    {
      RelationshipType: 'CONTAINS',
      ValueType: 'TEXT',
      ConceptNameCodeSequence: code('121071', 'DCM', 'Finding') as never,
      TextValue: 'No fracture & "no" <script>',
    },
  ] as never,
};

describe('a structured report (PS3.18 Table 8.7.4-1, text category)', () => {
  it('is HTML by default, and plain text and XML where asked for; its texts are never markup', async () => {
    await keep(REPORT);
    const html = await get(`${INSTANCE}/rendered`, '*/*');
    expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const text = await html.text();
    expect(text).toContain('<b>Finding</b>: No fracture &amp; &quot;no&quot; &lt;script&gt;');
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('<b>Jane');
    const plain = await (await get(`${INSTANCE}/rendered`, 'text/plain')).text();
    expect(plain).toContain('Finding: No fracture & "no" <script>');
    const xml = await (await get(`${INSTANCE}/rendered`, 'text/xml')).text();
    expect(xml).toContain('name="Finding"><value>No fracture &amp;');
    expect((await get(`${INSTANCE}/rendered`, 'image/jpeg')).status).toBe(406);
  });
});

describe('a presentation state (PS3.18 10.4.1.1.3, PS3.4 N.2)', () => {
  const state = (attributes: FileOverrides): FileOverrides => ({
    ...NO_IMAGE,
    SOPClassUID: SOP_CLASS.grayscaleSoftcopyPresentationState,
    SOPInstanceUID: '1.2.3.9',
    Modality: 'PR',
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: '1.2.3.0',
        ReferencedImageSequence: [
          { ReferencedSOPClassUID: SOP_CLASS.computedRadiography, ReferencedSOPInstanceUID: '1.2.3.1' },
        ],
      },
    ],
    PresentationLUTShape: 'IDENTITY',
    ...attributes,
  });
  const rendered = `${SERIES}/instances/1.2.3.9/rendered`;
  const window = (center: string, width: string) =>
    [{ WindowCenter: center, WindowWidth: width, VOILUTFunction: 'LINEAR_EXACT' }] as const;

  it('shows its image through its own window, cut, turned and flipped', async () => {
    await keep(PLAIN);
    const area = new Uint8Array(Int32Array.of(1, 1).buffer);
    const corner = new Uint8Array(Int32Array.of(2, 2).buffer);
    await keep(
      state({
        SoftcopyVOILUTSequence: window('65', '70'),
        DisplayedAreaSelectionSequence: [
          { DisplayedAreaTopLeftHandCorner: area, DisplayedAreaBottomRightHandCorner: corner },
        ],
        ImageRotation: 90,
        ImageHorizontalFlip: 'Y',
      }),
    );
    // 0 10 / 100 110 → 0 0 / 255 255; turned clockwise 255 0 / 255 0; flipped 0 255 / 0 255.
    expect(await pixelsOf(await get(rendered))).toEqual({ columns: 2, rows: 2, grey: [0, 255, 0, 255] });
    expect((await get(`${rendered}?window=1,2,linear`)).status).toBe(400);
  });

  it('draws its graphics and covers what its shutter does not show', async () => {
    await keep(LARGE);
    const points = new Uint8Array(Float32Array.of(10, 100.5, 390, 100.5).buffer);
    await keep(
      state({
        ShutterShape: 'RECTANGULAR',
        ShutterLeftVerticalEdge: '1',
        ShutterRightVerticalEdge: '200',
        ShutterUpperHorizontalEdge: '1',
        ShutterLowerHorizontalEdge: '200',
        ShutterPresentationValue: 0x8000,
        GraphicAnnotationSequence: [
          {
            GraphicLayer: 'LINES',
            GraphicObjectSequence: [
              { GraphicAnnotationUnits: 'PIXEL', GraphicType: 'POLYLINE', GraphicDimensions: 2, NumberOfGraphicPoints: 2, GraphicData: points },
            ],
          },
        ],
      }), // prettier-ignore
    );
    const { grey } = await pixelsOf(await get(rendered));
    const at = (column: number, row: number): number => grey[row * 400 + column] ?? NaN;
    expect([at(100, 100), at(100, 50), at(300, 50), at(395, 100)]).toEqual([255, 0, 128, 128]);
  });

  it('has no rendered form when its image is not stored', async () => {
    await keep(state({}));
    expect((await get(rendered)).status).toBe(406);
  });
});
