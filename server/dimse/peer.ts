/**
 * Other application entities: where they listen and how they are spoken to. PS3.8 7.1.1, PS3.15 B.9.
 */
import type { TlsMaterial } from './tls.ts';

/** An application entity that can be called. */
export interface DimsePeer {
  /** Its AE title: 1 to 16 characters. */
  readonly aeTitle: string;
  /** Host name or address. */
  readonly host: string;
  readonly port: number;
  /** True where it is spoken to by TLS. */
  readonly isTls?: boolean;
  /** What it is shown by TLS; absent: what the listener has, else no certificate of ours and the authorities of the system. */
  readonly tls?: TlsMaterial;
  /** The title that we call ourselves to it; absent: our own. */
  readonly callingAeTitle?: string;
}

/** Value representation AE: 1 to 16 characters without backslash and control characters, not only spaces. PS3.5 Table 6.2-1. */
export function isAeTitle(text: string): boolean {
  return /^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(text) && text.trim() !== '';
}
