/**
 * Opens what decides who comes in, as `wiring.ts` needs it: sessions, keys and tokens, and how each application asks for them.
 */
import { apiKeysRouter } from './http/api-keys.ts';
import { auditRouter } from './http/audit-search.ts';
import type { HttpAccess } from './http/access.ts';
import { guardStudies, StudyRules } from './http/study-access.ts';
import { signInRouter } from './http/sign-in.ts';
import type { Configuration } from './config.ts';
import type { Log } from './operations/log.ts';
import { ApiKeys } from './security/api-key.ts';
import type { AuditAction, AuditEvent } from './security/audit-event.ts';
import { AuditRecorder } from './security/audit-recorder.ts';
import { recordAuditEvent } from './security/audit-trail.ts';
import { authenticate, authenticateBy } from './security/authentication.ts';
import { BearerTokens } from './security/bearer-token.ts';
import { FailedAttempts } from './security/failed-attempts.ts';
import { identifyBy } from './security/identify.ts';
import { OidcProvider } from './security/oidc.ts';
import { Sessions } from './security/session.ts';
import type { Pool } from './storage/database.ts';
import type { StudyIndex } from './storage/study-index.ts';

/** Access to both applications. */
export interface OpenAccess {
  readonly main: HttpAccess;
  readonly ohif: HttpAccess;
  /** Who sees which studies. */
  readonly rules: StudyRules;
  /** Writes what of the audit trail still waits. */
  stop(): Promise<void>;
}

/** What it works with. */
export interface AccessParts {
  readonly pool: Pool;
  readonly index: StudyIndex;
  readonly log: Log;
  /** Names this installation in audit messages. */
  readonly sourceId: string;
}

/** Opens it, and puts the start on record. Nothing is asked of the provider before somebody signs in. */
export async function openAccess(
  { access, corsOrigins, ohifPort }: Configuration,
  { pool, index, log, sourceId }: AccessParts,
): Promise<OpenAccess> {
  const { oidc, isRequired, tls, trustedProxies, publicUrl } = access;
  const record = (event: AuditEvent): Promise<void> => recordAuditEvent(pool, event);
  const recorder = new AuditRecorder({
    pool,
    onError: (error) => {
      log.error({ error }, 'audit events could not be written; they wait');
    },
  });
  const ownAct = (action: AuditAction): Promise<void> =>
    record({ at: new Date(), principalId: 'osteon', action, outcome: 'success', studyInstanceUids: [] });
  await ownAct('start-application');
  const keys = new ApiKeys(pool);
  const rules = StudyRules.open(access.rulesFile);
  // The configuration names a provider only where authentication is demanded.
  const provider = oidc && new OidcProvider(oidc);
  const sessions = new Sessions(pool, access.sessionSeconds);
  const ohifPublicUrl = access.ohifPublicUrl ?? besides(publicUrl, ohifPort);
  const isSecure = tls !== undefined || publicUrl?.startsWith('https:') === true;
  const origins = new Set([...corsOrigins, publicUrl, ohifPublicUrl].filter((one) => one !== undefined));
  const onFailure = (address: string, count: number): void => {
    // The first is on record, and then each that comes after twice as many: an attack does not fill the trail.
    if ((count & (count - 1)) !== 0) return;
    recorder.note({
      at: new Date(),
      principalId: 'unknown',
      action: 'security-alert',
      outcome: 'refused',
      studyInstanceUids: [],
      networkAddress: address,
      occurrences: count,
      detail: 'wrong credentials',
    });
  };
  const authentication = isRequired
    ? authenticateBy(
        identifyBy({
          sessions,
          keys,
          ...(oidc?.audience !== undefined &&
            provider && {
              tokens: new BearerTokens({ ...oidc, audience: oidc.audience }, () => provider.metadata()),
            }),
          failures: new FailedAttempts(),
          origins,
          isSecure,
          onFailure,
          rules,
        }),
      )
    : authenticate({ origins });
  const accessAt = (url: string | undefined): HttpAccess => ({
    authentication,
    trustedProxies,
    isSecure,
    canSignIn: provider !== undefined,
    keys: apiKeysRouter({ keys, record }),
    audit: auditRouter({ database: pool, sourceId }),
    guardStudy: guardStudies(index),
    uploadBytesPerDay: access.uploadBytesPerDay,
    note: (event) => {
      recorder.note(event);
    },
    signIn: signInRouter(
      provider && {
        provider,
        sessions,
        isSecure,
        publicUrl: url,
        record,
        onError: (error) => {
          log.warn({ error }, 'a sign-in failed');
        },
      },
    ),
  });
  return {
    main: accessAt(publicUrl),
    ohif: accessAt(ohifPublicUrl),
    rules,
    async stop() {
      await recorder.stop();
      await ownAct('stop-application');
    },
  };
}

/** The same host at another port. */
function besides(url: string | undefined, port: number | 'off'): string | undefined {
  if (url === undefined || port === 'off') return undefined;
  const other = new URL(url);
  other.port = String(port);
  return other.origin;
}
