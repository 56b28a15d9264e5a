/**
 * How much one principal may send in a day (UTC). Counted in memory, by this process: a quota against floods, not for bills.
 */
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { demandOn, principalOf } from '../security/authentication.ts';
import type { Permission } from '../security/permission.ts';

const DAY_MS = 86_400_000;
/** Of whoever stores; other requests have small bodies by their own limits. */
const COUNTED: Permission = 'store-instances';

/** Refuses as `too-many-requests` what comes after `bytesPerDay`. Must come after authentication; `now` is replaced by tests. */
export function limitUploads(bytesPerDay: number, now: () => number = Date.now): RequestHandler {
  let day = 0;
  const sent = new Map<string, number>();
  /** Bytes of a connection up to its last request. */
  const counted = new WeakMap<Socket, number>();
  return function limitUpload(request, response, next) {
    if (request.method !== 'POST') {
      next();
      return;
    }
    const today = Math.floor(now() / DAY_MS);
    if (today !== day) {
      sent.clear();
      day = today;
    }
    const { id } = principalOf(request);
    const announced = Number(request.headers['content-length'] ?? 0);
    if ((sent.get(id) ?? 0) + announced > bytesPerDay) {
      throw new PacsError('too-many-requests', `More than ${bytesPerDay} bytes would be sent in a day`);
    }
    const { socket } = request;
    response.once('close', () => {
      // A body need not say how long it is; the connection knows. Its requests come one after the other.
      const bytes = socket.bytesRead - (counted.get(socket) ?? 0);
      counted.set(socket, socket.bytesRead);
      if (demandOn(request)?.permission !== COUNTED) return;
      sent.set(id, (sent.get(id) ?? 0) + Math.max(bytes, announced));
    });
    next();
  };
}
