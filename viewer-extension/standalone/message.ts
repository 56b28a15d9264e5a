/**
 * What a person is told when something fails.
 */
import { RequestError } from './dicomweb-client.ts';

export function messageOf(error: unknown): string {
  if (error instanceof RequestError && error.status === 404) return 'It does not exist on this server.';
  if (error instanceof RequestError && error.status === 406) {
    return 'The server cannot decode its pixel data.';
  }
  return error instanceof Error ? `${error.message}.` : 'An unknown error happened.';
}
