/**
 * What every result object says of its makers and sources. PS3.3 C.7.5.1, C.12.1; IHE AIR (Processing Equipment).
 *
 * Trap: the system and each algorithm are contributing equipment of their own, and each must equal what the report says of
 * it: the system in TID 1004, an algorithm in TID 4019.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { codeItem, referenceItem } from '../sr/content-items.ts';
import { modelKey } from '../sr/model-identification.ts';
import { DCM } from '../vocabulary/codes.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { INTENDED_USE_NOTICE, type ImageOutcome, type ModelIdentity } from '../vocabulary/finding.ts';
import { MANUFACTURER, parseUid } from '../vocabulary/uids.ts';
import { deviceUidOf } from './identifiers.ts';
import type { ReferencedInstance, ResultSetInput } from './input.ts';

/** Date and time of `performedAt`. Throws `invalid-value` for anything but fourteen digits. */
export function performedDateTime(performedAt: string): { readonly date: string; readonly time: string } {
  if (!/^\d{14}$/.test(performedAt)) {
    throw new PacsError('invalid-value', 'performedAt must be fourteen digits, YYYYMMDDHHMMSS');
  }
  return { date: performedAt.slice(0, 8), time: performedAt.slice(8) };
}

/** General Equipment and SOP Common, with Contributing Equipment items for the system and each model. PS3.3 C.7.5.1, C.12.1. */
export function equipmentAndCommon(input: ResultSetInput): DataSet {
  const { date, time } = performedDateTime(input.performedAt);
  const outcomes = input.images.map(({ outcome }) => outcome);
  const isSynthetic = input.images.some(({ metadata }) => textOf(metadata, TAG.SyntheticData) === 'YES');
  const models = modelsOf(outcomes);
  return dataSetOf({
    SpecificCharacterSet: 'ISO_IR 192',
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    SyntheticData:
      isSynthetic || textOf(input.studyAttributes, TAG.SyntheticData) === 'YES' ? 'YES' : undefined,
    Manufacturer: MANUFACTURER,
    ManufacturerModelName: MANUFACTURER,
    DeviceUID: parseUid(input.observer.uid, 'observer.uid'),
    SoftwareVersions: input.softwareVersion,
    ContributingEquipmentSequence: [
      systemContribution(input),
      ...models.map((model) => contribution(model, input.performedAt)),
    ],
  });
}

/** Every model that was to run or spoke, once, in order of appearance. */
export function modelsOf(outcomes: readonly ImageOutcome[]): readonly ModelIdentity[] {
  const models = new Map<string, ModelIdentity>();
  for (const { runs, findings } of outcomes) {
    for (const { model } of [...runs, ...findings]) models.set(modelKey(model), model);
  }
  return [...models.values()];
}

/** The system as TID 1004 names it. */
function systemContribution({ observer, softwareVersion, performedAt }: ResultSetInput): DataSet {
  return dataSetOf({
    PurposeOfReferenceCodeSequence: [codeItem(DCM.processingEquipment)],
    Manufacturer: MANUFACTURER,
    ManufacturerModelName: MANUFACTURER,
    SoftwareVersions: softwareVersion,
    DeviceUID: parseUid(observer.uid, 'observer.uid'),
    ContributionDateTime: performedAt,
    ContributionDescription: INTENDED_USE_NOTICE,
  });
}

/** An algorithm as TID 4019 names it. PS3.3 C.12.1.1.5. */
function contribution(model: ModelIdentity, performedAt: string): DataSet {
  return dataSetOf({
    PurposeOfReferenceCodeSequence: [codeItem(DCM.processingEquipment)],
    Manufacturer: model.manufacturer,
    ManufacturerModelName: model.name,
    SoftwareVersions: model.version,
    DeviceUID: deviceUidOf(model),
    ContributionDateTime: performedAt,
    ContributionDescription: INTENDED_USE_NOTICE,
  });
}

/** Instances by study and series, each once and without frames, as evidence and predecessors are told. PS3.3 Table C.17-3b. */
export function hierarchicalReferences(instances: readonly ReferencedInstance[]): readonly DataSet[] {
  return [...groupedBy(instances, ({ studyInstanceUid }) => studyInstanceUid)].map(([study, inStudy]) =>
    dataSetOf({
      StudyInstanceUID: parseUid(study, 'StudyInstanceUID'),
      ReferencedSeriesSequence: [...groupedBy(inStudy, ({ seriesInstanceUid }) => seriesInstanceUid)].map(
        ([series, inSeries]) =>
          dataSetOf({
            SeriesInstanceUID: parseUid(series, 'SeriesInstanceUID'),
            ReferencedSOPSequence: [...groupedBy(inSeries, ({ sopInstanceUid }) => sopInstanceUid).values()]
              .flatMap(([instance]) => (instance ? [instance] : []))
              .map(({ sopClassUid, sopInstanceUid }) => referenceItem({ sopClassUid, sopInstanceUid })),
          }),
      ),
    }),
  );
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
