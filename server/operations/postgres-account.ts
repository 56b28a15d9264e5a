/**
 * Which operating-system account PostgreSQL runs as. PostgreSQL refuses to run as root, so a root process hands it
 * to an unprivileged account; any other process runs it as itself.
 */
import { readFile, stat } from 'node:fs/promises';

/** Numeric ids of an unprivileged account. */
export interface PostgresAccount {
  readonly uid: number;
  readonly gid: number;
}

/** Accounts a root process may use, in order of preference; Debian and most images have at least the second. */
const CANDIDATES = ['postgres', 'nobody'] as const;

/** The kernel's overflow account (Linux `/proc/sys/kernel/overflowuid`), used where no candidate is listed. */
const OVERFLOW: PostgresAccount = { uid: 65534, gid: 65534 };

/**
 * The account for the cluster in `clusterFolder`: its present owner where it exists already, so that its files stay
 * readable. `undefined` when this process is not root: PostgreSQL then runs as this process's own account.
 */
export async function postgresAccount(clusterFolder: string): Promise<PostgresAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(clusterFolder).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of CANDIDATES) {
    const account = accountNamed(name, passwd);
    if (account !== undefined) return account;
  }
  return OVERFLOW;
}

/** Finds an account in the text of `/etc/passwd` (`name:password:uid:gid:…`); `undefined` when absent or root. */
export function accountNamed(name: string, passwd: string): PostgresAccount | undefined {
  const line = passwd.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
  const [, , uid, gid] = (line ?? '').split(':').map(Number);
  return uid !== undefined && gid !== undefined && Number.isInteger(uid) && Number.isInteger(gid) && uid > 0
    ? { uid, gid }
    : undefined;
}
