/**
 * `/api/openapi.json` and the page `/api/docs`. They tell what the code can do, and nothing of patients.
 */
import type { Router } from 'express';
import { openToAll } from '../../security/authentication.ts';
import { openApiDocument } from './document.ts';
import { openApiPage, PAGE_STYLE } from './page.ts';

/** Adds them; `version` is that of the software. */
export function addOpenApiRoutes(router: Router, version: string): void {
  router.get('/openapi.json', openToAll(), (_request, response) => {
    response.json(openApiDocument(version));
  });
  router.get('/docs', openToAll(), (_request, response) => {
    response.type('text/html').send(openApiPage(version));
  });
  router.get('/docs/style.css', openToAll(), (_request, response) => {
    response.type('text/css').send(PAGE_STYLE);
  });
}
