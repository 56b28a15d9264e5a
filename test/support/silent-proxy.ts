/**
 * A TCP proxy that can fall silent: connections stay open, new ones are taken, and nothing comes through any more.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentProxy {
  /** An address of the target, led through the proxy. */
  through(address: string): string;
  /** What the target says is held back; also what is said to it, unless only its answers are meant. */
  fallSilent(what?: 'everything' | 'answers'): void;
  /** Lets everything through again, also what was held back. */
  speak(): void;
  close(): Promise<void>;
}

/** Starts one in front of the host and port of an address. */
export async function startSilentProxy(target: string): Promise<SilentProxy> {
  const { hostname, port } = new URL(target);
  const clients = new Set<Socket>();
  const upstreams = new Set<Socket>();
  let silent: readonly Set<Socket>[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [sockets, from, to] of [
      [clients, client, upstream],
      [upstreams, upstream, client],
    ] as const) {
      sockets.add(from);
      // Chunks are passed by hand: a pipe would take a paused socket up again.
      from.on('data', (chunk) => void to.write(chunk));
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (silent.includes(sockets)) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = (server.address() as AddressInfo).port;
  return {
    through(address) {
      const url = new URL(address);
      url.host = `127.0.0.1:${own}`;
      return url.href;
    },
    fallSilent(what = 'everything') {
      silent = what === 'answers' ? [upstreams] : [clients, upstreams];
      for (const sockets of silent) for (const socket of sockets) socket.pause();
    },
    speak() {
      silent = [];
      for (const socket of [...clients, ...upstreams]) socket.resume();
    },
    async close() {
      server.close();
      for (const socket of [...clients, ...upstreams]) socket.destroy();
      await once(server, 'close');
    },
  };
}
