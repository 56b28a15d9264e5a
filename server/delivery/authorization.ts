/**
 * The Authorization header of a DICOMweb destination. RFC 7617 (Basic), RFC 6750 (Bearer), RFC 6749 4.4 (OAuth 2.0 client
 * credentials). A token is kept until shortly before it ends, or until the destination does not take it.
 */
import { z } from 'zod';
import type { DestinationAuth } from '../routing/rules-schema.ts';
import { DeliveryError } from './destination.ts';
import { exchange, type ClientTls } from './http-exchange.ts';
import { readSecret } from './read-secret.ts';

export interface Authorization {
  /** The header's value; absent where nobody need be named. Throws {@link DeliveryError}. */
  header(signal: AbortSignal): Promise<string | undefined>;
  /** Forgets what was kept: the destination refused it. */
  forget(): void;
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
});
/** Where the server does not say how long a token lives. */
const USUAL_LIFE_SECONDS = 300;
/** A token is not used in its last seconds: the request takes time too. */
const MARGIN_SECONDS = 30;

type OAuth = Extract<DestinationAuth, { oauth: unknown }>['oauth'];

/** How requests are authorised; `tls` is used towards the token server too. */
export function authorizationOf(
  auth: DestinationAuth | undefined,
  tls: () => Promise<ClientTls>,
): Authorization {
  const forget = (): void => undefined;
  if (!auth) return { header: () => Promise.resolve(undefined), forget };
  if ('basic' in auth) {
    const { user, password } = auth.basic;
    return {
      header: async () => `Basic ${Buffer.from(`${user}:${await readSecret(password)}`).toString('base64')}`,
      forget,
    };
  }
  if ('bearer' in auth) return { header: async () => `Bearer ${await readSecret(auth.bearer)}`, forget };
  return clientCredentials(auth.oauth, tls);
}

function clientCredentials(oauth: OAuth, tls: () => Promise<ClientTls>): Authorization {
  let kept: { readonly token: string; readonly endsAt: number } | undefined;
  return {
    async header(signal) {
      if (!kept || kept.endsAt < Date.now()) kept = await askForToken(oauth, await tls(), signal);
      return `Bearer ${kept.token}`;
    },
    forget: () => {
      kept = undefined;
    },
  };
}

async function askForToken(
  { tokenUrl, clientId, clientSecret, scope }: OAuth,
  tls: ClientTls,
  signal: AbortSignal,
): Promise<{ token: string; endsAt: number }> {
  const secret = await readSecret(clientSecret);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
  });
  const body = Buffer.from(form.toString());
  const credentials = [clientId, secret].map(encodeURIComponent).join(':');
  const { status, body: text } = await exchange({
    method: 'POST',
    url: new URL(tokenUrl),
    headers: {
      Accept: 'application/json',
      Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(body.length),
    },
    body: once(body),
    tls,
    signal,
  });
  const parsed = status === 200 ? tokenAnswer.safeParse(jsonOf(text)) : undefined;
  if (!parsed?.success) throw new DeliveryError('down', `The token server gave no token (HTTP ${status})`);
  const { access_token: token, expires_in: life = USUAL_LIFE_SECONDS } = parsed.data;
  return { token, endsAt: Date.now() + Math.max(0, life - MARGIN_SECONDS) * 1000 };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Parsed JSON; `undefined` where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
