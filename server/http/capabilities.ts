/**
 * Retrieve Capabilities: what this server offers, told by itself. PS3.18 8.9, Annex H; Web Application Description Language.
 *
 * Made from the table of routes, so it cannot name what is not there. Trap: WADL writes a path variable in braces.
 */
import type { Request, RequestHandler } from 'express';
import { isUnchanged } from './entity-tag.ts';
import { negotiate } from './media-type.ts';

/** What a client may be told of one resource. */
export interface Capability {
  /** Path below the root, variables with a colon. */
  readonly path: string;
  /** In upper case. */
  readonly methods: readonly string[];
  /** Media types of a GET, the default first. */
  readonly produces: readonly string[];
  /** Query parameters of a GET. */
  readonly parameters: readonly string[];
}

type Writer = (capabilities: readonly Capability[], base: string) => string;

const WADL = 'application/vnd.sun.wadl+xml';
const JSON_TYPE = 'application/json';

/** Media type → writer, the default first. */
const WRITERS: ReadonlyMap<string, Writer> = new Map([
  [WADL, wadlOf],
  [JSON_TYPE, jsonOf],
]);

/** Answers OPTIONS with the capabilities of these resources. PS3.18 8.9.4: 200, or 304 for what the client has already. */
export function describeCapabilities(capabilities: readonly Capability[]): RequestHandler {
  return (request, response) => {
    const offers = [...WRITERS.keys()].map((name) => ({ name, isMultipart: false }));
    const { name } = negotiate(request, offers).offer;
    const text = WRITERS.get(name)?.(capabilities, rootOf(request)) ?? '';
    response.setHeader('Allow', methodsOf(capabilities).join(', '));
    if (isUnchanged(request, response, [text], name)) return;
    response.type(`${name}; charset=utf-8`).send(text);
  };
}

/** Every method of some resources, each once, and OPTIONS, which all have. */
export function methodsOf(capabilities: readonly Pick<Capability, 'methods'>[]): readonly string[] {
  return [...new Set([...capabilities.flatMap(({ methods }) => methods), 'OPTIONS'])];
}

function rootOf(request: Request): string {
  return `${request.protocol}://${request.host || 'localhost'}${request.baseUrl}/`;
}

function jsonOf(capabilities: readonly Capability[], base: string): string {
  const resources = capabilities.map(({ path, ...rest }) => ({ path: inBraces(path), ...rest }));
  return JSON.stringify({ application: { resources: { base, resource: resources } } });
}

function wadlOf(capabilities: readonly Capability[], base: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<application xmlns="http://wadl.dev.java.net/2009/02">',
    `  <resources base="${base.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">`,
    ...capabilities.map(resourceOf),
    '  </resources>',
    '</application>',
    '',
  ].join('\n');
}

function resourceOf({ path, methods, produces, parameters }: Capability): string {
  const variables = [...path.matchAll(/:(\w+)/g)].map(
    ([, name = '']) => `      <param name="${name}" style="template" required="true"/>`,
  );
  return [
    `    <resource path="${inBraces(path)}">`,
    ...variables,
    ...methods.map((method) => (method === 'GET' ? getOf(produces, parameters) : `      <method name="${method}"/>`)),
    '    </resource>',
  ].join('\n');
} // prettier-ignore

function getOf(produces: readonly string[], parameters: readonly string[]): string {
  return [
    '      <method name="GET">',
    '        <request>',
    '          <param name="Accept" style="header"/>',
    ...['accept', ...parameters].map((name) => `          <param name="${name}" style="query"/>`),
    '        </request>',
    '        <response status="200">',
    ...produces.map((type) => `          <representation mediaType="${type.replaceAll('"', '&quot;')}"/>`),
    '        </response>',
    '      </method>',
  ].join('\n');
}

/** `/studies/:study` → `studies/{study}`. */
function inBraces(path: string): string {
  return path.replace(/^\//, '').replaceAll(/:(\w+)/g, '{$1}');
}
