/**
 * The permission matrix: every route that the routers hold, every role, over a real socket; and `docs/security.md`, which
 * shows it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router, type Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticateBy, requirePermission } from '../../../server/security/authentication.ts';
import { ANONYMOUS, LOCAL_PRINCIPAL, type Principal } from '../../../server/security/principal.ts';
import { permissionsOf, ROLE_NAMES, ROLES } from '../../../server/security/role.ts';
import { ALL_PERMISSIONS } from '../../../server/security/permission.ts';
import { matrixAsMarkdown, partsOf, type AccessRoute } from '../../support/access-routes.ts';
import { emptyApp, emptyOhifApp } from '../../support/empty-apps.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

/** Middleware that answers nothing that belongs to a patient; a new one is looked at, then added. */
const KNOWN_MIDDLEWARE = [
  'allowOrigins',
  'answerFailure',
  'auditRequest',
  'compression',
  'helmetMiddleware',
  'identifyPrincipal',
  'keepFromCaches',
  'leadToSignIn',
  'limitRate',
  'logRequest',
  'notFound',
  'readForwarded',
  'sendPages',
  'serveStatic',
];

const HOLDERS: Readonly<Record<string, Principal>> = {
  ...Object.fromEntries(
    ROLE_NAMES.map((role) => [
      role,
      { id: role, kind: 'person', permissions: permissionsOf([role]) } as const,
    ]),
  ),
  local: LOCAL_PRINCIPAL,
  anonymous: ANONYMOUS,
};
const identify = authenticateBy((request) => HOLDERS[request.get('x-holder') ?? ''] ?? ANONYMOUS);

const apps: Readonly<Record<string, Express>> = { main: emptyApp(identify), ohif: emptyOhifApp(identify) };
const routesOf = (name: string): readonly AccessRoute[] => {
  const app = apps[name];
  return app ? partsOf(app).routes : [];
};
const nameOf = ({ method, path }: AccessRoute): string => `${method} ${path}`;

describe.each(Object.keys(apps))('the application %s', (name) => {
  it('says of every route what it needs', () => {
    expect(routesOf(name).length).toBeGreaterThan(20);
    expect(
      routesOf(name)
        .filter(({ demands }) => demands.length !== 1)
        .map(nameOf),
    ).toEqual([]);
  });

  it('answers by routes, and by middleware that is known, alone', () => {
    const app = apps[name];
    const strangers = (app ? partsOf(app).middleware : []).filter((one) => !KNOWN_MIDDLEWARE.includes(one));
    expect(strangers).toEqual([]);
  });
});

it('would see a route that says nothing, a handler without a route, and a router at an unknown place', () => {
  const app = emptyApp(identify);
  app.get('/dump', (_request, response) => response.json({}));
  app.use('/dump', (_request, response) => response.json({}));
  app.use('/elsewhere', Router());
  app.all('/every', requirePermission('read-studies'), (_request, response) => response.json({}));
  const { routes, middleware } = partsOf(app);
  expect(routes.filter(({ demands }) => demands.length === 0).map(nameOf)).toEqual(['GET /dump']);
  expect(routes.find(({ path }) => path === '/every')).toMatchObject({ demands: ['read-studies'] });
  expect(middleware).toEqual(expect.arrayContaining(['(nameless)', 'router at /elsewhere']));
});

describe('each cell of the matrix', () => {
  const servers = new Map<string, LoopbackServer>();
  beforeAll(async () => {
    for (const [name, app] of Object.entries(apps)) {
      servers.set(name, await serveOnLoopback(app));
    }
  });
  afterAll(async () => {
    for (const server of servers.values()) await server.close();
  });

  const cells = Object.keys(apps).flatMap((app) => routesOf(app).map((route) => ({ app, route })));

  it.each(cells.map((cell) => [cell.app, nameOf(cell.route), cell] as const))(
    '%s: %s',
    async (_app, _name, cell) => {
      const origin = servers.get(cell.app)?.origin;
      const [demand = 'open'] = cell.route.demands;
      for (const [holder, { permissions }] of Object.entries(HOLDERS)) {
        const isLetIn = demand === 'open' || permissions.has(demand);
        const methods = cell.route.method === 'GET' ? ['GET', 'HEAD'] : [cell.route.method];
        for (const method of methods) {
          const reply = await ask(String(origin), method, cell.route.path, holder);
          const expected = isLetIn ? 'passed' : holder === 'anonymous' ? 401 : 403;
          expect([holder, method, reply]).toEqual([holder, method, expected]);
        }
      }
    },
  );
});

describe('docs/security.md', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'security.md'), 'utf8');

  it('shows every route with what it needs and who has it', () => {
    const table = matrixAsMarkdown(routesOf('main'), routesOf('ohif'));
    const start = text.indexOf('| Route |');
    expect(text.slice(start, text.indexOf('\n\n', start))).toBe(table);
  });

  it('shows every role', () => {
    for (const [role, { holder }] of Object.entries(ROLES))
      expect(text).toContain(`| \`${role}\` | ${holder}`);
  });
});

it('gives every permission to some role, and every one to whoever sits at this machine', () => {
  const given = permissionsOf(ROLE_NAMES);
  expect([...ALL_PERMISSIONS].filter((permission) => !given.has(permission))).toEqual([]);
  expect(LOCAL_PRINCIPAL.permissions).toEqual(ALL_PERMISSIONS);
});

/** What becomes of a request: refused by the permission it lacks, or let through to a handler, which may fail. */
async function ask(
  base: string,
  method: string,
  path: string,
  holder: string,
): Promise<401 | 403 | 'passed'> {
  const ending = new AbortController();
  const address = path.replaceAll(/\{\*?\w+\}|\*\w+/g, 'x').replaceAll(/:\w+/g, '1.2.3');
  const response = await fetch(`${base}${address}`, {
    method: method === 'ALL' ? 'GET' : method,
    headers: { 'x-holder': holder },
    redirect: 'manual',
    signal: ending.signal,
  });
  const { status } = response;
  const isRefusal =
    method === 'HEAD' || (status !== 401 && status !== 403) ? status : ((await refusalOf(response)) ?? 200);
  ending.abort();
  return isRefusal === 401 || isRefusal === 403 ? isRefusal : 'passed';
}

/** A handler may refuse for its own reasons; what counts is the refusal of the matrix. */
async function refusalOf(response: Response): Promise<401 | 403 | undefined> {
  const { error, message } = (await response.json()) as { error: string; message: string };
  if (error === 'unauthenticated') return 401;
  return message.startsWith('This needs the permission') ? 403 : undefined;
}
