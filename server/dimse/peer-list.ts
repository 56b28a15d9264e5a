/**
 * The allow-list as it is written in a setting: `AE@HOST`, `AE@HOST:PORT`, `AE@NETWORK/BITS`, with `+tls` behind a port that
 * is spoken to by TLS; an address of IPv6 stands in brackets.
 */
import { isIP } from 'node:net';
import { isAeTitle } from './peer.ts';
import type { CallerRule } from './callers.ts';

const ENTRY = /^([^@]+)@(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?:\/(\d{1,3}))?(?::(\d{1,5})(\+tls)?)?$/i;
const MOST_PORT = 65_535;

/** One entry; `undefined` for what is none. AE title `*` is any; a network cannot be called, so it has no port. */
export function readPeer(text: string): CallerRule | undefined {
  const [, title = '', bracketed, plain = '', bits, portText, tls] = ENTRY.exec(text.trim()) ?? [];
  const aeTitle = title.trim();
  const host = bracketed ?? plain;
  if (!isAeTitle(aeTitle)) return undefined;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined;
  if (bits !== undefined) {
    const mostBits = { 0: -1, 4: 32, 6: 128 }[isIP(host)] ?? -1;
    if (Number(bits) > mostBits || portText !== undefined) return undefined;
    return { aeTitle, host: `${host}/${bits}` };
  }
  if (portText === undefined) return { aeTitle, host };
  const port = Number(portText);
  if (port < 1 || port > MOST_PORT || aeTitle === '*') return undefined;
  return { aeTitle, host, port, isTls: tls !== undefined };
}

/** Entries with commas between; `undefined` when one of them is none. */
export function readPeers(text: string): readonly CallerRule[] | undefined {
  const peers = text.split(',').map(readPeer);
  return peers.every((peer) => peer !== undefined) ? peers : undefined;
}
