/**
 * The provider of OpenID Connect: authorization code flow with PKCE. OpenID Connect Core 1.0, RFC 7636, RFC 9700.
 * The only importer of openid-client.
 *
 * The provider is asked for its metadata when it is first needed, and again until it answers: the server starts without it.
 */
import * as client from 'openid-client';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { OidcConfiguration } from '../access-config.ts';
import { identityOf } from './identity-claims.ts';
import type { Identity } from './session.ts';

/** What is remembered of a sign-in between leaving for the provider and coming back. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Where the tokens of the provider are checked. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly jwksUri: string;
}

/** Seconds that a request to the provider may take. */
const TIMEOUT_SECONDS = 10;

export class OidcProvider {
  readonly #settings: OidcConfiguration;
  #discovered: Promise<client.Configuration> | undefined;

  constructor(settings: OidcConfiguration) {
    this.#settings = settings;
  }

  /** Throws `peer-unavailable`. */
  async metadata(): Promise<ProviderMetadata> {
    const { issuer, jwks_uri: jwksUri } = (await this.#configuration()).serverMetadata();
    if (jwksUri === undefined)
      throw new PacsError('peer-refused', 'The sign-in provider names no keys (jwks_uri)');
    return { issuer, jwksUri };
  }

  /** The address at the provider that a person signs in at, and what to remember until then. Throws `peer-unavailable`. */
  async begin(redirectUri: string): Promise<{ readonly url: string; readonly pending: PendingSignIn }> {
    const configuration = await this.#configuration();
    const pending = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: this.#settings.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, pending };
  }

  /** Who came back with `callback`, the whole address. Throws `unauthenticated` where the answer is not the one that was waited for. */
  async finish(
    callback: URL,
    pending: PendingSignIn,
  ): Promise<{ readonly identity: Identity; readonly idToken: string }> {
    const configuration = await this.#configuration();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) throw new TypeError('no ID token');
      return { identity: identityOf(claims, claims.sub, this.#settings), idToken: tokens.id_token };
    } catch (cause) {
      // Why is in the log; a provider's text may hold anything.
      throw new PacsError('unauthenticated', 'The sign-in was not completed at the provider', { cause });
    }
  }

  /** Where the provider ends its own session and sends the person back; `undefined` where it cannot. */
  async endSessionUrl(idToken: string, returnTo: string): Promise<string | undefined> {
    const configuration = await this.#configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: returnTo };
    return client.buildEndSessionUrl(configuration, parameters).href;
  }

  async #configuration(): Promise<client.Configuration> {
    this.#discovered ??= this.#discover();
    try {
      return await this.#discovered;
    } catch (cause) {
      this.#discovered = undefined;
      throw new PacsError('peer-unavailable', 'The sign-in provider cannot be reached', { cause });
    }
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const isPlain = new URL(issuer).protocol === 'http:';
    return client.discovery(
      new URL(issuer),
      clientId,
      {},
      clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret),
      {
        timeout: TIMEOUT_SECONDS,
        // Plain HTTP is taken on a loopback address alone; see the configuration.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that nobody does this on a network
        execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
      },
    );
  }
}
