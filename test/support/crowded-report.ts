/**
 * A report with as many findings as one likes: its own fracture, `fracture-1`, copied with other coordinates.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';

/** A closed box of 12 by 16 pixels in one of a hundred columns and rows of an image of 300 by 400, as a polyline. */
export function gridBox(index: number): readonly number[] {
  const [x, y] = [(index % 100) * 2.8, Math.floor(index / 100) * 3.8];
  return [x, y, x + 12, y, x + 12, y + 16, x, y + 16, x, y];
}

/** Adds findings to the report until it has `count` of them; `graphicOf` gives GraphicData by number, from 2. */
export function crowd(report: DataSet, count: number, graphicOf = gridBox): void {
  const groups = measurementGroups(report);
  const text = JSON.stringify(groups.find((item) => JSON.stringify(item).includes('"fracture-1"')));
  for (let index = 2; index <= count; index += 1) {
    const moved: unknown = JSON.parse(
      text.replaceAll('"fracture-1"', `"fracture-${index}"`),
      (key, value: unknown) =>
        key === TAG.GraphicData && typeof value === 'object' ? { ...value, Value: graphicOf(index) } : value,
    );
    groups.push(moved as DataSet);
  }
}

/** The list of the report's Measurement Groups itself, to be added to. */
function measurementGroups(item: DataSet): DataSet[] {
  const children = (item[TAG.ContentSequence]?.Value ?? []) as DataSet[];
  const isGroup = (child: DataSet) =>
    JSON.stringify(child[TAG.ConceptNameCodeSequence] ?? '').includes('"125007"');
  if (children.some(isGroup)) return children;
  return children.map(measurementGroups).find((found) => found.length > 0) ?? [];
}
