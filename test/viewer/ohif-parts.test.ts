/** What of the OHIF extension needs no browser: instances as OHIF holds them, keys, drawn elements, the store. */
import dcmjs from 'dcmjs';
import { expect, test } from 'vitest';
import { imagePoint } from '../../dicom/vocabulary/geometry.ts';
import { readReport } from '../../dicom/sr/report-reader.ts';
import { studyReportOf } from '../../viewer-extension/core/study-report.ts';
import type { DisplayItem } from '../../viewer-extension/core/overlay-shape.ts';
import { strokeOf } from '../../viewer-extension/core/overlay-style.ts';
import { keyOf, withOwnHotkeys } from '../../viewer-extension/ohif/hotkeys.ts';
import { highestProbability } from '../../viewer-extension/ohif/hanging-protocol.ts';
import { dataSetOfNaturalised } from '../../viewer-extension/ohif/naturalised.ts';
import { presentationStateHandler } from '../../viewer-extension/ohif/presentation-states.ts';
import { hostLanguage, hostWordsOf } from '../../viewer-extension/ohif/words.ts';
import { findingAt } from '../../viewer-extension/core/finding-at.ts';
import { ResultStore } from '../../viewer-extension/ohif/result-store.ts';
import { svgShapes } from '../../viewer-extension/painters/svg.ts';
import { studyOf } from '../../viewer-extension/standalone/study.ts';
import {
  analysed,
  boneAgeOf,
  fractureAt,
  radiograph,
  regionOf,
  reportOf,
  sourceOf,
} from '../support/reading-room-studies.ts';

const WORDS = hostWordsOf('en');
const SOURCE = sourceOf('1.2.3', 1);
const IMAGE = radiograph('1.2.3', 1).metadata;
const FRACTURES = [
  fractureAt(SOURCE, 'fracture-1'),
  fractureAt(SOURCE, 'fracture-2', { certainty: 'suspicious', probability: 0.4 }),
];
const REPORT = reportOf([
  { metadata: IMAGE, outcome: analysed(SOURCE, [regionOf(SOURCE), ...FRACTURES, boneAgeOf(SOURCE)]) },
]).metadata;

/** As OHIF does it, by the library that OHIF does it with. */
function naturalised(dataSet: unknown): unknown {
  const { DicomMetaDictionary } = (
    dcmjs as unknown as { data: { DicomMetaDictionary: { naturalizeDataset(dataSet: unknown): unknown } } }
  ).data;
  return DicomMetaDictionary.naturalizeDataset(structuredClone(dataSet));
}

function filledStore(): ResultStore {
  const store = new ResultStore();
  store.setStudy(studyOf('1.2.3', [IMAGE, dataSetOfNaturalised(naturalised(REPORT))]));
  return store;
}

test('a report that OHIF has taken apart says what it said before', () => {
  const read = dataSetOfNaturalised(naturalised(REPORT));
  expect(studyReportOf(read)).toEqual(studyReportOf(REPORT));
  expect(readReport(read).findings).toEqual(readReport(REPORT).findings);
});

test('what is no instance gives an empty data set, and nesting without end is cut', () => {
  expect([undefined, null, 7, 'text'].map((one) => dataSetOfNaturalised(one))).toEqual([{}, {}, {}, {}]);
  const ring: { ContentSequence: unknown[] } = { ContentSequence: [] };
  ring.ContentSequence.push(ring);
  expect(JSON.stringify(dataSetOfNaturalised(ring)).length).toBeLessThan(10_000);
});

test('an empty value keeps its place, so that no coordinate takes that of another', () => {
  const graphic = dataSetOfNaturalised({ GraphicData: [1, null, 3, 4], Rows: null });
  expect(graphic).toEqual({ '00700022': { vr: 'FL', Value: [1, null, 3, 4] } });
  const lent = Object.create({ Columns: 7 }) as object;
  expect(dataSetOfNaturalised(Object.assign(lent, { imageId: 'wadors:x' }))).toEqual({
    '00280011': { vr: 'US', Value: [7] },
  });
});

test('keys are plain letters where they are free, and take Shift where the host uses them', () => {
  const host = [
    { commandName: 'addNewSegment', keys: ['a'] },
    { commandName: 'somethingElse', keys: ['P'] },
  ];
  const stock = withOwnHotkeys(host, false, WORDS);
  expect(stock.slice(0, 2)).toEqual(host);
  expect(keyOf(stock, 'osteonToggleOverlay')).toBe('Shift+A');
  expect(keyOf(stock, 'osteonNextFinding')).toBe('N');
  expect(keyOf(stock, 'osteonPreviousFinding')).toBe('Shift+P');
  const own = withOwnHotkeys(stock, true, WORDS);
  expect(keyOf(own, 'osteonToggleOverlay')).toBe('A');
  const keys = own.flatMap((binding) => binding.keys.map((key) => key.toLowerCase()));
  expect(new Set(keys).size).toBe(keys.length);
  expect(withOwnHotkeys(own, true, WORDS)).toEqual(own);
});

test('the store shows what is on an image, above the threshold, while the overlay is on', () => {
  const store = filledStore();
  const image = { sopInstanceUid: SOURCE.sopInstanceUid, frameNumber: 1 };
  const boxes = () => store.shapesOn(image).filter(({ kind }) => kind === 'box').length;
  let changes = 0;
  const stop = store.subscribe(() => (changes += 1));
  expect([boxes(), store.shapesOn({ ...image, frameNumber: 2 })]).toEqual([2, []]);
  store.choose({ threshold: 0.5 });
  expect([boxes(), store.visible.length, store.findings.length]).toEqual([1, 1, 2]);
  store.choose({ isOn: false });
  expect(boxes()).toBe(0);
  const next = store.neighbour(1);
  if (next) store.select(next);
  expect([store.choice.isOn, boxes(), changes]).toEqual([true, 1, 3]);
  stop();
  store.clear();
  expect([store.report, store.findings, changes]).toEqual([undefined, [], 3]);
});

test('the store shows the report as a draft leaves it, until another report counts', () => {
  const store = filledStore();
  const { stored } = store;
  if (!stored) throw new Error('the store holds a report');
  const review = { decision: 'rejected', reason: 'overlap', reviewer: { name: {} }, decidedAt: '' } as const;
  store.setDrafted({ ...stored, findings: stored.findings.map((finding) => ({ ...finding, review })) });
  const image = { sopInstanceUid: SOURCE.sopInstanceUid, frameNumber: 1 };
  expect(store.shapesOn(image).map((shape) => shape.review)).toContain('rejected');
  expect(store.stored).toBe(stored);
  store.addReports([
    { ...stored, sopInstanceUid: '9', isVerified: true, predecessorUids: [stored.sopInstanceUid] },
  ]);
  expect([store.report?.sopInstanceUid, store.findings[0]?.review]).toEqual(['9', undefined]);
});

test('the store draws the parts of the hand of a bone age, and hides them with the rest', () => {
  const store = new ResultStore();
  const outline = [imagePoint(10, 10), imagePoint(60, 10), imagePoint(60, 60), imagePoint(10, 60)];
  const boneAge = { ...boneAgeOf(SOURCE), handRegions: [{ region: 'carpus', outline } as const] };
  const outcome = analysed(SOURCE, [boneAge]);
  store.addReports([studyReportOf(reportOf([{ metadata: IMAGE, outcome }]).metadata) ?? []].flat());
  const image = { sopInstanceUid: SOURCE.sopInstanceUid, frameNumber: 1 };
  expect(store.shapesOn(image)).toMatchObject([{ kind: 'region', points: outline }]);
  store.choose({ isOn: false });
  expect(store.shapesOn(image)).toEqual([]);
});

test('the language is the one that OHIF has chosen, where it is spoken', () => {
  const language = (search: string, stored: string | null, ...languages: readonly string[]) =>
    hostLanguage({ search }, { getItem: () => stored }, { languages });
  expect(language('?lng=ko', 'en-US', 'de')).toBe('ko');
  expect(language('', 'ko-KR')).toBe('ko');
  expect(language('', 'de', 'ko-KR')).toBe('en');
  expect(language('', null, 'ko-KR', 'en')).toBe('ko');
  expect(language('', null)).toBe('en');
});

test('a point means the smallest shape around it', () => {
  const square = (findingId: string, side: number): DisplayItem => ({
    kind: 'path',
    findingId,
    points: [
      { x: 0, y: 0 },
      { x: side, y: 0 },
      { x: side, y: side },
    ],
    isClosed: true,
    stroke: strokeOf('box', 'definite', false),
  });
  const list = [square('', 5), square('large', 90), square('small', 40)];
  expect([20, 60, 99].map((at) => findingAt(list, { x: at, y: at }))).toEqual(['small', 'large', undefined]);
});

test('a display set is as sure as the surest finding on its images', () => {
  const store = filledStore();
  const images = [{ SOPInstanceUID: SOURCE.sopInstanceUid }];
  expect(highestProbability({ displaySetInstanceUID: 'x', images }, store)).toBe(0.92);
  expect(highestProbability({ displaySetInstanceUID: 'y', images: [{ SOPInstanceUID: '1' }] }, store)).toBe(
    0,
  );
});

test('our presentation states are taken, those of others left to the host', () => {
  const { getDisplaySetsFromSeries } = presentationStateHandler('x');
  const instance = { SOPInstanceUID: '1', SeriesInstanceUID: '2', StudyInstanceUID: '3', SOPClassUID: '4' };
  expect(getDisplaySetsFromSeries([{ ...instance, Manufacturer: 'Another' }])).toEqual([]);
  expect(getDisplaySetsFromSeries([{ ...instance, Manufacturer: 'Osteon' }])).toMatchObject([
    { Modality: 'PR', SOPInstanceUID: '1', excludeFromThumbnailBrowser: true },
  ]);
});

test('SVG: neighbours of one stroke are one path over one halo, and texts are text', () => {
  const box = (isDashed: boolean): DisplayItem => ({
    kind: 'path',
    findingId: 'f',
    points: [
      { x: 0, y: 0.126 },
      { x: 9, y: 0 },
      { x: 9, y: 9 },
    ],
    isClosed: true,
    stroke: strokeOf('box', isDashed ? 'suspicious' : 'definite', false),
  });
  const text: DisplayItem = {
    kind: 'text',
    findingId: 'f',
    frame: { x: 1, y: 2, width: 30, height: 20 },
    lines: ['<b>Fracture</b>'],
    colour: '#ffffff',
    fontSize: 12.5,
    padding: 5,
    isSelected: false,
  };
  const shapes = svgShapes([box(false), box(false), box(true), text]);
  expect(shapes.map(({ name }) => name)).toEqual(['path', 'path', 'path', 'path', 'rect', 'text']);
  expect(shapes[1]?.attributes['d']).toBe('M0 0.13L9 0L9 9ZM0 0.13L9 0L9 9Z');
  expect([shapes[1], shapes[3]].map((shape) => shape?.attributes['stroke-dasharray'])).toEqual([
    undefined,
    '7 5',
  ]);
  expect(shapes[5]?.text).toBe('<b>Fracture</b>');
});
