/**
 * A server on an ephemeral port of the loopback, and its end.
 */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer {
  /** Address without a path, e.g. `http://127.0.0.1:40123`. */
  readonly origin: string;
  readonly port: number;
  /** Cuts what is still connected; resolves when nothing listens any more. */
  readonly close: () => Promise<void>;
}

/** Serves by an express application or other listener, over TLS where a certificate is given. */
export async function serveOnLoopback(
  listener: RequestListener,
  tls?: ServerOptions,
): Promise<LoopbackServer> {
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  // A test that works for long must not find the connection of its next request closed meanwhile.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
