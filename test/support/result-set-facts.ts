/**
 * What each object of a result set says of the fractures, read from its bytes without the writers' help: by tracking UID,
 * so that objects can be compared with each other.
 */
import { readPart10 } from '../../dicom/read/part10-reader.ts';
import type { ResultObject } from '../../dicom/results/index.ts';
import {
  isItem,
  itemsOf,
  numberOf,
  numbersOf,
  textOf,
  type DataSet,
} from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';

/** Regions as flat coordinates, closed; masks as pixel indices of the frame. What an object does not say is absent. */
export interface FractureFacts {
  readonly certainty: string | undefined;
  readonly box?: readonly number[];
  readonly outline?: readonly number[];
  readonly mask?: readonly number[];
  /** Score in per cent. */
  readonly percent?: number | undefined;
}

export type FactsByUid = ReadonlyMap<string, FractureFacts>;

/** The object as a reader of its file finds it. */
export function reread({ dataSet, pixels }: ResultObject): DataSet {
  const native = pixels?.kind === 'native' ? { pixelData: pixels.bytes } : {};
  return readPart10(writePart10(dataSet, native)).dataSet;
}

/** Fractures of a TID 1500 report: its groups of TID 1410. */
export function reportFacts(report: DataSet): FactsByUid {
  const facts = new Map<string, FractureFacts>();
  for (const group of descendants(report).filter((item) => templateOf(item) === '1410')) {
    const children = itemsOf(group, TAG.ContentSequence);
    const of = (concept: string) => children.find((child) => conceptOf(child) === concept) ?? {};
    const [point] = itemsOf(of('operating-point 99OSTEON'), TAG.ConceptCodeSequence);
    const score = of('111012 DCM');
    const uid = textOf(of('112040 DCM'), TAG.UID);
    const [measured = {}] = itemsOf(score, TAG.MeasuredValueSequence);
    const percent = numberOf(measured, TAG.NumericValue);
    if (uid === undefined) throw new Error('a group has no tracking UID');
    const [purpose = {}] = itemsOf(of('130400 DCM'), TAG.ConceptCodeSequence);
    const region = numbersOf(of('111030 DCM'), TAG.GraphicData);
    const source = itemsOf(score, TAG.ContentSequence).find(
      (child) => textOf(child, TAG.ValueType) === 'SCOORD',
    );
    facts.set(uid, {
      certainty: textOf(point ?? {}, TAG.CodeValue),
      percent,
      box: numbersOf(source ?? {}, TAG.GraphicData),
      ...(textOf(purpose, TAG.CodeValue) === '111041' && { outline: region }),
    });
  }
  return facts;
}

/** Fractures of a presentation state: graphic objects by the layer that they lie on. */
export function presentationFacts(state: DataSet): FactsByUid {
  const facts = new Map<string, FractureFacts>();
  for (const annotation of itemsOf(state, TAG.GraphicAnnotationSequence)) {
    const isBox = textOf(annotation, TAG.GraphicLayer) === 'AI_BOXES';
    for (const graphic of itemsOf(annotation, TAG.GraphicObjectSequence)) {
      const uid = textOf(graphic, TAG.TrackingUID) ?? '';
      const [style = {}] = itemsOf(graphic, TAG.LineStyleSequence);
      const certainty = { SOLID: 'definite', DASHED: 'suspicious' }[
        textOf(style, TAG.LineDashingStyle) ?? ''
      ];
      const known = facts.get(uid);
      if (known && known.certainty !== certainty) throw new Error('one finding is drawn in two line styles');
      const data = numbersOf(graphic, TAG.GraphicData);
      facts.set(uid, { ...known, certainty, ...(isBox ? { box: data } : { outline: data }) });
    }
  }
  for (const annotation of itemsOf(state, TAG.GraphicAnnotationSequence)) {
    for (const text of itemsOf(annotation, TAG.TextObjectSequence)) {
      const uid = textOf(text, TAG.TrackingUID);
      const known = uid === undefined ? undefined : facts.get(uid);
      if (uid !== undefined && known) facts.set(uid, { ...known, ...saidIn(text, TAG.UnformattedTextValue) });
    }
  }
  return facts;
}

/** Fractures of a binary segmentation: the pixels of the frame that shows each segment. */
export function segmentationFacts(segmentation: DataSet, bytes: Uint8Array): FactsByUid {
  const pixels = (numberOf(segmentation, TAG.Rows) ?? 0) * (numberOf(segmentation, TAG.Columns) ?? 0);
  const frames = itemsOf(segmentation, TAG.PerFrameFunctionalGroupsSequence).map((group) =>
    numberOf(itemsOf(group, TAG.SegmentIdentificationSequence)[0] ?? {}, TAG.ReferencedSegmentNumber),
  );
  return new Map(
    itemsOf(segmentation, TAG.SegmentSequence).map((segment) => {
      const frame = frames.indexOf(numberOf(segment, TAG.SegmentNumber));
      const isSet = (pixel: number) => {
        const bit = frame * pixels + pixel;
        return ((bytes[Math.floor(bit / 8)] ?? 0) >> (bit % 8)) & 1;
      };
      const mask = Array.from({ length: pixels }, (_, pixel) => pixel).filter(isSet);
      return [textOf(segment, TAG.TrackingUID) ?? '', { ...saidIn(segment, TAG.SegmentLabel), mask }];
    }),
  );
}

/** Every item of a data set's content tree. */
export function descendants(dataSet: DataSet): readonly DataSet[] {
  return itemsOf(dataSet, TAG.ContentSequence).flatMap((item) => [item, ...descendants(item)]);
}

/** Every UID that a data set gives as Referenced SOP Instance UID, at any depth. */
export function referencedInstances(dataSet: DataSet): readonly string[] {
  return Object.entries(dataSet).flatMap(([tag, { vr, Value }]) => {
    if (tag === TAG.ReferencedSOPInstanceUID)
      return Value?.filter((value) => typeof value === 'string') ?? [];
    return vr === 'SQ' ? (Value ?? []).filter(isItem).flatMap(referencedInstances) : [];
  });
}

function templateOf(item: DataSet): string | undefined {
  return textOf(itemsOf(item, TAG.ContentTemplateSequence)[0] ?? {}, TAG.TemplateIdentifier);
}

function conceptOf(item: DataSet): string {
  const [concept = {}] = itemsOf(item, TAG.ConceptNameCodeSequence);
  return `${textOf(concept, TAG.CodeValue)} ${textOf(concept, TAG.CodingSchemeDesignator)}`;
}

/** Score and certainty of a text such as `fracture 87 % (definite)`. */
function saidIn(item: DataSet, tag: string): { percent: number; certainty: string } {
  const [, percent, certainty] = /^fracture ([\d.]+) % \((\w+)\)$/.exec(textOf(item, tag) ?? '') ?? [];
  if (percent === undefined || certainty === undefined)
    throw new Error('a text does not say score and certainty');
  return { percent: Number(percent), certainty };
}
