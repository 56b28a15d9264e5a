/** TLS of HTTP, spoken to the whole server as it is configured: versions, certificate, headers, and no plain HTTP beside it. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthority } from '../../support/certificates.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { startServer, type RunningServer } from '../../support/running-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'osteon-https-'));
const authority = createAuthority(folder, 'authority');
const ca = readFileSync(authority.certificate, 'utf8');
const identity = authority.issue('server');
let database: TestDatabase;
let server: RunningServer;
let port: number;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer(join(folder, 'data'), {
    DATABASE_URL: database.databaseUrl,
    OSTEON_AUTHENTICATION: 'required',
    OSTEON_TLS_CERTIFICATE: identity.certificate,
    OSTEON_TLS_KEY: identity.key,
    OSTEON_WORKERS: '1',
  });
  port = Number(new URL(server.address).port);
}, 120_000);
afterAll(async () => {
  await server.stop();
  await database.close();
  rmSync(folder, { recursive: true });
});

const handshake = (options: ConnectionOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca, ...options });
    socket.once('secureConnect', () => {
      resolve(`${socket.getProtocol() ?? ''} ${socket.getCipher().name}`);
      socket.destroy();
    });
    socket.once('error', reject);
  });

it('shows the certificate that it was given, to whoever trusts its authority and to nobody else', async () => {
  expect(server.address).toMatch(/^https:/);
  expect(await handshake({})).toMatch(/^TLSv1\.3 /);
  await expect(handshake({ ca: [] })).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

it('speaks TLS 1.2 with forward secrecy, and nothing older', async () => {
  expect(await handshake({ maxVersion: 'TLSv1.2' })).toMatch(/^TLSv1\.2 ECDHE-.*(GCM|POLY1305)/);
  const older = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' } as const;
  await expect(handshake(older)).rejects.toThrow();
});

it('tells browsers to come by TLS alone (RFC 6797), and lets nobody in for being on this machine', async () => {
  const [response] = (await once(get(`${server.address}/dicom-web/studies`, { ca }), 'response')) as [
    IncomingMessage,
  ];
  response.resume();
  expect(response.statusCode).toBe(401);
  expect(response.headers['strict-transport-security']).toMatch(/^max-age=\d{7,}/);
});

it('answers plain HTTP on the port with nothing', async () => {
  const socket = connectTcp(port, '127.0.0.1');
  const answers: Buffer[] = [];
  socket.on('data', (piece: Buffer) => answers.push(piece));
  socket.on('error', () => undefined);
  socket.write('GET /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'close');
  expect(Buffer.concat(answers).toString('latin1')).not.toContain('HTTP/1.1 2');
});
