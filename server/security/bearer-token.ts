/**
 * Access tokens that are JWTs, as services send them. RFC 9068, RFC 8725. The only importer of jose.
 *
 * Trap: an ID token is a JWT of the same issuer and keys; its audience is the client, which the configuration refuses as
 * the audience of access tokens. Symmetric algorithms and `none` are not in the list, so a public key is never a secret.
 */
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { OidcConfiguration } from '../access-config.ts';
import { identityOf } from './identity-claims.ts';
import { KnownFor } from './known-for.ts';
import type { ProviderMetadata } from './oidc.ts';
import { personOf, type Principal } from './principal.ts';
import { hashOf } from './secret-token.ts';

/** Signature algorithms that are taken. RFC 8725 3.1. */
export const JWT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];

/** How long a verified token is believed without another look, in seconds. */
const KNOWN_SECONDS = 60;
/** Clocks may differ by so much, in seconds. */
const CLOCK_SECONDS = 30;
/** Longer texts are no tokens of ours. */
const MOST_CHARACTERS = 8_192;

export class BearerTokens {
  readonly #settings: OidcConfiguration;
  readonly #audience: string;
  readonly #metadata: () => Promise<ProviderMetadata>;
  readonly #known = new KnownFor<Principal>(KNOWN_SECONDS);
  #keys: { readonly issuer: string; readonly find: JWTVerifyGetKey } | undefined;

  /** `metadata` of the provider is asked for with the first token. */
  constructor(
    settings: OidcConfiguration & { readonly audience: string },
    metadata: () => Promise<ProviderMetadata>,
  ) {
    this.#settings = settings;
    this.#audience = settings.audience;
    this.#metadata = metadata;
  }

  /** Whose token this is; `undefined` where it is not valid. Throws `peer-unavailable` when the keys cannot be had. */
  find(token: string): Principal | undefined | Promise<Principal | undefined> {
    if (token.length > MOST_CHARACTERS) return undefined;
    return this.#known.get(hashOf(token).toString('base64')) ?? this.#verify(token);
  }

  async #verify(token: string): Promise<Principal | undefined> {
    const { issuer, find } = await this.#keySet();
    try {
      const { payload } = await jwtVerify(token, find, {
        issuer,
        audience: this.#audience,
        algorithms: JWT_ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_SECONDS,
      });
      const { sub = '', exp = 0 } = payload;
      const principal = personOf(identityOf(payload, sub, this.#settings));
      this.#known.set(hashOf(token).toString('base64'), principal, exp * 1000);
      return principal;
    } catch (error) {
      if (isAboutTheToken(error)) return undefined;
      throw new PacsError('peer-unavailable', 'The keys of the sign-in provider cannot be had', {
        cause: error,
      });
    }
  }

  async #keySet(): Promise<{ readonly issuer: string; readonly find: JWTVerifyGetKey }> {
    if (!this.#keys) {
      const { issuer, jwksUri } = await this.#metadata();
      this.#keys = { issuer, find: createRemoteJWKSet(new URL(jwksUri)) };
    }
    return this.#keys;
  }
}

/** Whatever jose says of a token; that the keys could not be fetched is not about it. */
function isAboutTheToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  return !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC';
}
