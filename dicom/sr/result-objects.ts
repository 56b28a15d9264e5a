/**
 * The other objects of a result set as the report names them, so that a reader of the root finds the rest. PS3.3
 * C.17.3.2.1 (value types), C.18.3 (Composite Object Reference macro).
 *
 * Trap: a segmentation and a secondary capture are images, a presentation state and a key object selection are not, and
 * an IMAGE item may name images only.
 */
import { OSTEON } from '../vocabulary/codes.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { composite, container, image, type ContentItem, type InstanceReference } from './content-items.ts';
import type { ContentNode } from './content-tree.ts';

const IMAGE_CLASSES: readonly string[] = [SOP_CLASS.segmentation, SOP_CLASS.secondaryCapture];

/** The container that names them; nothing where the report stands alone. */
export function resultObjects(siblings: readonly InstanceReference[]): readonly ContentItem[] {
  if (siblings.length === 0) return [];
  return [container('CONTAINS', OSTEON.resultObjects, siblings.map(referenceTo))];
}

function referenceTo({ sopClassUid, sopInstanceUid }: InstanceReference): ContentItem {
  const refer = IMAGE_CLASSES.includes(sopClassUid) ? image : composite;
  return refer('CONTAINS', OSTEON.resultObject, { sopClassUid, sopInstanceUid });
}

/** The objects that a report names as its siblings. */
export function readResultObjects(root: ContentNode): readonly InstanceReference[] {
  return root.childrenOf(OSTEON.resultObjects).flatMap((container) =>
    container.childrenOf(OSTEON.resultObject).flatMap((node) => {
      const reference = node.reference;
      node.isUsed = reference !== undefined;
      return reference ?? [];
    }),
  );
}
