/** An OAuth 2.0 token server for the client credentials grant (RFC 6749 4.4) that remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface TokenServer {
  readonly url: string;
  /** Each request: its Authorization header and its form. */
  readonly asked: { readonly authorization: string | undefined; readonly form: Record<string, string> }[];
  /** Tokens that it gave and has not revoked. */
  readonly valid: Set<string>;
  /** What it says beside the token; a number is a status that it answers instead. */
  answer: { readonly expires_in?: number } | number;
  close(): Promise<void>;
}

/** Starts one on a free port of this machine. */
export async function startTokenServer(tls?: ServerOptions): Promise<TokenServer> {
  const listener: RequestListener = (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      tokens.asked.push({
        authorization: request.headers.authorization,
        form: Object.fromEntries(new URLSearchParams(text)),
      });
      if (typeof tokens.answer === 'number') {
        response
          .writeHead(tokens.answer, { 'Content-Type': 'application/json' })
          .end('{"error":"invalid_client"}');
        return;
      }
      const token = `token-${tokens.asked.length}`;
      tokens.valid.add(token);
      const body = { access_token: token, token_type: 'Bearer', ...tokens.answer };
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const tokens = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/token`,
    asked: [] as TokenServer['asked'],
    valid: new Set<string>(),
    answer: { expires_in: 3600 } as TokenServer['answer'],
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return tokens;
}
