/**
 * Cookies: read one, write one. RFC 6265.
 */

/** How a cookie is kept. */
export interface CookieOptions {
  /** Sent over TLS alone. */
  readonly isSecure: boolean;
  /** Seconds; 0 removes it; absent: until the browser closes. */
  readonly maxAge?: number;
  readonly path?: string;
}

/** The value of a cookie; of several of one name the first. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** A Set-Cookie value: no script reads it, and requests that other sites make do not carry it. */
export function setCookie(
  name: string,
  value: string,
  { isSecure, maxAge, path = '/' }: CookieOptions,
): string {
  return [
    `${name}=${value}`,
    `Path=${path}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecure ? ['Secure'] : []),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
  ].join('; ');
}

/** Name of the session's cookie. The prefix makes browsers refuse one that another host or plain HTTP sets. RFC 6265bis 4.1.3.2. */
export function sessionCookieName(isSecure: boolean): string {
  return isSecure ? '__Host-osteon-session' : 'osteon-session';
}
