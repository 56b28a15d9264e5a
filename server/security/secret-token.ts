/**
 * Random secrets that we give out, and what is kept of them: their SHA-256. They hold 256 random bits, so nothing slower is
 * needed to keep them from being guessed.
 */
import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 of a secret, as it is kept. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
