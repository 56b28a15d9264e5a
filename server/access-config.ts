/**
 * Who may come in, and how, as the environment says it.
 */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';

import type { SettingReader } from './setting-reader.ts';
import { listOf, wholeNumber } from './setting-values.ts';
import { isLoopbackName } from './security/loopback.ts';
import { isRole, type Role } from './security/role.ts';

/** How requests get in. */
export interface AccessConfiguration {
  /** False: this machine alone, and it may do everything. */
  readonly isRequired: boolean;
  /** PEM texts; absent: plain HTTP. The key is a secret. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Addresses and subnets whose word about the client is taken. */
  readonly trustedProxies: readonly string[];
  /** Origin of the reading room as browsers see it. */
  readonly publicUrl: string | undefined;
  /** Origin of OHIF as browsers see it. */
  readonly ohifPublicUrl: string | undefined;
  readonly oidc: OidcConfiguration | undefined;
  /** Seconds that a session lasts. */
  readonly sessionSeconds: number;
  /** Absolute path of the file that restricts who sees which studies. */
  readonly rulesFile: string | undefined;
  /** Bytes that one principal may send in a day; 0: no limit. */
  readonly uploadBytesPerDay: number;
}

/** A provider of OpenID Connect. */
export interface OidcConfiguration {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client. */
  readonly clientSecret: string | undefined;
  readonly scope: string;
  /** Path of the claim that holds roles. */
  readonly rolesClaim: readonly string[];
  /** Value of the claim → role; absent: the values are names of roles. */
  readonly roles: ReadonlyMap<string, Role> | undefined;
  /** Audience of access tokens; absent: none is taken. */
  readonly audience: string | undefined;
}

const ORIGIN = /^https?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/;

const path = z.string().transform((text) => resolve(text));
const origin = z.string().regex(ORIGIN);
const issuer = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackName(hostname));
});
const networks = listOf(/^[0-9a-f.:]+(\/\d{1,3})?$/i).refine((entries) => entries.every(isNetwork));
const roleTable = listOf(/^[^=,]+=[a-z-]+$/)
  .transform((entries) => entries.map((entry) => entry.split('=') as [string, string]))
  .refine((entries) => entries.every(([, role]) => isRole(role)))
  .transform((entries) => new Map(entries as [string, Role][]));

/** Reads it, and says what is wrong with it as a whole. `host` is where the server listens. */
export function readAccess(read: SettingReader, host: string): AccessConfiguration {
  const access: AccessConfiguration = {
    isRequired: read.one('OSTEON_AUTHENTICATION', z.enum(['off', 'required'])) === 'required',
    tls: readTls(read),
    trustedProxies: read.optional('OSTEON_TRUSTED_PROXIES', networks) ?? [],
    publicUrl: read.optional('OSTEON_PUBLIC_URL', origin),
    ohifPublicUrl: read.optional('OSTEON_OHIF_PUBLIC_URL', origin),
    oidc: readOidc(read),
    sessionSeconds: read.one('OSTEON_SESSION_MINUTES', wholeNumber(4, 10_080)) * 60,
    rulesFile: read.optional('OSTEON_ACCESS_RULES', path),
    uploadBytesPerDay: read.one('OSTEON_UPLOAD_GB_PER_DAY', wholeNumber(0, 1_000_000)) * 1e9,
  };
  for (const problem of problemsOf(access, host)) read.fault(problem);
  return access;
}

/** What does not fit together, each as what to set. */
function problemsOf(access: AccessConfiguration, host: string): string[] {
  const { isRequired, tls, trustedProxies, oidc, publicUrl, rulesFile } = access;
  const isLocal = isLoopbackName(host);
  const problems: string[] = [];
  if (!isLocal && !isRequired) {
    problems.push(
      'OSTEON_HOST is not a loopback address, so other machines reach this one: set OSTEON_AUTHENTICATION=required, with OSTEON_OIDC_ISSUER and OSTEON_OIDC_CLIENT_ID for people, or keys (npm run keys) for programs',
    );
  }
  if (!isLocal && tls === undefined && trustedProxies.length === 0) {
    problems.push(
      'OSTEON_HOST is not a loopback address, so credentials would cross the network in clear: set OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY, or OSTEON_TRUSTED_PROXIES to the proxy that speaks TLS',
    );
  }
  if (!isLocal && oidc !== undefined && publicUrl === undefined) {
    problems.push('OSTEON_PUBLIC_URL must be set to where the provider sends people back');
  }
  for (const [name, isSet] of [
    ['OSTEON_OIDC_ISSUER', oidc !== undefined],
    ['OSTEON_ACCESS_RULES', rulesFile !== undefined],
    ['OSTEON_TRUSTED_PROXIES', trustedProxies.length > 0],
  ] as const) {
    if (isSet && !isRequired) problems.push(`${name} has no effect unless OSTEON_AUTHENTICATION is required`);
  }
  return problems;
}

function readOidc(read: SettingReader): OidcConfiguration | undefined {
  const [issuerUrl, clientId] = [
    read.optional('OSTEON_OIDC_ISSUER', issuer),
    read.optional('OSTEON_OIDC_CLIENT_ID', z.string()),
  ];
  const audience = read.optional('OSTEON_JWT_AUDIENCE', z.string());
  const clientSecret = read.secret('OSTEON_OIDC_CLIENT_SECRET', 'OSTEON_OIDC_CLIENT_SECRET_FILE', z.string());
  const rest = {
    clientSecret,
    scope: read.one('OSTEON_OIDC_SCOPE', z.string().regex(/(^| )openid( |$)/)),
    rolesClaim: read.one('OSTEON_OIDC_ROLES_CLAIM', z.string().regex(/^[^.]+(\.[^.]+)*$/)).split('.'),
    roles: read.optional('OSTEON_OIDC_ROLES', roleTable),
    audience,
  };
  if ((issuerUrl === undefined) !== (clientId === undefined)) {
    read.fault('OSTEON_OIDC_ISSUER and OSTEON_OIDC_CLIENT_ID belong together');
  }
  if (audience !== undefined && (audience === clientId || issuerUrl === undefined)) {
    // An ID token, whose audience is the client, is no credential.
    read.fault('OSTEON_JWT_AUDIENCE needs OSTEON_OIDC_ISSUER, and must differ from OSTEON_OIDC_CLIENT_ID');
  }
  return issuerUrl === undefined || clientId === undefined
    ? undefined
    : { issuer: issuerUrl, clientId, ...rest };
}

function readTls(read: SettingReader): AccessConfiguration['tls'] {
  const [certificate, key] = [
    read.optional('OSTEON_TLS_CERTIFICATE', path),
    read.optional('OSTEON_TLS_KEY', path),
  ];
  if ((certificate === undefined) !== (key === undefined)) {
    read.fault('OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY belong together');
  }
  if (certificate === undefined || key === undefined) return undefined;
  const [cert, keyText] = [
    read.file('OSTEON_TLS_CERTIFICATE', certificate),
    read.file('OSTEON_TLS_KEY', key),
  ];
  return cert === undefined || keyText === undefined ? undefined : { cert, key: keyText };
}

function isNetwork(entry: string): boolean {
  const [address = '', bits = '0'] = entry.split('/');
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 6 ? 128 : 32);
}
