/**
 * Keys and certificates for tests of TLS, made by openssl: an authority, a server of this machine, and clients.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

export interface Authority {
  /** Path of its certificate. */
  readonly certificate: string;
  /** Issues a certificate to a server of 127.0.0.1 and localhost, or to a client. */
  issue(commonName: string): Identity;
}

/** Makes an authority whose files lie in `folder`. */
export function createAuthority(folder: string, name: string): Authority {
  const path = (file: string): string => join(folder, `${name}-${file}`);
  const [key, certificate] = [path('authority.key'), path('authority.pem')];
  const subject = (commonName: string): readonly string[] => ['-subj', `/CN=${commonName}`];
  openssl('req', '-x509', ...NEW_KEY, '-keyout', key, '-out', certificate, '-days', '2', ...subject(name));
  return {
    certificate,
    issue(commonName) {
      const own = { key: path(`${commonName}.key`), certificate: path(`${commonName}.pem`) };
      const [request, extensions] = [path(`${commonName}.csr`), path(`${commonName}.ext`)];
      writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
      openssl('req', ...NEW_KEY, '-keyout', own.key, '-out', request, ...subject(commonName));
      const authority = ['-CA', certificate, '-CAkey', key, '-CAcreateserial'];
      const made = ['-out', own.certificate, '-days', '2', '-extfile', extensions];
      openssl('x509', '-req', '-in', request, ...authority, ...made);
      return own;
    },
  };
}

/** The texts of an identity, as Node.js wants them. */
export function pemOf({ key, certificate }: Identity): { readonly key: string; readonly cert: string } {
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(certificate, 'utf8') };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
