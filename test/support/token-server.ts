/** An OAuth 2.0 token server for the client credentials grant (RFC 6749 4.4) that remembers what it was asked. */
import type { RequestListener } from 'node:http';
import type { ServerOptions } from 'node:https';
import { serveOnLoopback } from './loopback.ts';

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
  const server = await serveOnLoopback(listener, tls);
  const tokens = {
    url: `${server.origin}/token`,
    asked: [] as TokenServer['asked'],
    valid: new Set<string>(),
    answer: { expires_in: 3600 } as TokenServer['answer'],
    close: server.close,
  };
  return tokens;
}
