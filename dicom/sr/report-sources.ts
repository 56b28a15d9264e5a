/**
 * The images a report speaks of, put together again: series and study from the evidence (PS3.3 C.17.2), size from
 * the image library (PS3.16 TID 1602).
 *
 * Trap: others write no sizes; rows and columns are then 0 and mean "not said".
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { itemsOf, textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import type { SourceImage } from '../vocabulary/finding.ts';
import type { ContentNode } from './content-tree.ts';
import type { LibraryEntry } from './image-library.ts';

interface Place {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** What the report as a whole says of its images, by SOP Instance UID. */
export class ReportSources {
  readonly #places = new Map<string, Place>();
  readonly #library: ReadonlyMap<string, LibraryEntry>;

  constructor(dataSet: DataSet, library: readonly LibraryEntry[]) {
    this.#library = new Map(library.map((entry) => [entry.sopInstanceUid, entry]));
    for (const tag of [TAG.CurrentRequestedProcedureEvidenceSequence, TAG.PertinentOtherEvidenceSequence]) {
      for (const study of itemsOf(dataSet, tag)) this.#addPlaces(study);
    }
  }

  /** The image an item points at; `undefined` when it points at none. */
  of(node: ContentNode): SourceImage | undefined {
    const reference = node.reference;
    if (!reference) return undefined;
    const { sopClassUid, sopInstanceUid, frameNumber = 1 } = reference;
    const place = this.#places.get(sopInstanceUid) ?? { studyInstanceUid: '', seriesInstanceUid: '' };
    const { rows = 0, columns = 0 } = this.#library.get(sopInstanceUid) ?? {};
    return { ...place, sopClassUid, sopInstanceUid, frameNumber, rows, columns };
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
}
