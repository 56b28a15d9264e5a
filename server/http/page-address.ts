/**
 * `/audit` and `/admin`: pages at addresses of their own. A page itself holds nothing of patients and is open; what it asks
 * for is not.
 */
import { join } from 'node:path';
import { Router } from 'express';
import { openToAll } from '../security/authentication.ts';

/** `GET /` gives the page in `folder`. */
export function pageAddressRouter(folder: string): Router {
  const router = Router();
  router.get('/', openToAll(), (_request, response) => {
    response.set('Cache-Control', 'no-cache').sendFile(join(folder, 'index.html'));
  });
  return router;
}
