/**
 * Which addresses may be sent to. Destinations come from the routing file alone, but a name in it means what DNS says at the
 * moment: it must not lead to the services of a cloud machine or of this one (OWASP, Server-Side Request Forgery Prevention).
 *
 * A hospital's systems have private addresses, so those are taken. Link-local ones (169.254.169.254 gives out the credentials of
 * cloud machines) never are; loopback only where the file names it.
 */
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('0.0.0.0', 8);
FORBIDDEN.addSubnet('169.254.0.0', 16);
FORBIDDEN.addSubnet('224.0.0.0', 3);
FORBIDDEN.addAddress('100.100.100.200'); // metadata of a cloud whose range is not link-local
FORBIDDEN.addAddress('::', 'ipv6');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addSubnet('ff00::', 8, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** True when something may be sent to `address`, which `host` of a URL stands for. An IPv6 host may stand in brackets. */
export function mayBeSentTo(host: string, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  if (family === 0) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (FORBIDDEN.check(plain, kind)) return false;
  return !LOOPBACK.check(plain, kind) || host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** `dns.lookup` that finds no address which may not be sent to; for the `lookup` option of requests. Addresses written in a URL do not come here. */
export function guardedLookup(host: string, options: LookupOptions, callback: LookupCallback): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, []);
      return;
    }
    const allowed = addresses.filter(({ address }) => mayBeSentTo(host, address));
    const [first] = allowed;
    if (first === undefined) {
      const refusal: NodeJS.ErrnoException = new Error('The name leads to an address that is not sent to');
      refusal.code = 'EACCES';
      callback(refusal, []);
    } else if (options.all === true) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
}
