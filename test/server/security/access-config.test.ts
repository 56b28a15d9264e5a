/** Who may come in, as the environment says it: what does not fit together is refused with what to set. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { readConfiguration } from '../../../server/config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'osteon-access-'));
  writeFileSync(join(folder, 'secret'), 'from-a-file\n');
  writeFileSync(join(folder, 'cert'), 'a certificate');
  writeFileSync(join(folder, 'key'), 'a key');
  writeFileSync(join(folder, 'url'), 'postgres://a:b@db/osteon\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const accessOf = (environment: Record<string, string>) => readConfiguration(environment).access;

function refusalOf(environment: Record<string, string>): string {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof PacsError && error.kind === 'invalid-configuration') return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const REQUIRED = { OSTEON_AUTHENTICATION: 'required' };
const OIDC = { ...REQUIRED, OSTEON_OIDC_ISSUER: 'https://id.example', OSTEON_OIDC_CLIENT_ID: 'osteon' };
const tls = () => ({
  OSTEON_TLS_CERTIFICATE: join(folder, 'cert'),
  OSTEON_TLS_KEY: join(folder, 'key'),
});

describe('access', () => {
  it('is that of this machine, by default', () => {
    expect(accessOf({})).toMatchObject({
      isRequired: false,
      tls: undefined,
      trustedProxies: [],
      oidc: undefined,
    });
  });

  it.each(['0.0.0.0', '192.168.1.4', '::', '10.1.2.3', 'fe80::1'])(
    'demands authentication and TLS on %s',
    (host) => {
      const message = refusalOf({ OSTEON_HOST: host });
      expect(message).toMatch(/OSTEON_AUTHENTICATION=required.*OSTEON_OIDC_ISSUER.*npm run keys/);
      expect(message).toMatch(/OSTEON_TLS_CERTIFICATE.*OSTEON_TRUSTED_PROXIES/);
      expect(refusalOf({ OSTEON_HOST: host, ...REQUIRED })).toMatch(/^OSTEON_HOST .*TLS/);
      expect(refusalOf({ OSTEON_HOST: host, ...tls() })).toMatch(
        /^OSTEON_HOST .*OSTEON_AUTHENTICATION=required/,
      );
    },
  );

  it.each(['example.org', '127.0.0.1.example.org', 'localhost.example.org'])(
    'does not listen on the name %s',
    (host) => {
      expect(refusalOf({ OSTEON_HOST: host, ...REQUIRED, ...tls() })).toContain('OSTEON_HOST');
    },
  );

  it('is open to a network with authentication, and TLS or a proxy', () => {
    const environment = { OSTEON_HOST: '0.0.0.0', ...REQUIRED };
    expect(accessOf({ ...environment, ...tls() })).toMatchObject({
      isRequired: true,
      tls: { cert: 'a certificate', key: 'a key' },
    });
    const proxies = accessOf({ ...environment, OSTEON_TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8,127.0.0.1' });
    expect(proxies.trustedProxies).toEqual(['10.0.0.0/8', 'fd00::/8', '127.0.0.1']);
  });

  it('refuses what has no effect, or half of what belongs together', () => {
    expect(refusalOf({ OSTEON_OIDC_ISSUER: 'https://id.example', OSTEON_OIDC_CLIENT_ID: 'x' })).toContain(
      'OSTEON_AUTHENTICATION',
    );
    expect(refusalOf({ OSTEON_TRUSTED_PROXIES: '10.0.0.1' })).toContain('OSTEON_AUTHENTICATION');
    expect(refusalOf({ OSTEON_ACCESS_RULES: 'rules.json' })).toContain('OSTEON_AUTHENTICATION');
    expect(refusalOf({ ...REQUIRED, OSTEON_OIDC_ISSUER: 'https://id.example' })).toContain('belong together');
    expect(refusalOf({ OSTEON_TLS_KEY: join(folder, 'key') })).toContain('belong together');
    expect(refusalOf({ ...tls(), OSTEON_TLS_KEY: join(folder, 'absent') })).toBe(
      'OSTEON_TLS_KEY names a file that cannot be read',
    );
  });

  it('takes a provider by https, or on this machine', () => {
    expect(accessOf(OIDC).oidc).toMatchObject({
      issuer: 'https://id.example',
      clientId: 'osteon',
      rolesClaim: ['roles'],
    });
    expect(accessOf({ ...OIDC, OSTEON_OIDC_ISSUER: 'http://127.0.0.1:9000' }).oidc).toBeDefined();
    expect(refusalOf({ ...OIDC, OSTEON_OIDC_ISSUER: 'http://id.example' })).toContain('OSTEON_OIDC_ISSUER');
    expect(refusalOf({ OSTEON_HOST: '10.0.0.1', ...OIDC, ...tls() })).toContain('OSTEON_PUBLIC_URL');
  });

  it('refuses the client as audience of access tokens: ID tokens would be credentials', () => {
    expect(refusalOf({ ...OIDC, OSTEON_JWT_AUDIENCE: 'osteon' })).toContain('must differ');
    expect(accessOf({ ...OIDC, OSTEON_JWT_AUDIENCE: 'osteon-api' }).oidc?.audience).toBe('osteon-api');
  });

  it('reads what values of the roles claim mean, and refuses a role that there is not', () => {
    const oidc = accessOf({
      ...OIDC,
      OSTEON_OIDC_ROLES_CLAIM: 'realm_access.roles',
      OSTEON_OIDC_ROLES: 'bone readers=radiologist, it=pacs-admin',
    }).oidc;
    expect(oidc?.rolesClaim).toEqual(['realm_access', 'roles']);
    expect(oidc?.roles).toEqual(
      new Map([
        ['bone readers', 'radiologist'],
        ['it', 'pacs-admin'],
      ]),
    );
    expect(refusalOf({ ...OIDC, OSTEON_OIDC_ROLES: 'it=root' })).toContain('OSTEON_OIDC_ROLES');
  });

  it('reads secrets from the environment or from files, and never repeats them', () => {
    const file = join(folder, 'secret');
    expect(accessOf({ ...OIDC, OSTEON_OIDC_CLIENT_SECRET: 'direct' }).oidc?.clientSecret).toBe('direct');
    expect(accessOf({ ...OIDC, OSTEON_OIDC_CLIENT_SECRET_FILE: file }).oidc?.clientSecret).toBe(
      'from-a-file',
    );
    const both = { ...OIDC, OSTEON_OIDC_CLIENT_SECRET: 'direct', OSTEON_OIDC_CLIENT_SECRET_FILE: file };
    expect(refusalOf(both)).toMatch(/both set/);
    expect(refusalOf(both)).not.toMatch(/direct|from-a-file/);
    expect(readConfiguration({ DATABASE_URL_FILE: join(folder, 'url') }).databaseUrl).toBe(
      'postgres://a:b@db/osteon',
    );
    expect(refusalOf({ DATABASE_URL_FILE: file })).not.toContain('from-a-file');
  });
});
