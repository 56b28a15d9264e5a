/** Stored instances for tests, without a store. */
import { dataSetOf, type ElementInput, type Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import type { StoredInstance } from '../../../server/storage/stored-instance.ts';

/** A DX image with the given attributes; other fields by `overrides`. */
export function storedInstance(
  attributes: { readonly [K in Keyword]?: ElementInput } = {},
  overrides: Partial<StoredInstance> = {},
): StoredInstance {
  return {
    studyInstanceUid: '1.2.3',
    seriesInstanceUid: '1.2.3.1',
    sopInstanceUid: '1.2.3.1.1',
    sopClassUid: SOP_CLASS.digitalXRayForPresentation,
    transferSyntaxUid: TRANSFER_SYNTAX.explicitVrLittleEndian,
    objectKey: 'key',
    sizeBytes: 1,
    sha256: '0'.repeat(64),
    metadata: dataSetOf({ Modality: 'DX', ImageType: ['DERIVED', 'PRIMARY'], ...attributes }),
    storedAt: new Date(0),
    origin: 'stow',
    pixelData: { offset: 1000, length: 100, isEncapsulated: false },
    ...overrides,
  };
}
