/**
 * The moment of a run as DICOM DT, in the time zone that the study states.
 *
 * Timezone Offset From UTC (0008,0201) is carried over from the source into every result, so the result's times must be
 * in that zone; without it they are in the server's.
 */
import { type DataSet, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';

/** `YYYYMMDDHHMMSS` of a moment, for the study that `metadata` belongs to. */
export function performedAtOf(moment: Date, metadata: DataSet): string {
  const minutes = offsetMinutesOf(textOf(metadata, TAG.TimezoneOffsetFromUTC)) ?? -moment.getTimezoneOffset();
  return new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
}

function offsetMinutesOf(text: string | undefined): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d{2})(\d{2})$/.exec(text?.trim() ?? '') ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
