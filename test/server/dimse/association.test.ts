import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inImplicitVr } from '../../../dicom/transcode/implicit-form.ts';
import { dataSetStart } from '../../../dicom/read/part10-reader.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { acceptAssociation } from '../../../server/dimse/accept-association.ts';
import type { Association } from '../../../server/dimse/association.ts';
import { COMMAND, decodeCommandSet, encodeCommandSet, RESPONSE } from '../../../server/dimse/command-set.ts';
import type { ConnectionLimits } from '../../../server/dimse/connection.ts';
import { openAssociation } from '../../../server/dimse/open-association.ts';
import { REJECTION } from '../../../server/dimse/pdu.ts';
import { PduReader } from '../../../server/dimse/pdu-reader.ts';
import type { StoreRequest } from '../../../server/dimse/scp-services.ts';
import { SERVICE_SOP_CLASS } from '../../../server/dimse/sop-classes.ts';
import type { StagedFileName } from '../../../server/dimse/staging.ts';
import { receiveInstance } from '../../../server/dimse/storage-scp.ts';
import { inPieces } from '../../support/bytes.ts';
import { dicomFile } from '../../support/dicom-file.ts';

const run = promisify(execFile);
const LIMITS: ConnectionLimits = {
  maxPduBytes: 131_072,
  negotiationMs: 5_000,
  idleMs: 60_000,
  stallMs: 60_000,
};
const folder = mkdtempSync(join(tmpdir(), 'osteon-dimse-'));
const kept: { staged: StagedFileName; request: StoreRequest }[] = [];
const server = createServer((socket) => {
  const judge = ({ calledAeTitle }: { calledAeTitle: string }) =>
    calledAeTitle === 'OSTEON' ? undefined : REJECTION.calledAeTitleNotRecognized;
  acceptAssociation(socket, LIMITS, judge).then(serve, () => undefined);
});
let port = 0;

/** C-ECHO and C-STORE, as the DIMSE process will serve them; what is staged is noted. */
async function serve(association: Association): Promise<void> {
  const scp = {
    server: {
      keep: (staged: StagedFileName, request: StoreRequest) => {
        kept.push({ staged, request });
        return Promise.resolve({ status: 0 });
      },
    },
    folder: { path: folder, maxBytes: 100_000_000 },
    hasRoom: () => Promise.resolve(true),
  };
  try {
    for await (const message of association.requests()) {
      const { context, command } = message;
      if (command.CommandField === COMMAND.store) await receiveInstance(scp, association, message);
      else {
        await association.send(context.id, {
          CommandField: COMMAND.echo | RESPONSE,
          AffectedSOPClassUID: context.abstractSyntax,
          MessageIDBeingRespondedTo: command.MessageID ?? 0,
          Status: 0,
        });
      }
    }
  } catch (error) {
    if (!(error instanceof PacsError)) throw error; // The connection broke.
  }
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true });
});

const echo = () => run('echoscu', ['-aec', 'OSTEON', '127.0.0.1', String(port)]);

describe('an association', () => {
  it('answers the C-ECHO of dcmtk', async () => {
    await echo();
  });

  it('is rejected by name for another called AE title', async () => {
    await expect(run('echoscu', ['-aec', 'OTHER', '127.0.0.1', String(port)])).rejects.toThrow(
      /Called AE Title Not Recognized/,
    );
  });

  it('is opened by us and rejected with a reason', async () => {
    const contexts = [
      { id: 1, abstractSyntax: SERVICE_SOP_CLASS.verification, transferSyntaxes: ['1.2.840.10008.1.2'] },
    ];
    const side = { aeTitle: 'TEST', limits: LIMITS };
    const association = await openAssociation(
      side,
      { aeTitle: 'OSTEON', host: '127.0.0.1', port },
      { contexts },
    );
    const request = await association.request(1, {
      CommandField: COMMAND.echo,
      AffectedSOPClassUID: SERVICE_SOP_CLASS.verification,
    });
    expect((await request.next()).command.Status).toBe(0);
    request.end();
    await association.release();
    const other = openAssociation(side, { aeTitle: 'OTHER', host: '127.0.0.1', port }, { contexts });
    await expect(other).rejects.toMatchObject({ kind: 'peer-refused', message: /called AE title/ });
  });

  it('stages what dcmtk stores with the data set byte for byte, hashed', async () => {
    const file = dicomFile({ PixelData: new Uint8Array(3_000_000).fill(7), Rows: 1000, Columns: 1500 });
    const path = join(folder, 'sent.dcm');
    writeFileSync(path, file);
    kept.length = 0;
    await run('storescu', ['-R', '-aec', 'OSTEON', '127.0.0.1', String(port), path]);
    expect(kept).toHaveLength(1);
    const { staged, request } = kept[0] ?? expect.unreachable();
    const bytes = readFileSync(join(folder, staged.name));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(staged.sha256);
    expect(bytes.length).toBe(staged.sizeBytes);
    expect(bytes.subarray(dataSetStart(bytes)).equals(file.subarray(dataSetStart(file)))).toBe(true);
    expect(request).toMatchObject({ callingAeTitle: 'STORESCU', calledAeTitle: 'OSTEON' });
  });

  it('outlives garbage and broken connections', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.boolean(),
        async (bytes, hasHead) => {
          const socket = connect(port, '127.0.0.1');
          socket.on('error', () => undefined);
          await once(socket, 'connect');
          const length = bytes.length;
          socket.end(
            hasHead ? Buffer.concat([Buffer.of(1, 0, 0, 0, length >> 8, length & 255), bytes]) : bytes,
          );
          socket.resume();
          await once(socket, 'close');
        },
      ),
      { numRuns: 60 },
    );
    await echo();
  });
});

describe('the PDU reader', () => {
  it('reads any bytes in any pieces to PDUs or a bad-request', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const reader = new PduReader(4096, { onPdu: () => undefined, onFragment: () => undefined });
        try {
          for (const chunk of chunks) reader.push(chunk);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'bad-request' });
        }
      }),
    );
  });
});

describe('a command set', () => {
  it('comes back as it was written, and any bytes give one or a bad-request', () => {
    const command = { CommandField: 1, MessageID: 7, AffectedSOPClassUID: '1.2.3', ErrorComment: 'odd' };
    expect(decodeCommandSet(encodeCommandSet(command))).toEqual(command);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeCommandSet(bytes);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'bad-request' });
        }
      }),
    );
  });
});

describe('the implicit form', () => {
  it('is the one that dcmtk makes', async () => {
    const file = dicomFile({
      PatientName: 'A^B',
      RequestAttributesSequence: [{ RequestedProcedureID: 'x1' }],
    });
    const source = join(folder, 'explicit.dcm');
    const target = join(folder, 'implicit.dcm');
    writeFileSync(source, file);
    await run('dcmconv', ['+ti', '+e', source, target]);
    const expected = readFileSync(target);
    const pieces: Uint8Array[] = [];
    for await (const piece of inImplicitVr(inPieces(file))) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(expected.subarray(dataSetStart(expected)))).toBe(true);
  });
});
