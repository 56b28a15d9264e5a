/**
 * TLS as the BCP 195 profile wants it: versions 1.2 and 1.3, forward secrecy, authenticated encryption. PS3.15 B.9, RFC 9325.
 */
import type { SecureContextOptions } from 'node:tls';

/** Keys and certificates in PEM. */
export interface TlsMaterial {
  /** Absent with `certificate`: we show none. */
  readonly key?: string;
  readonly certificate?: string;
  /** Authorities that the other side's certificate must come from; absent: the system's, and callers need no certificate. */
  readonly authorities?: string;
}

/** RFC 9325 4.2 for version 1.2, and all suites of version 1.3. */
const CIPHER_SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/** What a server and a client of the profile have in common. */
export function secureOptions({ key, certificate, authorities }: TlsMaterial): SecureContextOptions {
  return {
    ...(key === undefined ? {} : { key }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(authorities === undefined ? {} : { ca: authorities }),
    minVersion: 'TLSv1.2',
    ciphers: CIPHER_SUITES,
    honorCipherOrder: true,
    ecdhCurve: 'X25519:P-256:P-384',
  };
}
