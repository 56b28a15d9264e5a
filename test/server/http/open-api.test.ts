/** The description of `/api`: valid by a validator that is not ours, and the same as the routes, both ways. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { ALL_OPERATIONS, openApiDocument } from '../../../server/http/open-api/document.ts';
import { openApiPage } from '../../../server/http/open-api/page.ts';
import { SCHEMAS } from '../../../server/http/open-api/schemas.ts';
import { authenticate } from '../../../server/security/authentication.ts';
import { partsOf } from '../../support/access-routes.ts';
import { emptyApp } from '../../support/empty-apps.ts';

/** `METHOD path needs`, as the routers have them. */
const ROUTES = partsOf(emptyApp(authenticate()))
  .routes.filter(({ path }) => path.startsWith('/api'))
  .map(({ method, path, demands }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${demands.join()}`);

describe('the OpenAPI document', () => {
  it('names every route of /api with what it needs, and no other', () => {
    const stated = ALL_OPERATIONS.map(
      ({ method, path, needs }) => `${method.toUpperCase()} /api${path} ${needs}`,
    );
    expect(ROUTES.length).toBeGreaterThan(25);
    expect(stated.toSorted()).toEqual(ROUTES.toSorted());
    const { paths } = openApiDocument('1.2.3') as { paths: Record<string, Record<string, unknown>> };
    const written = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(written.toSorted()).toEqual(ALL_OPERATIONS.map(({ method, path }) => `${method} ${path}`).toSorted());
  }); // prettier-ignore

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(openApiDocument('1.2.3')));
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    // It does look: an answer without a description is refused.
    const spoilt = structuredClone(openApiDocument('1.2.3')) as { paths: Record<string, { get: { responses: object } }> };
    Object.assign(spoilt.paths['/rules']?.get ?? {}, { responses: { 200: {} } });
    expect((await new Validator().validate(spoilt)).valid).toBe(false);
  }); // prettier-ignore

  it('gives every operation a name of its own, and refers to no schema that it lacks', () => {
    const text = JSON.stringify(openApiDocument('1.2.3'));
    const names = [...text.matchAll(/"operationId":"([^"]*)"/g)].map(([, name = '']) => name);
    expect(names).toHaveLength(ALL_OPERATIONS.length);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-zA-Z]+$/.test(name))).toEqual([]);
    const used = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name));
    expect([...used].toSorted()).toEqual(Object.keys(SCHEMAS).toSorted());
  });
});

describe('its page', () => {
  const page = openApiPage('1.2.3');

  it('shows every operation and every value', () => {
    for (const { path, summary } of ALL_OPERATIONS) {
      expect(page).toContain(`<code>/api${path}</code>`);
      expect(page).toContain(summary);
    }
    for (const name of Object.keys(SCHEMAS)) expect(page).toContain(`<details id="${name}">`);
  });

  it('asks nothing of other servers and runs no script', () => {
    expect(page).not.toMatch(/<script|https?:\/\//);
  });
});
