import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfiguration } from '../../../server/config.ts';
import { readPeer } from '../../../server/dimse/peer-list.ts';

const folder = mkdtempSync(join(tmpdir(), 'osteon-dimse-config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const read = (environment: Record<string, string>) => readConfiguration(environment).dimse;

describe('the settings of DIMSE', () => {
  it('need nothing: this machine alone may call', () => {
    expect(read({})).toEqual({
      aeTitle: 'OSTEON',
      host: '127.0.0.1',
      port: 11_112,
      tlsPort: 'off',
      tls: undefined,
      peers: [],
      maxAssociations: 50,
      idleSeconds: 300,
    });
  });

  it('open it to other machines only with a list of them', () => {
    expect(() => read({ OSTEON_DIMSE_HOST: '0.0.0.0' })).toThrow(/OSTEON_DIMSE_PEERS/);
    expect(read({ OSTEON_DIMSE_HOST: '0.0.0.0', OSTEON_DIMSE_PEERS: 'CR1@10.0.0.7' }).host).toBe('0.0.0.0');
  });

  it('need a certificate for TLS, and a key with it', () => {
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    writeFileSync(key, 'the key');
    writeFileSync(certificate, 'the certificate');
    expect(() => read({ OSTEON_DIMSE_TLS_PORT: '2762' })).toThrow(/OSTEON_DIMSE_TLS_CERTIFICATE/);
    expect(() => read({ OSTEON_DIMSE_TLS_KEY: key })).toThrow(/belong together/);
    const both = { OSTEON_DIMSE_TLS_KEY: key, OSTEON_DIMSE_TLS_CERTIFICATE: certificate };
    expect(read({ ...both, OSTEON_DIMSE_TLS_PORT: '2762' })).toMatchObject({
      tlsPort: 2762,
      tls: { key: 'the key', certificate: 'the certificate' },
    });
  });

  it('name what is wrong without repeating it', () => {
    expect(() => read({ OSTEON_AE_TITLE: 'A TITLE THAT IS TOO LONG' })).toThrow(
      /OSTEON_AE_TITLE is not an AE title/,
    );
    expect(() => read({ OSTEON_DIMSE_PEERS: 'CR1@10.0.0.7,secret' })).toThrow(/^((?!secret).)*$/s);
  });
});

describe('an entry of the list of peers', () => {
  it.each([
    ['CR1@10.0.0.7', { aeTitle: 'CR1', host: '10.0.0.7' }],
    ['*@10.0.0.0/8', { aeTitle: '*', host: '10.0.0.0/8' }],
    ['A TITLE@pacs.example:104', { aeTitle: 'A TITLE', host: 'pacs.example', port: 104, isTls: false }],
    ['PACS@pacs.example:2762+tls', { aeTitle: 'PACS', host: 'pacs.example', port: 2762, isTls: true }],
    ['CR2@[fd00::1]:104', { aeTitle: 'CR2', host: 'fd00::1', port: 104, isTls: false }],
    ['CR2@[fd00::]/64', { aeTitle: 'CR2', host: 'fd00::/64' }],
    ['CR1', undefined],
    ['@10.0.0.7', undefined],
    ['CR1@10.0.0.7:0', undefined],
    ['CR1@10.0.0.7:70000', undefined],
    ['CR1@10.0.0.0/33', undefined],
    ['CR1@10.0.0.0/8:104', undefined],
    ['CR1@pacs.example/8', undefined],
    ['*@pacs.example:104', undefined],
    ['CR1@fd00::1', undefined],
    ['THIS IS MUCH TOO LONG@10.0.0.7', undefined],
  ])('%s', (text, expected) => {
    expect(readPeer(text)).toEqual(expected);
  });
});
