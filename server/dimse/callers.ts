/**
 * Who may call: AE titles and the addresses that they call from.
 *
 * Trap: an AE title is no secret and proves nothing; the address makes it worth something, and TLS with certificates more.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { DimsePeer } from './peer.ts';

/** One row of the allow-list. */
export interface CallerRule {
  /** AE title, or `*` for any. */
  readonly aeTitle: string;
  /** Host name, address, or a subnet such as `10.1.0.0/16`. */
  readonly host: string;
  /** Where it listens itself; absent for what is never called. */
  readonly port?: number;
  readonly isTls?: boolean;
}

/** Host names are looked up again after this time, in ms. */
const LOOKUP_MS = 60_000;

/** The rules, and the addresses of the names in them. */
export class Callers {
  readonly #rules: readonly CallerRule[];
  readonly #addresses = new Map<string, BlockList>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(rules: readonly CallerRule[]) {
    this.#rules = rules;
  }

  /** Looks the names up, now and regularly. A name that cannot be found lets nobody in. */
  static async open(rules: readonly CallerRule[]): Promise<Callers> {
    const callers = new Callers(rules);
    await callers.#lookUp();
    callers.#timer = setInterval(() => void callers.#lookUp(), LOOKUP_MS).unref();
    return callers;
  }

  /** True when somebody of this AE title may call from this address. Without rules everybody may. */
  mayCall(aeTitle: string, address: string): boolean {
    if (this.#rules.length === 0) return true;
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return this.#rules.some(
      (rule) =>
        (rule.aeTitle === '*' || rule.aeTitle === aeTitle) &&
        this.#addresses.get(rule.host)?.check(address, family) === true,
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #lookUp(): Promise<void> {
    await Promise.all(
      [...new Set(this.#rules.map(({ host }) => host))].map(async (host) => {
        const list = await addressesOf(host);
        if (list) this.#addresses.set(host, list);
      }),
    );
  }
}

/** The node of an AE title that listens somewhere; `undefined` where none is known. */
export function destinationOf(rules: readonly CallerRule[], aeTitle: string): DimsePeer | undefined {
  const rule = rules.find((candidate) => candidate.aeTitle === aeTitle && candidate.port !== undefined);
  if (rule?.port === undefined) return undefined;
  const { host, port, isTls = false } = rule;
  return { aeTitle, host, port, isTls };
}

async function addressesOf(host: string): Promise<BlockList | undefined> {
  const list = new BlockList();
  const [network = '', prefix] = host.split('/');
  if (isIP(network) !== 0) {
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
    return list;
  }
  try {
    for (const { address, family } of await lookup(host, { all: true })) {
      list.addAddress(address, family === 6 ? 'ipv6' : 'ipv4');
    }
    return list;
  } catch {
    return undefined; // What was known of the name stays.
  }
}
