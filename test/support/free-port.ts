/**
 * A TCP port that nobody listens on, for a server whose address must be known before it starts.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Such ports, each another. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => (server.close(), once(server, 'close'))));
  return ports;
}

/** One such port. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
