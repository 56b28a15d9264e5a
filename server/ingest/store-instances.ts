/**
 * Stores one instance: stage → read the header → sync and reserve → move to its key → commit its row.
 *
 * What arrives is what is kept: nothing is coerced. An outcome `stored` or `identical` means bytes and row are
 * durable; every failure before that leaves nothing visible and nothing behind (PS3.18 10.5, PS3.4 B.2.3).
 * Trap: when the connection breaks during COMMIT nobody knows whether the row is there; the bytes must then stay.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ReadLimits } from '../../dicom/read/part10-reader.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceHeader, InstanceIdentity } from '../../dicom/vocabulary/instance.ts';
import { CommitUnknownError, inTransaction } from '../storage/database.ts';
import type { Pool, PoolClient } from '../storage/database.ts';
import { findOrReserve, insertInstance, lockInstance, releaseObject } from '../storage/instance-rows.ts';
import type { NewInstance } from '../storage/instance-rows.ts';
import type { ByteRange, ObjectStore, StagedObject } from '../storage/object-store.ts';
import { findInstance } from '../storage/study-index.ts';
import type { Origin, Sender, StoredInstance } from '../storage/stored-instance.ts';
import { differenceBetween } from './duplicate-difference.ts';
import { requireExpected, type Expectations } from './expectations.ts';
import { identityOf, newInstance } from './new-instance.ts';
import { isSameDataSet, type ReadBytes } from './same-data-set.ts';
import { readStagedHeader } from './staged-header.ts';

/** What became of one instance. `refused` is a value, not an exception: the rest of a batch goes on. */
export type StoreOutcome =
  | { readonly status: 'stored' | 'identical'; readonly instance: StoredInstance }
  | {
      readonly status: 'refused';
      readonly failure: PacsError;
      /** As much of the identity as could be read. */
      readonly identity: Partial<InstanceIdentity>;
    };

export interface StoreOptions extends Expectations {
  readonly origin: Origin;
  /** Absent for what came by another way than DIMSE. */
  readonly sender?: Sender;
}

/** What others do when an instance is stored. Not called for `identical`. */
export interface StoreHooks {
  /** Runs inside the transaction that makes the instance visible; a failure undoes the store. */
  inTransaction?(client: PoolClient, instance: StoredInstance): Promise<void>;
  /** Runs after the commit. A failure is the hook's own business: it cannot undo the store. */
  afterCommit?(instance: StoredInstance): void;
}

export interface InstanceStoreOptions {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly hooks?: StoreHooks;
  /** Largest object taken in, in bytes; larger ones are refused as `too-large`. Default 4 GiB. */
  readonly maxObjectBytes?: number;
  /** What the data set of an instance may hold, and a deflated one inflate to; beyond it an instance is refused as `too-large`. */
  readonly readLimits?: ReadLimits;
  /** Told what could not be undone; the next start's repair will. */
  readonly onLeftover?: (error: PacsError) => void;
  /** Told of a refusal whose reason is a fault of ours, which the sender's answer does not explain. */
  readonly onFault?: (error: PacsError) => void;
  /** Told what became of each instance. */
  readonly onOutcome?: (status: StoreOutcome['status']) => void;
}

/** An instance whose bytes have all arrived, and are not yet kept. `keep` must be called, once. */
export interface ReceivedInstance {
  /** Keeps it, or refuses it; never rejects. */
  keep(): Promise<StoreOutcome>;
}

const DEFAULT_MAX_OBJECT_BYTES = 4 * 1024 ** 3;
/** A database that went away during COMMIT is asked what it did until it is back, so long in all. */
const SETTLE_MS = 20_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 1000;

/** Nobody can say whether the row was committed. The object stays, and its name among the staged ones: a repair can tell. */
class UnsettledError extends PacsError {}

export class InstanceStore {
  readonly #pool: Pool;
  readonly #objects: ObjectStore;
  readonly #hooks: StoreHooks;
  readonly #maxObjectBytes: number;
  readonly #readLimits: ReadLimits;
  readonly #onLeftover: (error: PacsError) => void;
  readonly #onFault: (error: PacsError) => void;
  readonly #onOutcome: (status: StoreOutcome['status']) => void;

  constructor(options: InstanceStoreOptions) {
    this.#pool = options.pool;
    this.#objects = options.objects;
    this.#hooks = options.hooks ?? {};
    this.#maxObjectBytes = options.maxObjectBytes ?? DEFAULT_MAX_OBJECT_BYTES;
    this.#readLimits = options.readLimits ?? {};
    this.#onLeftover = options.onLeftover ?? (() => undefined);
    this.#onFault = options.onFault ?? (() => undefined);
    this.#onOutcome = options.onOutcome ?? (() => undefined);
  }

  /**
   * Stores the Part 10 bytes of `body`, never holding more than a header of them. Throws only what `body` throws
   * (a broken request); everything else is an outcome.
   */
  async store(body: AsyncIterable<Uint8Array>, options: StoreOptions): Promise<StoreOutcome> {
    return await (await this.receive(body, options)).keep();
  }

  /**
   * The first half of {@link store}: reads `body` to its end, so that the next one can be read while this one is kept. Throws
   * as `store` does.
   */
  async receive(body: AsyncIterable<Uint8Array>, options: StoreOptions): Promise<ReceivedInstance> {
    let staged: StagedObject;
    try {
      staged = await this.#objects.stage(body, { maxBytes: this.#maxObjectBytes });
    } catch (error) {
      if (!isOwnStageFailure(error)) throw error;
      return { keep: () => Promise.resolve(this.#told(refused(error, {}))) };
    }
    return await this.receiveStaged(staged, options);
  }

  /** The same for bytes that are staged already; they are the store's from now on. Never rejects. */
  async receiveStaged(staged: StagedObject, options: StoreOptions): Promise<ReceivedInstance> {
    let header: InstanceHeader;
    try {
      header = await readStagedHeader(staged, this.#readLimits);
    } catch (error) {
      return { keep: () => this.#end(staged, {}, () => Promise.reject(asPacsError(error))) };
    }
    const identity = identityOf(header);
    return {
      keep: () =>
        this.#end(staged, identity, async () => {
          requireExpected(identity, options);
          return await this.#keep(staged, header, options);
        }),
    };
  }

  /** The end of a store: what became of it, with nothing left staged unless nobody knows. */
  async #end(
    staged: StagedObject,
    identity: Partial<InstanceIdentity>,
    keep: () => Promise<StoreOutcome>,
  ): Promise<StoreOutcome> {
    let outcome: StoreOutcome;
    try {
      outcome = await keep();
    } catch (error) {
      const failure = asPacsError(error);
      if (failure.kind === 'internal') this.#onFault(failure);
      outcome = refused(failure, identity);
    }
    if (outcome.status === 'refused' && outcome.failure instanceof UnsettledError) {
      this.#onLeftover(outcome.failure);
    } else await this.#undo(() => staged.discard());
    return this.#told(outcome);
  }

  #told(outcome: StoreOutcome): StoreOutcome {
    this.#onOutcome(outcome.status);
    return outcome;
  }

  async #keep(staged: StagedObject, header: InstanceHeader, options: StoreOptions): Promise<StoreOutcome> {
    const instance = newInstance(staged, header, options);
    const { objectKey, sopInstanceUid } = instance;
    const [synced, known] = await Promise.allSettled([
      staged.sync(),
      findOrReserve(this.#pool, objectKey, sopInstanceUid),
    ]);
    if (known.status === 'rejected') throw known.reason;
    if (known.value) return await this.#compared(known.value, instance, (range) => staged.read(range));
    try {
      if (synced.status === 'rejected') throw synced.reason;
      await staged.moveTo(objectKey);
      const outcome = await inTransaction(this.#pool, (client) => this.#commit(client, instance));
      if (outcome.status === 'stored') this.#hooks.afterCommit?.(outcome.instance);
      else await this.#takeBack(objectKey);
      return outcome;
    } catch (error) {
      return await this.#recover(error, objectKey, sopInstanceUid);
    }
  }

  /** The body of the transaction. Another store of the same UID waits in it until this one is over. */
  async #commit(client: PoolClient, instance: NewInstance): Promise<StoreOutcome> {
    const stored = await insertInstance(client, instance);
    if (stored) {
      await this.#hooks.inTransaction?.(client, stored);
      return { status: 'stored', instance: stored };
    }
    const rival = await findInstance(client, instance.sopInstanceUid);
    if (rival) {
      const read = (range: ByteRange) => this.#objects.read(instance.objectKey, range);
      return await this.#compared(rival, instance, read);
    }
    throw new PacsError(
      'storage-unavailable',
      'The reservation of an object was taken back during its store',
    );
  }

  /** Same UID: the same data set is a success that changes nothing, another is refused. */
  async #compared(known: StoredInstance, offered: NewInstance, read: ReadBytes): Promise<StoreOutcome> {
    const isSame =
      known.sha256 === offered.sha256 ||
      (await isSameDataSet(
        { ...known, read: (range) => this.#objects.read(known.objectKey, range) },
        { ...offered, read },
      ));
    if (isSame) return { status: 'identical', instance: known };
    throw new PacsError(
      'duplicate-instance',
      `Differs in ${differenceBetween(known, offered)} from the stored instance of this SOP Instance UID (0008,0018)`,
    );
  }

  /** After a failed transaction: removes the bytes, unless the commit may have succeeded after all. */
  async #recover(error: unknown, objectKey: string, sopInstanceUid: string): Promise<StoreOutcome> {
    if (error instanceof CommitUnknownError) {
      const found = await this.#settled(sopInstanceUid);
      if (found?.objectKey === objectKey) {
        this.#hooks.afterCommit?.(found);
        return { status: 'stored', instance: found };
      }
    }
    await this.#takeBack(objectKey);
    throw error;
  }

  /** Removes an object that no row owns, and then its reservation. */
  async #takeBack(objectKey: string): Promise<void> {
    await this.#undo(async () => {
      await this.#objects.delete(objectKey);
      await releaseObject(this.#pool, objectKey);
    });
  }

  /** The row as it is once the lost transaction is over. Throws {@link UnsettledError} when the database stays away. */
  async #settled(sopInstanceUid: string): Promise<StoredInstance | undefined> {
    const until = Date.now() + SETTLE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await this.#findAlone(sopInstanceUid);
      } catch (cause) {
        const { kind, message } = asPacsError(cause);
        if (Date.now() + pause > until) throw new UnsettledError(kind, message, { cause });
      }
      await wait(pause);
    }
  }

  /** The row as it is once every transaction on this UID is over: the lost one may still be committing. */
  async #findAlone(sopInstanceUid: string): Promise<StoredInstance | undefined> {
    return await inTransaction(this.#pool, async (client) => {
      await lockInstance(client, sopInstanceUid);
      return await findInstance(client, sopInstanceUid);
    });
  }

  /** Cleans up; a failure to do so is reported, and never hides the outcome. */
  async #undo(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#onLeftover(asPacsError(error, 'storage-unavailable'));
    }
  }
}

/** Failures of staging that are ours, as opposed to those of the body that is being read. */
function isOwnStageFailure(error: unknown): error is PacsError {
  return error instanceof PacsError && (error.kind === 'too-large' || error.kind === 'storage-unavailable');
}

function refused(failure: PacsError, identity: Partial<InstanceIdentity>): StoreOutcome {
  return { status: 'refused', failure, identity };
}
