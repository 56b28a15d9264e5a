/**
 * A real provider of OpenID Connect (oidc-provider, certified) on this machine, with a page to sign in at: any password will
 * do, and the name says who one is.
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error -- the package brings no types
import UntypedProvider from 'oidc-provider';
import type { Page } from 'playwright-core';

const Provider = UntypedProvider as new (
  issuer: string,
  configuration: Readonly<Record<string, unknown>>,
) => { callback(): RequestListener };

/** Who may sign in, and what the provider says of them. */
const PEOPLE: Readonly<Record<string, { readonly name: string; readonly roles: readonly string[] }>> = {
  rita: { name: 'Rita Reader', roles: ['radiologist'] },
  adam: { name: 'Adam Admin', roles: ['pacs-admin'] },
  quinn: { name: 'Quinn Quality', roles: ['qa'] },
  nora: { name: 'Nora Norole', roles: [] },
};

export const CLIENT = { id: 'osteon', secret: 'the-secret-of-osteon' } as const;
/** Audience of its access tokens. */
export const AUDIENCE = 'https://osteon.example/api';
const GATEWAY = { id: 'gateway', secret: 'the-secret-of-the-gateway' } as const;

export interface IdentityProvider {
  readonly issuer: string;
  /** An access token of a service, as a JWT; `audience` other than ours is that of somebody else's. */
  serviceToken(audience?: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts it, for applications at these origins. */
export async function startIdentityProvider(origins: readonly string[]): Promise<IdentityProvider> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configurationFor(origins));
  server.on('request', provider.callback());
  return {
    issuer,
    serviceToken: async (audience = AUDIENCE) => {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${GATEWAY.id}:${GATEWAY.secret}`).toString('base64')}`,
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
      });
      const { access_token: token } = (await response.json()) as { access_token: string };
      return token;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Signs in on the provider's pages, which the page is at, and comes back. */
export async function signInAs(page: Page, person: string): Promise<void> {
  await page.locator('input[name=login]').fill(person);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

function configurationFor(origins: readonly string[]): Readonly<Record<string, unknown>> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: origins.map((origin) => `${origin}/auth/callback`),
        post_logout_redirect_uris: origins.map((origin) => `${origin}/auth/signed-out`),
      },
      {
        client_id: GATEWAY.id,
        client_secret: GATEWAY.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
    cookies: { keys: ['a key of the test'] },
    claims: { openid: ['sub'], profile: ['name', 'roles'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...PEOPLE[id] }),
    }),
    extraTokenClaims: () => ({ roles: ['service'] }),
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, audience: string) => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}
