/**
 * A report read back: ours in full, those of others as far as TID 1500 goes (PS3.16), the rest kept and told.
 * Browser-safe: the viewer reads what the server stored with this very function.
 *
 * Trap: a report may come from anyone. Texts are data, never markup; nothing here throws but a `PacsError`.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, OSTEON, UMLS } from '../vocabulary/codes.ts';
import type { DataSet, PersonName } from '../vocabulary/data-set.ts';
import { itemsOf, personNameOf, textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { asPacsError, PacsError } from '../vocabulary/failure.ts';
import type { ModelIdentity } from '../vocabulary/finding.ts';
import type { ReaderStatement } from '../vocabulary/review.ts';
import type { InstanceReference } from './content-items.ts';
import { ContentNode } from './content-tree.ts';
import { readGroups, type ReportFinding } from './group-reader.ts';
import { readLibrary, type LibraryEntry } from './image-library.ts';
import { readStatus, type ImageStatus } from './image-statements.ts';
import { modelKey } from './model-identification.ts';
import { readResultObjects } from './result-objects.ts';
import { otherGroupOf, type OtherGroup } from './other-groups.ts';
import { valueOf } from './report-outline.ts';
import { ReportSources } from './report-sources.ts';

export type { OtherGroup, OtherRegion } from './other-groups.ts';
export type { ReportFinding } from './group-reader.ts';
export type { ImageStatus } from './image-statements.ts';

/** A content item that no reader understood, with all below it. */
export interface UnknownItem {
  /** Meanings of the concepts that lead to it, the root's first. */
  readonly path: readonly string[];
  readonly valueType: string;
  readonly concept?: Code;
  /** Its value in words where it has one. */
  readonly text?: string;
  readonly item: DataSet;
  /** Where it is a Measurement Group: what can be shown of it. */
  readonly group?: OtherGroup;
}

/** Who made the report. TID 1004; each is absent where the report does not say. */
export interface ReportObserver {
  readonly uid?: string;
  readonly name?: string;
  readonly manufacturer?: string;
  readonly modelName?: string;
}

/** Who took responsibility. PS3.3 Table C.17-2, Verifying Observer Sequence. */
export interface Verifier {
  readonly name: PersonName;
  readonly organization: string;
  /** DICOM DT. */
  readonly verifiedAt: string;
}

export interface Report {
  /** Language of the texts; `undefined` where the report does not say. TID 1204. */
  readonly language: Code | undefined;
  /** Concept name of the root; `undefined` when it has none. */
  readonly title: Code | undefined;
  readonly observer: ReportObserver;
  readonly procedure: Code | undefined;
  /** True only for VERIFIED. PS3.3 C.17.2. */
  readonly isVerified: boolean;
  /** Who signed it and when; empty for a report that nobody verified. */
  readonly verifiers: readonly Verifier[];
  /** Content Date and Time as `YYYYMMDDHHMMSS` with a fraction where given; `undefined` without a date. */
  readonly contentDateTime: string | undefined;
  /** Every model that ran or spoke, once. */
  readonly models: readonly ModelIdentity[];
  /** The images that it looked at, as it describes them. */
  readonly library: readonly LibraryEntry[];
  /** Those that a reader rejected among them. */
  readonly findings: readonly ReportFinding[];
  /** What the reader states beside the models. */
  readonly statements: readonly ReaderStatement[];
  readonly images: readonly ImageStatus[];
  /** CID 6047. */
  readonly runSummary: Code | undefined;
  /** What must be shown to the reader: intended use, licence. */
  readonly notices: readonly string[];
  /** SOP Instance UIDs of the reports this one follows. */
  readonly predecessorUids: readonly string[];
  /** The other objects of its result set. */
  readonly siblings: readonly InstanceReference[];
  readonly unknownItems: readonly UnknownItem[];
  /** What was left aside and why, in words without patient data. */
  readonly remarks: readonly string[];
}

/** Reads a structured report. Throws `malformed-dicom` when the data set is not one or is nested absurdly. */
export function readReport(dataSet: DataSet): Report {
  try {
    return readTrusted(dataSet);
  } catch (error) {
    throw asPacsError(error, 'malformed-dicom');
  }
}

function readTrusted(dataSet: DataSet): Report {
  const root = new ContentNode(dataSet);
  if (root.valueType !== 'CONTAINER') {
    throw new PacsError(
      'malformed-dicom',
      'ValueType of the root is not CONTAINER; expected a structured report',
    );
  }
  root.isUsed = true;
  const library = readLibrary(root);
  const sources = new ReportSources(dataSet, library);
  const remarks: string[] = [];
  const groups = [DCM.imagingMeasurements, OSTEON.rejectedFindings].flatMap((concept) =>
    root.childrenOf(concept).flatMap((container) => container.childrenOf(DCM.measurementGroup)),
  );
  const { findings, statements } = readGroups(groups, sources, (text) => remarks.push(text));
  const evaluations = readEvaluations(root, sources);
  const date = textOf(dataSet, TAG.ContentDate);
  return {
    title: root.concept,
    language: root.codeOf(DCM.languageOfContentItemAndDescendants),
    ...readHead(root),
    isVerified: textOf(dataSet, TAG.VerificationFlag) === 'VERIFIED',
    verifiers: itemsOf(dataSet, TAG.VerifyingObserverSequence).flatMap(readVerifier),
    contentDateTime: date && `${date}${textOf(dataSet, TAG.ContentTime) ?? ''}`,
    models: uniqueModels([...evaluations.images.flatMap(({ runs }) => runs), ...findings]),
    library,
    findings,
    statements,
    ...evaluations,
    predecessorUids: predecessorUids(dataSet),
    siblings: readResultObjects(root),
    unknownItems: unknownItems(root, sources),
    remarks,
  };
}

function readVerifier(item: DataSet): readonly Verifier[] {
  const name = personNameOf(item, TAG.VerifyingObserverName);
  const organization = textOf(item, TAG.VerifyingOrganization) ?? '';
  const verifiedAt = textOf(item, TAG.VerificationDateTime) ?? '';
  return name ? [{ name, organization, verifiedAt }] : [];
}

function readHead(root: ContentNode): Pick<Report, 'observer' | 'procedure'> {
  root.codeIs(DCM.observerType, DCM.device);
  const uid = root.textOf(DCM.deviceObserverUid);
  const name = root.textOf(DCM.deviceObserverName);
  const manufacturer = root.textOf(DCM.deviceObserverManufacturer);
  const modelName = root.textOf(DCM.deviceObserverModelName);
  return {
    observer: {
      ...(uid !== undefined && { uid }),
      ...(name !== undefined && { name }),
      ...(manufacturer !== undefined && { manufacturer }),
      ...(modelName !== undefined && { modelName }),
    },
    procedure: root.codeOf(DCM.procedureReported),
  };
}

function readEvaluations(
  root: ContentNode,
  sources: ReportSources,
): Pick<Report, 'images' | 'runSummary' | 'notices'> {
  const containers = root.childrenOf(UMLS.qualitativeEvaluations);
  const images = containers.flatMap((container) =>
    container.childrenOf(OSTEON.analysisStatus).flatMap((node) => {
      const status = readStatus(node, (where) => sources.of(where));
      node.isUsed = status !== undefined;
      return status ?? [];
    }),
  );
  const notices = containers.flatMap((container) =>
    [OSTEON.intendedUse, OSTEON.licenceNotice].flatMap((concept) => container.textOf(concept) ?? []),
  );
  const [runSummary] = containers.flatMap(
    (container) => container.codeOf(DCM.cadProcessingAndFindingsSummary) ?? [],
  );
  return { images, runSummary, notices };
}

function uniqueModels(speakers: readonly { readonly model: ModelIdentity }[]): readonly ModelIdentity[] {
  return [...new Map(speakers.map(({ model }) => [modelKey(model), model])).values()];
}

function predecessorUids(dataSet: DataSet): readonly string[] {
  return itemsOf(dataSet, TAG.PredecessorDocumentsSequence)
    .flatMap((study) => itemsOf(study, TAG.ReferencedSeriesSequence))
    .flatMap((series) => itemsOf(series, TAG.ReferencedSOPSequence))
    .flatMap((instance) => textOf(instance, TAG.ReferencedSOPInstanceUID) ?? []);
}

function unknownItems(
  node: ContentNode,
  sources: ReportSources,
  path: readonly string[] = [],
): readonly UnknownItem[] {
  const below = [...path, node.concept?.meaning ?? node.valueType];
  return node.children.flatMap((child) => {
    if (child.isUsed) return unknownItems(child, sources, below);
    const text = valueOf(child);
    const group = otherGroupOf(child, sources);
    return [
      {
        path: below,
        valueType: child.valueType,
        item: child.item,
        ...(child.concept && { concept: child.concept }),
        ...(text !== '' && { text }),
        ...(group && { group }),
      },
    ];
  });
}
