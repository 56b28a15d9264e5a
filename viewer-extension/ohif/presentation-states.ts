/**
 * Our presentation states as display sets: what they hold is drawn from the report already, so they need no drag and
 * get no warning sign. Those of other makers are left to the host.
 */
import { MANUFACTURER, SOP_CLASS } from '../../dicom/vocabulary/uids.ts';

interface Instance {
  readonly SOPInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly StudyInstanceUID: string;
  readonly SOPClassUID: string;
  readonly Manufacturer?: unknown;
  readonly SeriesDescription?: unknown;
  readonly SeriesNumber?: unknown;
  readonly SeriesDate?: unknown;
}

export const HANDLER_NAME = 'osteon-presentation-states';

/** The handler as OHIF takes it; a mode must list it before the more general ones. */
export function presentationStateHandler(extensionId: string) {
  return {
    name: HANDLER_NAME,
    sopClassUids: [SOP_CLASS.grayscaleSoftcopyPresentationState],
    getDisplaySetsFromSeries: (instances: readonly Instance[]) => {
      const own = instances.filter(({ Manufacturer }) => Manufacturer === MANUFACTURER);
      const [first] = own;
      if (!first) return [];
      return [
        {
          Modality: 'PR',
          displaySetInstanceUID: `osteon-pr-${first.SeriesInstanceUID}`,
          SeriesDescription: first.SeriesDescription,
          SeriesNumber: first.SeriesNumber,
          SeriesDate: first.SeriesDate,
          SOPInstanceUID: first.SOPInstanceUID,
          SeriesInstanceUID: first.SeriesInstanceUID,
          StudyInstanceUID: first.StudyInstanceUID,
          SOPClassHandlerId: `${extensionId}.sopClassHandlerModule.${HANDLER_NAME}`,
          SOPClassUID: first.SOPClassUID,
          instances: own,
          instance: first,
          // It is no image of its own; the report's overlay shows what it says.
          excludeFromThumbnailBrowser: true,
          isOverlayDisplaySet: true,
          isDerivedDisplaySet: true,
          isLoaded: true,
        },
      ];
    },
  };
}
