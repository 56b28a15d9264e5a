/** Memory that pieces are read into is used again: each of several clients that read slowly still gets its own object. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { dicomFile } from '../../support/dicom-file.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const ROWS = 3000;
const COLUMNS = 2000;
const { storage, server } = await servedStorage({ keepsAll: true });

/** A radiograph of its own pixels. */
function radiograph(at: number): { readonly file: Buffer; readonly path: string } {
  const pixels = new Uint16Array(ROWS * COLUMNS).map((_, index) => ((index * 7919) >> 3) + at);
  const file = dicomFile({
    SOPInstanceUID: `1.2.3.${at}`,
    Rows: ROWS,
    Columns: COLUMNS,
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelData: new Uint8Array(pixels.buffer),
  });
  return { file, path: `/studies/1.2.3/series/1.2.3.0/instances/1.2.3.${at}` };
}

/** The body, read with a pause after each piece that comes. */
async function readSlowly(path: string, accept: string): Promise<Buffer> {
  const { hostname, port, pathname } = new URL(server.base + path);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`,
  );
  const pieces: Buffer[] = [];
  for await (const piece of socket) {
    pieces.push(piece as Buffer);
    if (pieces.length % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const answer = Buffer.concat(pieces);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
}

describe('clients that read slowly', () => {
  it('get each the object that they asked for', async () => {
    const images = [1, 2, 3, 4].map(radiograph);
    for (const { file } of images)
      expect((await storeBytes(storage.instances(), file)).status).toBe('stored');
    const bodies = await Promise.all(images.map(({ path }) => readSlowly(path, 'application/dicom')));
    images.forEach(({ file }, at) => {
      expect(Buffer.compare(bodies[at] ?? Buffer.alloc(0), file)).toBe(0);
    });
  });

  it('do not keep what they left waiting', async () => {
    const [image] = [radiograph(9)];
    expect((await storeBytes(storage.instances(), image.file)).status).toBe('stored');
    for (let left = 0; left < 20; left++) {
      const { hostname, port, pathname } = new URL(server.base + image.path);
      const socket = connect({ host: hostname, port: Number(port) });
      socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: application/dicom\r\n\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
      socket.destroy();
    }
    expect(Buffer.compare(await readSlowly(image.path, 'application/dicom'), image.file)).toBe(0);
  });
});
