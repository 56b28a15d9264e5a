/**
 * Who gets in, how many, by TLS, and what those who mean no good come to. PS3.8 7.1.1, 9.1.4, PS3.15 B.9.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { COMMAND, WITH_DATA_SET } from '../../../server/dimse/command-set.ts';
import type { DimseSetup } from '../../../server/dimse/dimse-questions.ts';
import { openAssociation } from '../../../server/dimse/open-association.ts';
import { SERVICE_SOP_CLASS } from '../../../server/dimse/sop-classes.ts';
import { createAuthority } from '../../support/certificates.ts';
import { dataSetIn, dcmtk, openDimseNetwork } from '../../support/dimse-network.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { associateByHand, commandPdu, CONTEXT_IDS, fragment } from '../../support/hand-made-association.ts';
import { ownStorage } from '../../support/served-storage.ts';

const storage = await ownStorage();
const folder = mkdtempSync(join(tmpdir(), 'osteon-access-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const LIMITS: DimseSetup['limits'] = {
  maxPduBytes: 131_072,
  negotiationMs: 1_000,
  idleMs: 60_000,
  stallMs: 60_000,
};
const open = (setup: Partial<DimseSetup>) => openDimseNetwork(storage, { limits: LIMITS, ...setup });
const echo = (port: number, callingAe = 'CR1', calledAe = 'OSTEON'): Promise<string> =>
  dcmtk('echoscu', '-v', '-aet', callingAe, '-aec', calledAe, '127.0.0.1', String(port));

const verification = {
  contexts: [
    {
      id: 1,
      abstractSyntax: SERVICE_SOP_CLASS.verification,
      transferSyntaxes: [TRANSFER_SYNTAX.implicitVrLittleEndian],
    },
  ],
};
const associate = (port: number, limits = LIMITS) =>
  openAssociation({ aeTitle: 'CR1', limits }, { aeTitle: 'OSTEON', host: '127.0.0.1', port }, verification);

describe('the allow-list', () => {
  it('lets in who calls by that title from that address or network, and nobody else', async () => {
    const { port } = await open({
      peers: [
        { aeTitle: 'CR1', host: 'localhost' },
        { aeTitle: 'NET', host: '127.0.0.0/8' },
        { aeTitle: 'FAR', host: '10.0.0.1' },
      ],
    });
    await echo(port, 'CR1');
    await echo(port, 'NET');
    await expect(echo(port, 'FAR')).rejects.toThrow(/Calling AE Title Not Recognized/);
    await expect(echo(port, 'cr1')).rejects.toThrow(/Calling AE Title Not Recognized/);
    await expect(echo(port, 'CR1', 'OTHER')).rejects.toThrow(/Called AE Title Not Recognized/);
  });
});

describe('the number of associations', () => {
  it('has an end, and those beyond it are rejected for the moment', async () => {
    const { port } = await open({ maxAssociations: 2 });
    const held = [await associate(port), await associate(port)];
    await expect(echo(port)).rejects.toThrow(/Local Limit Exceeded/);
    await expect(associate(port)).rejects.toMatchObject({ kind: 'peer-unavailable' });
    await held[0]?.release();
    await expect.poll(() => echo(port).then(() => true, () => false)).toBe(true); // prettier-ignore
    await held[1]?.release();
  });
});

describe('patience', () => {
  it('ends with who connects and says nothing, and with an association that lies idle', async () => {
    const { port } = await open({ limits: { ...LIMITS, negotiationMs: 2000, idleMs: 1500 } });
    const silent = connect(port, '127.0.0.1');
    silent.resume();
    const association = await associate(port);
    await Promise.all([once(silent, 'close'), association.closed]);
    expect(association.ended?.kind).toBe('peer-unavailable');
    await echo(port);
  });

  it('ends with who stops in the middle of an object, and leaves nothing of it', async () => {
    const { port } = await open({ limits: { ...LIMITS, stallMs: 1000 } });
    const socket = await halfStored(port);
    if (!socket.closed) await once(socket, 'close'); // it may have ended while the beginning was looked for
    await expect.poll(() => readdir(storage.objects.stagingFolder)).toEqual([]);
    await echo(port);
  });

  it('leaves nothing of an object whose sender hangs up', async () => {
    const { port } = await open({});
    const socket = await halfStored(port);
    socket.destroy();
    await expect.poll(() => readdir(storage.objects.stagingFolder)).toEqual([]);
    await echo(port);
  });
});

/** Sends the beginning of a C-STORE by hand, and waits until it is on disk. */
async function halfStored(port: number): Promise<Socket> {
  const { socket } = await associateByHand(port);
  const id = CONTEXT_IDS.storage;
  const half = dataSetIn(dicomFile()).subarray(0, 100);
  socket.write(
    commandPdu(id, {
      CommandField: COMMAND.store,
      MessageID: 1,
      AffectedSOPClassUID: SOP_CLASS.computedRadiography,
      AffectedSOPInstanceUID: '1.2.3.1',
      CommandDataSetType: WITH_DATA_SET,
    }),
  );
  socket.write(fragment(id, false, false, half));
  await expect.poll(() => readdir(storage.objects.stagingFolder)).toHaveLength(1);
  return socket;
}

describe('a flood', () => {
  it('of connections that say nothing is closed, and then others are served', async () => {
    const { port, faults } = await open({ maxAssociations: 5, limits: { ...LIMITS, negotiationMs: 300 } });
    const sockets: Socket[] = [];
    for (let count = 0; count < 10_000; count++) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      sockets.push(socket);
      if (count % 100 === 99) await pause(1); // the system takes only so many at once
    }
    await Promise.all(sockets.filter(({ closed }) => !closed).map((socket) => once(socket, 'close')));
    // The patience of this node is short: a busy machine may need more than one try.
    await expect.poll(() => echo(port).then(() => true, () => false)).toBe(true); // prettier-ignore
    expect(faults).toEqual([]);
  });
});

describe('TLS', () => {
  const authority = createAuthority(folder, 'authority');
  const [server, client] = [authority.issue('server'), authority.issue('client')];
  const stranger = createAuthority(folder, 'stranger').issue('client');
  const tls = {
    key: readFileSync(server.key, 'utf8'),
    certificate: readFileSync(server.certificate, 'utf8'),
    authorities: readFileSync(authority.certificate, 'utf8'),
  };
  const secure = (port: number, own: typeof client): string[] => [
    '-v', '+tls', own.key, own.certificate, '+cf', authority.certificate, '-aec', 'OSTEON', '127.0.0.1', String(port),
  ]; // prettier-ignore

  it('lets in who has a certificate of the authority, and nobody else', async () => {
    const { service } = await open({ tlsPort: 0, tls });
    const port = service.ports.tlsPort ?? 0;
    await dcmtk('echoscu', ...secure(port, client));
    await expect(dcmtk('echoscu', ...secure(port, stranger))).rejects.toThrow();
    await expect(echo(port)).rejects.toThrow();
    const path = join(folder, 'tls.dcm');
    writeFileSync(
      path,
      dicomFile({ Rows: 512, Columns: 1024, PixelData: new Uint8Array(1_048_576).fill(3) }),
    );
    expect(await dcmtk('storescu', ...secure(port, client), path)).toContain('Success');
    expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toHaveLength(1);
  });

  it('speaks neither TLS 1.1 nor a suite without forward secrecy', async () => {
    const { service } = await open({ tlsPort: 0, tls: { key: tls.key, certificate: tls.certificate } });
    const port = service.ports.tlsPort ?? 0;
    const handshake = (options: ConnectionOptions): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connectTls({ port, host: '127.0.0.1', ca: tls.authorities, ...options });
        socket.once('secureConnect', () => {
          resolve(`${socket.getProtocol() ?? ''} ${socket.getCipher().name}`);
          socket.destroy();
        });
        socket.once('error', reject);
      });
    expect(await handshake({})).toMatch(/^TLSv1\.3 /);
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toMatch(/^TLSv1\.2 ECDHE-.*(GCM|POLY1305)/);
    await expect(
      handshake({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' }),
    ).rejects.toThrow();
    await expect(
      handshake({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256:AES128-SHA:ECDHE-ECDSA-AES128-SHA' }),
    ).rejects.toThrow();
  });

  it('is spoken to peers, whose certificate is checked', async () => {
    const { service } = await open({ tlsPort: 0, tls });
    const peer = { aeTitle: 'OSTEON', host: '127.0.0.1', port: service.ports.tlsPort ?? 0, isTls: true };
    expect(await service.client.echo(peer)).toBeGreaterThan(0);
    const strict = { ...peer, tls: { key: tls.key, certificate: tls.certificate } };
    await expect(service.client.echo(strict)).rejects.toMatchObject({ kind: 'peer-unavailable' });
  });
});
