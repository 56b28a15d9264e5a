/**
 * Every route of an application, read off the routers themselves, with what it demands; and every middleware beside them.
 */
import type { Express, RequestHandler } from 'express';
import { MOUNTS } from '../../server/http/route-template.ts';
import { accessOf, type Access } from '../../server/security/authentication.ts';
import { permissionsOf, ROLE_NAMES } from '../../server/security/role.ts';

/** One method of one route. */
export interface AccessRoute {
  /** In upper case. */
  readonly method: string;
  /** Template below the root of the application. */
  readonly path: string;
  /** What the first handlers demand; empty: nothing is said. */
  readonly demands: readonly Access[];
}

interface Layer {
  readonly handle: RequestHandler & { readonly stack?: readonly Layer[] };
  readonly name: string;
  readonly method?: string;
  /** Where it is mounted. */
  readonly rawPath: string;
  readonly route?: { readonly path: string | readonly string[]; readonly stack: readonly Layer[] };
}

/** What an application consists of. A router at a place that `route-template.ts` does not know is told among the middleware. */
export function partsOf(app: Express): { routes: readonly AccessRoute[]; middleware: readonly string[] } {
  const routes: AccessRoute[] = [];
  const middleware = new Set<string>();
  const walk = (layers: readonly Layer[], prefix: string): void => {
    for (const layer of layers) {
      const { route, handle } = layer;
      if (route) routes.push(...methodsOf(route, prefix));
      else if (handle.stack) {
        const mount = layer.rawPath === '/' ? '' : layer.rawPath;
        if (mount !== '' && !MOUNTS.includes(mount)) middleware.add(`router at ${mount}`);
        walk(handle.stack, `${prefix}${mount}`);
      } else middleware.add(handle.name || '(nameless)');
    }
  };
  walk((app as unknown as { router: { stack: readonly Layer[] } }).router.stack, '');
  return { routes, middleware: [...middleware] };
}

/** A handler for all methods is not a method: it refuses what no other takes. It is told as one where it stands alone. */
function methodsOf(route: NonNullable<Layer['route']>, prefix: string): AccessRoute[] {
  const named = new Set(route.stack.flatMap(({ method }) => (method === undefined ? [] : [method])));
  const others = route.stack.filter(
    ({ method, handle }) => method === undefined && handle.name !== 'refuseMethod',
  );
  const methods = others.length > 0 ? [...named, 'all'] : [...named];
  const paths = typeof route.path === 'string' ? [route.path] : route.path;
  return methods.flatMap((method) =>
    paths.map((path) => ({
      method: method.toUpperCase(),
      path: `${prefix}${path === '/' && prefix !== '' ? '' : path}`,
      demands: route.stack
        .filter((layer) => layer.method === method || layer.method === undefined)
        .slice(0, 1)
        .flatMap(({ handle }) => accessOf(handle) ?? []),
    })),
  );
}

/** The matrix as `docs/security.md` shows it: a row for each method of each route, a column for each role. */
export function matrixAsMarkdown(main: readonly AccessRoute[], ohif: readonly AccessRoute[]): string {
  const rows = new Map<string, { route: AccessRoute; places: string[] }>();
  for (const [place, routes] of [
    ['main', main],
    ['OHIF', ohif],
  ] as const) {
    for (const route of routes) {
      const key = `${route.path} ${route.method} ${route.demands.join()}`;
      const row = rows.get(key) ?? { route, places: [] };
      row.places.push(place);
      rows.set(key, row);
    }
  }
  const lines = [...rows.values()].map(({ route, places }) => {
    const [demand = 'open'] = route.demands;
    const cells = ROLE_NAMES.map((role) =>
      demand === 'open' || permissionsOf([role]).has(demand) ? 'yes' : '·',
    );
    const nobody = demand === 'open' ? 'yes' : '·';
    return `| ${[`${route.method} \`${route.path}\``, demand, places.join(', '), ...cells, 'yes', nobody].join(' | ')} |`;
  });
  const heads = ['Route', 'Needs', 'Port', ...ROLE_NAMES, 'this machine', 'nobody'];
  return [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---|').join('')}`, ...lines].join('\n');
}
