/**
 * Who uses the page, and the way to the sign-in. Both are the server's: the page holds no credential, its cookie is none that
 * a script can read.
 */

/** Whoever uses the page. */
export interface Account {
  /** `local` where nobody need sign in. */
  readonly kind: string;
  readonly name?: string;
}

/** Leaves for the sign-in, and comes back to where the reader was. For an answer 401 of our own server. */
export function leaveForSignIn(): void {
  const { pathname, search, hash } = location;
  location.assign(`/auth/sign-in?return=${encodeURIComponent(pathname + search + hash)}`);
}

/** True for an address of the page's own server. */
export function isOwnServer(url: string): boolean {
  return URL.canParse(url, location.href) && new URL(url, location.href).origin === location.origin;
}

/** Who one is; `undefined` where the server cannot say. */
export async function ownAccount(signal: AbortSignal): Promise<Account | undefined> {
  const response = await fetch('/auth/me', { signal, headers: { accept: 'application/json' } }).catch(
    () => undefined,
  );
  if (response?.ok !== true) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  const [kind, name] = ['kind', 'name'].map((key) => textAt(body, key));
  return kind === undefined ? undefined : { kind, ...(name !== undefined && { name }) };
}

/** Ends the session, then leaves for where the provider ends its own. */
export async function signOut(): Promise<void> {
  const response = await fetch('/auth/sign-out', { method: 'POST' });
  const body: unknown = await response.json().catch(() => undefined);
  location.assign(textAt(body, 'location') ?? '/');
}

function textAt(body: unknown, key: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, key);
  return typeof value === 'string' ? value : undefined;
}
