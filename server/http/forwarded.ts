/**
 * The client behind a proxy: RFC 7239 `Forwarded`, or the X-Forwarded headers that came before it.
 *
 * Only proxies that the configuration names are believed; what anybody else says of itself is dropped. Express reads the
 * X-Forwarded headers, so `Forwarded` is written out as those.
 */
import { BlockList, isIP } from 'node:net';
import type { Express, RequestHandler } from 'express';

/** Makes `request.ip`, `protocol` and `host` those of the client, behind these proxies. Must come before everything that reads them. */
export function trustProxies(app: Express, proxies: readonly string[]): void {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string): boolean => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
  app.set('trust proxy', isTrusted);
  app.use(readForwarded(isTrusted));
}

function readForwarded(isTrusted: (address: string) => boolean): RequestHandler {
  return function readForwarded(request, _response, next) {
    const { forwarded } = request.headers;
    if (forwarded !== undefined && isTrusted(request.socket.remoteAddress ?? '')) {
      const hops = parseForwarded(forwarded);
      const last = hops.at(-1);
      // Addresses, the client's first, as Express walks them; scheme and host as the nearest proxy saw them.
      request.headers['x-forwarded-for'] = hops.map(({ for: client }) => addressOf(client ?? '')).join(', ');
      Object.assign(request.headers, { 'x-forwarded-proto': last?.proto, 'x-forwarded-host': last?.host });
    }
    next();
  };
}

/** The elements of the header, each with its parameters in lower case; what is not one is left out. RFC 7239 4. */
export function parseForwarded(header: string): readonly Readonly<Partial<Record<string, string>>>[] {
  const elements: Partial<Record<string, string>>[] = [{}];
  for (const [, name, quoted, token, comma] of header.matchAll(
    /([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))|(,)/g,
  )) {
    if (comma !== undefined) elements.push({});
    else {
      const element = elements.at(-1);
      if (element && name !== undefined) {
        element[name.toLowerCase()] =
          quoted === undefined ? (token ?? '') : quoted.replaceAll(/\\(.)/g, '$1');
      }
    }
  }
  return elements.filter((element) => Object.keys(element).length > 0);
}

/** Without a port, and an IPv6 address without brackets. A name (`unknown`, `_hidden`) stays one. */
function addressOf(node: string): string {
  return /^\[([^\]]+)\]/.exec(node)?.[1] ?? node.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}
