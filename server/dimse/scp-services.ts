/**
 * What the services of the DIMSE process need of the server behind it. The process asks for it over its link; a test may
 * give it directly.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { AuditEvent } from '../security/audit-event.ts';
import type { InstanceSelection, StoredPlace } from '../storage/stored-instance.ts';
import type { SearchQuery } from '../storage/search-sql.ts';
import type { CommitmentOutcome, InstanceReference } from './dimse-client.ts';
import type { CommitmentReport, OwedReport } from './owed-reports.ts';
import type { DimsePeer } from './peer.ts';
import type { StepChange } from './procedure-step.ts';
import type { StepOutcome } from './procedure-step-records.ts';
import type { StagedFileName, StagingFolder } from './staging.ts';

/** Who sends an instance to whom, and what it says that it sends. */
export interface StoreRequest {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** DIMSE status of a C-STORE, and the reason of a failure in words without patient data. */
export interface StoreAnswer {
  readonly status: number;
  readonly comment?: string;
  /** The study of what is stored now. */
  readonly studyInstanceUid?: string;
}

/** What the server behind the DIMSE process does for it. */
export interface ServerSide {
  /** Keeps a staged file, durably, before it resolves; or refuses it. The file is the server's from now on. */
  keep(staged: StagedFileName, request: StoreRequest): Promise<StoreAnswer>;
  /** One page of a search, of what the node of this AE title may see. */
  search(search: SearchQuery, aeTitle: string): Promise<readonly DataSet[]>;
  /** The instances of selections, each once. */
  listPlaces(selections: readonly InstanceSelection[]): Promise<readonly StoredPlace[]>;
  /** Writes an instance in Explicit VR Little Endian to the staging folder; the file is the caller's. Rejects where that cannot be made. */
  convert(place: StoredPlace): Promise<string>;
  /** Which of them are stored durably. */
  commitmentOf(instances: readonly InstanceReference[]): Promise<CommitmentOutcome>;
  /** Keeps a report of commitment until it is settled, over any restart; its id. */
  owe(report: CommitmentReport): Promise<string>;
  /** The reports that are still owed. */
  owed(): Promise<readonly OwedReport[]>;
  /** A report was taken, or is given up. */
  settle(id: string): Promise<void>;
  /** Keeps a new performed procedure step; false when there is one of this UID. */
  createStep(sopInstanceUid: string, studyUids: readonly string[], aeTitle: string): Promise<boolean>;
  changeStep(sopInstanceUid: string, change: StepChange): Promise<StepOutcome>;
  audit(event: AuditEvent): Promise<void>;
}

/** The bytes of stored instances. */
export interface InstanceSource {
  /** The file as it is stored. */
  stream(objectKey: string): AsyncIterable<Uint8Array>;
  /** The file in Explicit VR Little Endian. Rejects where that cannot be made. */
  explicit(place: StoredPlace): Promise<AsyncIterable<Uint8Array>>;
}

/** Everything that services work with. */
export interface ScpServices {
  readonly aeTitle: string;
  readonly server: ServerSide;
  readonly source: InstanceSource;
  readonly folder: StagingFolder;
  /** False when the disk is so full that nothing more is taken. */
  hasRoom(): Promise<boolean>;
  /** Where an AE title listens; `undefined` where nobody knows. */
  destination(aeTitle: string): DimsePeer | undefined;
}
