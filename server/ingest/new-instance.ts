/**
 * What is kept of an instance, put together from its header and its staged bytes.
 */
import { randomBytes } from 'node:crypto';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { InstanceHeader, InstanceIdentity } from '../../dicom/vocabulary/instance.ts';
import type { NewInstance } from '../storage/instance-rows.ts';
import { objectKeyOf, type StagedObject } from '../storage/object-store.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';

/** The UIDs that name an instance and its class. */
export function identityOf(header: InstanceHeader): InstanceIdentity {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid } = header;
  return { studyInstanceUid, seriesInstanceUid, sopInstanceUid, sopClassUid };
}

/** Under a key of its own: only this attempt to store may remove what lies there. */
export function newInstance(
  staged: Pick<StagedObject, 'sizeBytes' | 'sha256'>,
  header: InstanceHeader,
  { origin, sender }: Pick<StoredInstance, 'origin' | 'sender'>,
): NewInstance {
  return {
    ...identityOf(header),
    transferSyntaxUid: header.transferSyntaxUid,
    objectKey: objectKeyOf(header.sopInstanceUid, randomBytes(8).toString('hex')),
    sizeBytes: staged.sizeBytes,
    sha256: staged.sha256,
    metadata: inUnicode(header.attributes),
    origin,
    ...(sender ? { sender } : {}),
    ...(header.pixelData ? { pixelData: header.pixelData } : {}),
  };
}

/** The header's text is Unicode already, so its JSON form says so. The stored bytes keep their own character set. */
function inUnicode(attributes: DataSet): DataSet {
  if (!attributes[TAG.SpecificCharacterSet]) return attributes;
  return { ...attributes, [TAG.SpecificCharacterSet]: { vr: 'CS', Value: ['ISO_IR 192'] } };
}
