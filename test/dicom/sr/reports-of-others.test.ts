/** Reports that we did not write: nothing of their content is lost, what is unknown is kept and said. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { buildResultSet } from '../../../dicom/results/index.ts';
import { outlineOf, type OutlineItem } from '../../../dicom/sr/report-outline.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import {
  itemsOf,
  type DataElement,
  type DataSet,
  type ElementValue,
} from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { dcmjsLike, everyValueType, highdicomLike, mammographyLike } from '../../support/foreign-reports.ts';
import { resultInput } from '../../support/result-inputs.ts';
import { sharedData } from '../../support/shared-data.ts';

/** Elements that say what an item is and not what it says; the meaning of a code follows from its value and scheme. */
const STRUCTURE = new Set<string>([
  TAG.RelationshipType,
  TAG.ValueType,
  TAG.ConceptNameCodeSequence,
  TAG.ContentSequence,
  TAG.ContentTemplateSequence,
  TAG.ContinuityOfContent,
  TAG.CodeMeaning,
]);

/** Every value that the content of a report says, as text, with the path to it. */
function saidBy(item: DataSet, path = ''): readonly (readonly [path: string, value: string])[] {
  const own = Object.entries(item)
    .filter(([tag]) => !STRUCTURE.has(tag))
    .flatMap(([tag, { Value = [] }]) => Value.flatMap((value) => primitives(value, `${path}/${tag}`)));
  const below = itemsOf(item, TAG.ContentSequence).flatMap((child, index) =>
    saidBy(child, `${path}/${index + 1}`),
  );
  return [...own, ...below];
}

function primitives(value: ElementValue, path: string): readonly (readonly [string, string])[] {
  if (value === null) return [];
  if (typeof value === 'string' || typeof value === 'number') return [[path, String(value)]];
  const parts = Object.entries(value as Readonly<Record<string, string | DataElement>>);
  return parts
    .filter(([tag]) => !STRUCTURE.has(tag))
    .flatMap(([tag, element]): readonly (readonly [string, string])[] =>
      typeof element === 'string'
        ? [[path, element]]
        : (element.Value ?? []).flatMap((inner) => primitives(inner, `${path}/${tag}`)),
    );
}

/** Everything that a report as it was read holds, as text. */
function heldBy(read: unknown): ReadonlySet<string> {
  const held = new Set<string>();
  JSON.stringify(read, (_key, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') held.add(String(value));
    return value;
  });
  return held;
}

/** What the content says and the reading does not hold. */
function lostOf(dataSet: DataSet): readonly (readonly [string, string])[] {
  const content = itemsOf(dataSet, TAG.ContentSequence).flatMap((item, index) =>
    saidBy(item, String(index + 1)),
  );
  const held = heldBy(readReport(dataSet));
  return content.filter(([, value]) => !held.has(value));
}

const MADE: Readonly<Record<string, DataSet>> = {
  'highdicom’s TID 1500 with a planar region': highdicomLike,
  'dcmjs’s TID 1500 with the region below the number': dcmjsLike,
  'a Mammography CAD report as Orthanc’s sample': mammographyLike,
  'a report with every value type': everyValueType,
};

describe.each(Object.entries(MADE))('%s', (_name, dataSet) => {
  it('loses nothing', () => {
    expect(lostOf(dataSet)).toEqual([]);
  });
});

describe('a group of others', () => {
  it.each([
    ['highdicom', highdicomLike],
    ['dcmjs', dcmjsLike],
  ])('of %s can be shown: region, number, finding', (_who, dataSet) => {
    const { unknownItems } = readReport(dataSet);
    const [group] = unknownItems.flatMap(({ group: found }) => found ?? []);
    expect(group).toMatchObject({
      trackingUid: '1.2.3.9',
      finding: { value: '72704001', scheme: 'SCT' },
      regions: [{ graphicType: 'POLYLINE', source: { sopInstanceUid: '1.2.3.4' } }],
      measurements: [{ value: 7.5, units: { value: 'mm' } }],
    });
    expect(group?.regions[0]?.points).toHaveLength(5);
  });

  it('that looks like ours but gives its certainty in other units is not taken for ours', () => {
    const [ours] = buildResultSet(resultInput());
    const other = JSON.parse(
      JSON.stringify(ours?.dataSet ?? {})
        .replaceAll('"%"', '"1"')
        .replaceAll('"Percent"', '"no units"'),
    ) as DataSet;
    const kinds = readReport(other).findings.map(({ kind }) => kind);
    expect(kinds).toEqual(['bone-age']);
  });
});

describe.skipIf(!sharedData())('the reports of others (needs ../shared/data)', () => {
  const folder = join(sharedData() ?? '', 'dicom');
  const manifest = sharedData() ? readFileSync(join(folder, 'manifest.csv'), 'utf8') : '';
  const paths = manifest
    .split('\n')
    .filter((line) => /,[^,]* SR Storage[^,]*,/.test(line))
    .flatMap((line) => line.split(',')[0] ?? []);

  it('are eight', () => {
    expect(paths).toHaveLength(8);
  });

  it.each(paths)('%s loses nothing, and everything unknown is said in words', (path) => {
    const { dataSet } = readPart10(readFileSync(join(folder, path)));
    expect(lostOf(dataSet)).toEqual([]);
    const said = readReport(dataSet).unknownItems.filter(({ valueType }) => valueType !== 'CONTAINER');
    expect(said.filter(({ text }) => text === undefined)).toEqual([]);
  });

  it.each(paths)('%s has each of its items in the outline', (path) => {
    const { dataSet } = readPart10(readFileSync(join(folder, path)));
    const count = (item: DataSet): number =>
      itemsOf(item, TAG.ContentSequence).reduce((sum, child) => sum + 1 + count(child), 0);
    const listed = (items: readonly OutlineItem[]): number =>
      items.reduce((sum, { children }) => sum + 1 + listed(children), 0);
    expect(listed(outlineOf(dataSet).children)).toBe(count(dataSet));
  });
});
