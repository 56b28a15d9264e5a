/**
 * Ports for associations, plain or by TLS. PS3.8 9.1, PS3.15 B.9.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { secureOptions, type TlsMaterial } from './tls.ts';

export interface DimsePort {
  /** Name of the setting, for messages. */
  readonly setting: string;
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  /** Absent: plain. */
  readonly tls?: TlsMaterial;
  /** Connections beyond these are closed at once. */
  readonly maxConnections: number;
  readonly handshakeMs: number;
}

/** Listens; `onConnection` is given sockets that are ready. Throws `invalid-configuration` naming the setting. */
export async function listenForAssociations(
  { setting, host, port, tls, maxConnections, handshakeMs }: DimsePort,
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = tls ? tlsServer(tls, handshakeMs, setting) : createServer();
  server.maxConnections = maxConnections;
  server.on(tls ? 'secureConnection' : 'connection', onConnection);
  server.on('tlsClientError', (_error, socket: Socket) => {
    socket.destroy();
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const message =
      code === 'EADDRINUSE'
        ? `${setting}: another program listens on port ${port} of ${host}; end it or choose another port`
        : `${setting}: cannot listen on port ${port} of ${host} (${code})`;
    throw new PacsError('invalid-configuration', message, { cause });
  }
  return { port: (server.address() as AddressInfo).port, server };
}

function tlsServer(tls: TlsMaterial, handshakeMs: number, setting: string): Server {
  const asksForCertificate = tls.authorities !== undefined;
  try {
    return createTlsServer({
      ...secureOptions(tls),
      handshakeTimeout: handshakeMs,
      requestCert: asksForCertificate,
      rejectUnauthorized: asksForCertificate,
    });
  } catch (cause) {
    throw new PacsError('invalid-configuration', `${setting}: key and certificate cannot be used`, { cause });
  }
}
