/**
 * The DICOM network, as the environment says it.
 */
import { resolve } from 'node:path';
import { z } from 'zod';

import type { CallerRule } from './dimse/callers.ts';
import { isAeTitle } from './dimse/peer.ts';
import { readPeers } from './dimse/peer-list.ts';
import type { TlsMaterial } from './dimse/tls.ts';
import type { SettingReader } from './setting-reader.ts';
import { portOrOff, wholeNumber } from './setting-values.ts';

/** How others reach us by DIMSE, and we them. */
export interface DimseConfiguration {
  readonly aeTitle: string;
  readonly host: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number | 'off';
  readonly tlsPort: number | 'off';
  /** PEM texts; the key is a secret. */
  readonly tls: TlsMaterial | undefined;
  /** Who may call; empty: whoever reaches the port. */
  readonly peers: readonly CallerRule[];
  readonly maxAssociations: number;
  readonly idleSeconds: number;
}

const LOOPBACK = /^(localhost|::1|127(\.\d{1,3}){3})$/;
/** An address, or a name of this machine. */
const HOST = /^(localhost|[0-9.]+|[0-9a-f:.]+)$/i;
const path = z.string().transform((text) => resolve(text));
const peerList = z.string().transform((text, context) => {
  const peers = readPeers(text);
  if (peers) return peers;
  context.addIssue('an entry that is none');
  return z.NEVER;
});

/** Reads it, and says what does not fit together. */
export function readDimse(read: SettingReader): DimseConfiguration {
  const dimse: DimseConfiguration = {
    aeTitle: read.one('OSTEON_AE_TITLE', z.string().refine(isAeTitle)),
    host: read.one('OSTEON_DIMSE_HOST', z.string().regex(HOST)),
    port: read.one('OSTEON_DIMSE_PORT', portOrOff),
    tlsPort: read.one('OSTEON_DIMSE_TLS_PORT', portOrOff),
    tls: readTls(read),
    peers: read.optional('OSTEON_DIMSE_PEERS', peerList) ?? [],
    maxAssociations: read.one('OSTEON_DIMSE_ASSOCIATIONS', wholeNumber(1, 1000)),
    idleSeconds: read.one('OSTEON_DIMSE_IDLE_SECONDS', wholeNumber(5, 86_400)),
  };
  const { host, peers, tls, tlsPort } = dimse;
  if (!LOOPBACK.test(host) && peers.length === 0) {
    read.fault(
      'OSTEON_DIMSE_HOST is not a loopback address, so other machines reach this one: set OSTEON_DIMSE_PEERS to those that may call',
    );
  }
  if (tlsPort !== 'off' && tls?.certificate === undefined) {
    read.fault('OSTEON_DIMSE_TLS_PORT needs OSTEON_DIMSE_TLS_CERTIFICATE and OSTEON_DIMSE_TLS_KEY');
  }
  return dimse;
}

function readTls(read: SettingReader): TlsMaterial | undefined {
  const text = (name: 'OSTEON_DIMSE_TLS_CERTIFICATE' | 'OSTEON_DIMSE_TLS_KEY' | 'OSTEON_DIMSE_TLS_CA') => {
    const file = read.optional(name, path);
    return file === undefined ? undefined : read.file(name, file);
  };
  const [certificate, key, authorities] = [
    text('OSTEON_DIMSE_TLS_CERTIFICATE'),
    text('OSTEON_DIMSE_TLS_KEY'),
    text('OSTEON_DIMSE_TLS_CA'),
  ];
  if ((certificate === undefined) !== (key === undefined)) {
    read.fault('OSTEON_DIMSE_TLS_CERTIFICATE and OSTEON_DIMSE_TLS_KEY belong together');
  }
  if (certificate === undefined && authorities === undefined) return undefined;
  return {
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
    ...(authorities === undefined ? {} : { authorities }),
  };
}
