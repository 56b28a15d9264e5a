/**
 * A listening HTTP server, and its end in good order.
 */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** Where to listen, and the setting that says so. */
export interface ListenPlace {
  readonly host: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** The variable that names the port, for messages. */
  readonly portSetting: string;
  /** PEM texts; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

export interface Listener {
  /** Without a slash at its end. */
  readonly address: string;
  /** The port that was bound. */
  readonly port: number;
  /** Takes no new connection, lets requests finish for so many milliseconds, then cuts those that do not. */
  close(patienceMs: number): Promise<void>;
}

/** Listens. Throws `invalid-configuration` where that cannot be, naming the setting. */
export async function listen(
  handler: RequestListener,
  { host, port, portSetting, tls }: ListenPlace,
): Promise<Listener> {
  const server = tls ? secureServer(handler, tls) : createServer(handler);
  // A large study over a slow line takes longer than Node's five minutes for a request.
  server.requestTimeout = 0;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new PacsError('invalid-configuration', listenFailure(cause, host, port, portSetting), { cause });
  }
  const bound = server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    address: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    port: boundPort,
    close: (patienceMs) => closeServer(server, patienceMs),
  };
}

/** TLS 1.2 and 1.3, as Node.js offers them. */
function secureServer(
  handler: RequestListener,
  tls: { readonly cert: string; readonly key: string },
): Server {
  try {
    return createTlsServer({ ...tls, minVersion: 'TLSv1.2' }, handler);
  } catch (cause) {
    throw new PacsError(
      'invalid-configuration',
      'OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY are not a certificate and its key in PEM',
      { cause },
    );
  }
}

function listenFailure(error: unknown, host: string, port: number, portSetting: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `${portSetting}: another program listens on port ${port} of ${host}; end it or choose another port`;
  }
  if (code === 'EACCES') return `${portSetting}: this account may not listen on port ${port}`;
  return `OSTEON_HOST: cannot listen on ${host}`;
}

async function closeServer(server: Server, patienceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, patienceMs);
  await closed;
  clearTimeout(cut);
}
