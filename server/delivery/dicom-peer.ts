/**
 * A DICOM node of the routing file as it is called.
 */
import { readFile } from 'node:fs/promises';
import type { DimsePeer } from '../dimse/peer.ts';
import type { DicomDestinationSettings } from '../routing/rules-schema.ts';
import { DeliveryError } from './destination.ts';

/** Reads the files of its TLS settings, where it has any. Throws `DeliveryError` where one cannot be read. */
export async function dicomPeer({
  aeTitle,
  host,
  port,
  callingAeTitle,
  tls,
}: DicomDestinationSettings['dicom']): Promise<DimsePeer> {
  const peer = { aeTitle, host, port, ...(callingAeTitle === undefined ? {} : { callingAeTitle }) };
  if (typeof tls === 'boolean') return { ...peer, isTls: tls };
  const [key, certificate, authorities] = await Promise.all([tls.key, tls.certificate, tls.ca].map(textOf));
  return {
    ...peer,
    isTls: true,
    tls: {
      ...(key === undefined ? {} : { key }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(authorities === undefined ? {} : { authorities }),
    },
  };
}

async function textOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new DeliveryError('down', 'A file of the TLS settings cannot be read', { cause });
  });
}
