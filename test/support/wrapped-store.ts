/**
 * An object store, or one of its staged objects, in which some things are done in another way: counted, failed, delayed.
 */
import type { ObjectStore, StagedObject } from '../../server/storage/object-store.ts';

/** `store`, but for what is replaced. */
export function wrappedStore(store: ObjectStore, replaced: Partial<ObjectStore>): ObjectStore {
  return {
    stage: (...given) => store.stage(...given),
    read: (...given) => store.read(...given),
    stream: (...given) => store.stream(...given),
    lend: (...given) => store.lend(...given),
    delete: (...given) => store.delete(...given),
    stagedKeys: () => store.stagedKeys(),
    forgetStaged: (...given) => store.forgetStaged(...given),
    removeStaged: () => store.removeStaged(),
    ...replaced,
  };
}

/** `staged`, but for what is replaced. */
export function wrappedObject(staged: StagedObject, replaced: Partial<StagedObject>): StagedObject {
  return {
    sizeBytes: staged.sizeBytes,
    sha256: staged.sha256,
    read: (...given) => staged.read(...given),
    sync: () => staged.sync(),
    moveTo: (...given) => staged.moveTo(...given),
    discard: () => staged.discard(),
    ...replaced,
  };
}
