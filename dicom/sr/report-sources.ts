/**
 * The images a report speaks of, put together again: series and study from the evidence (PS3.3 C.17.2), size from
 * the image library (PS3.16 TID 1602).
 *
 * Trap: others write no sizes; rows and columns are then 0 and mean "not said".
 */
import { DCM, UCUM } from '../vocabulary/codes.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import { itemsOf, textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import type { SourceImage } from '../vocabulary/finding.ts';
import type { ContentNode } from './content-tree.ts';

interface Place {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** What the report as a whole says of its images, by SOP Instance UID. */
export class ReportSources {
  readonly #places = new Map<string, Place>();
  readonly #sizes = new Map<string, { readonly rows: number; readonly columns: number }>();

  constructor(dataSet: DataSet, root: ContentNode) {
    for (const tag of [TAG.CurrentRequestedProcedureEvidenceSequence, TAG.PertinentOtherEvidenceSequence]) {
      for (const study of itemsOf(dataSet, tag)) this.#addPlaces(study);
    }
    for (const library of root.childrenOf(DCM.imageLibrary)) {
      for (const group of [library, ...library.childrenOf(DCM.imageLibraryGroup)]) this.#addSizes(group);
    }
  }

  /** The image an item points at; `undefined` when it points at none. */
  of(node: ContentNode): SourceImage | undefined {
    const reference = node.reference;
    if (!reference) return undefined;
    const { sopClassUid, sopInstanceUid, frameNumber = 1 } = reference;
    const place = this.#places.get(sopInstanceUid) ?? { studyInstanceUid: '', seriesInstanceUid: '' };
    const size = this.#sizes.get(sopInstanceUid) ?? { rows: 0, columns: 0 };
    return { ...place, sopClassUid, sopInstanceUid, frameNumber, ...size };
  }

  #addPlaces(study: DataSet): void {
    const studyInstanceUid = textOf(study, TAG.StudyInstanceUID) ?? '';
    for (const series of itemsOf(study, TAG.ReferencedSeriesSequence)) {
      const seriesInstanceUid = textOf(series, TAG.SeriesInstanceUID) ?? '';
      for (const instance of itemsOf(series, TAG.ReferencedSOPSequence)) {
        const sopInstanceUid = textOf(instance, TAG.ReferencedSOPInstanceUID);
        if (sopInstanceUid !== undefined)
          this.#places.set(sopInstanceUid, { studyInstanceUid, seriesInstanceUid });
      }
    }
  }

  #addSizes(group: ContentNode): void {
    for (const entry of group.children.filter(({ valueType }) => valueType === 'IMAGE')) {
      entry.isUsed = true;
      const sopInstanceUid = entry.reference?.sopInstanceUid;
      const rows = entry.numberOf(DCM.pixelDataRows, UCUM.pixels);
      const columns = entry.numberOf(DCM.pixelDataColumns, UCUM.pixels);
      if (sopInstanceUid === undefined || !isSize(rows) || !isSize(columns)) continue;
      this.#sizes.set(sopInstanceUid, { rows, columns });
    }
  }
}

function isSize(value: number | undefined): value is number {
  return Number.isInteger(value) && value !== undefined && value > 0;
}
