/**
 * What the services of the DIMSE process need of the server behind it. The process asks for it over its link; a test may
 * give it directly.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { InstanceSelection, StoredInstance, StoredPlace } from '../storage/stored-instance.ts';
import type { SearchQuery } from '../storage/search-sql.ts';
import type { AuditEvent } from '../security/audit-event.ts';
import type { CommitmentOutcome, InstanceReference } from './dimse-client.ts';
import type { DimsePeer } from './peer.ts';
import type { StagedFileName } from './staging.ts';

/** Who sends an instance to whom, and what it says that it sends. */
export interface StoreRequest {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly address: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** DIMSE status of a C-STORE, and the reason of a failure in words without patient data. */
export interface StoreAnswer {
  readonly status: number;
  readonly comment?: string;
}

/** What the server behind the DIMSE process does for it. */
export interface ServerSide {
  /** Keeps a staged file, durably, before it resolves; or refuses it. The file is the server's from now on. */
  keep(staged: StagedFileName, request: StoreRequest): Promise<StoreAnswer>;
  /** One page of a search. */
  search(search: SearchQuery): Promise<readonly DataSet[]>;
  /** The instances of selections, each once. */
  listPlaces(selections: readonly InstanceSelection[]): Promise<readonly StoredPlace[]>;
  findInstance(sopInstanceUid: string): Promise<StoredInstance | undefined>;
  /** Which of them are stored durably. */
  commitmentOf(instances: readonly InstanceReference[]): Promise<CommitmentOutcome>;
  /** Where an AE title listens; `undefined` where nobody knows. */
  destination(aeTitle: string): Promise<DimsePeer | undefined>;
  audit(event: AuditEvent): Promise<void>;
}
