/**
 * The DIMSE process as the server has it: started, started again when it ends, asked, and answered.
 *
 * Trap: what a process that died had staged, and nobody took over, is removed; what is being kept at that moment is not.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { linkOf, type Link } from '../operations/process-link.ts';
import type { FileObjectStore } from '../storage/file-object-store.ts';
import type { DimseClient, SendOutcome } from './dimse-client.ts';
import type { BoundPorts, DimseQuestions, DimseSetup, ServerQuestions } from './dimse-questions.ts';
import type { ServerSide } from './scp-services.ts';
import { stagingPrefix } from './staging.ts';

const PROCESS_FILE = join(import.meta.dirname, 'dimse-process.ts');
/** Before a process that ended is started again; the next times it takes longer. */
const RESTART_MS = 200;
const MOST_RESTART_MS = 10_000;

export interface DimseService {
  readonly client: DimseClient;
  /** As the first process bound them; later ones bind the same. */
  readonly ports: BoundPorts;
  /** Takes no more associations, lets requests end for so long, ends the process. */
  stop(patienceMs: number): Promise<void>;
}

export interface DimseServiceOptions {
  readonly setup: DimseSetup;
  readonly server: ServerSide;
  readonly objects: FileObjectStore;
  /** Told when the process ended by itself, and when it could not be started again. */
  readonly onFault: (error: PacsError) => void;
}

/** Starts it. Throws `invalid-configuration` where a port cannot be had. */
export async function startDimseService(options: DimseServiceOptions): Promise<DimseService> {
  const keeping = new Set<Promise<unknown>>();
  const server: ServerSide = {
    ...options.server,
    keep: (...input) => {
      const kept = options.server.keep(...input);
      keeping.add(kept);
      void kept.finally(() => keeping.delete(kept)).catch(() => undefined);
      return kept;
    },
  };
  let isStopping = false;
  let restartMs = RESTART_MS;
  let current: Running | undefined;

  const begin = async (setup: DimseSetup): Promise<BoundPorts> => {
    const running = launch(server);
    current = running;
    running.child.once('exit', () => {
      void clearAfter(running, keeping, options.objects).catch(() => undefined); // the next start clears the folder
    });
    const ports = await running.link.ask('start', setup);
    running.child.once('exit', () => {
      if (isStopping) return;
      options.onFault(new PacsError('internal', 'The DIMSE process ended; it is started again'));
      restart({ ...setup, ...ports });
    });
    return ports;
  };
  const restart = (setup: DimseSetup): void => {
    setTimeout(() => {
      if (isStopping) return;
      begin(setup).then(
        () => (restartMs = RESTART_MS),
        (error: unknown) => {
          options.onFault(asPacsError(error));
          current?.child.kill('SIGKILL');
          restart(setup);
        },
      );
    }, restartMs).unref();
    restartMs = Math.min(2 * restartMs, MOST_RESTART_MS);
  };

  const stop = async (patienceMs: number): Promise<void> => {
    isStopping = true;
    if (!current) return;
    const { child, link } = current;
    await link.ask('stop', patienceMs).catch(() => undefined);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (child.connected) child.disconnect();
    await ended;
  };
  let ports: BoundPorts;
  try {
    ports = await begin(options.setup);
  } catch (error) {
    await stop(0);
    throw error;
  }
  return { ports, stop, client: clientOver(() => current?.link) };
}

interface Running {
  readonly child: ChildProcess;
  readonly link: Link<DimseQuestions>;
}

function launch(server: ServerSide): Running {
  const child = fork(PROCESS_FILE, [], { serialization: 'advanced', execArgv: ['--max-semi-space-size=2'] });
  child.on('error', () => undefined); // `exit` follows
  const send = (message: unknown): void => {
    // What cannot be sent any more is answered by the exit.
    if (child.connected) child.send(message as object, () => undefined);
  };
  const link = linkOf<DimseQuestions, ServerQuestions>(send, {
    keep: (input) => server.keep(...input),
    search: (input) => server.search(...input),
    listPlaces: (input) => server.listPlaces(...input),
    convert: (input) => server.convert(...input),
    commitmentOf: (input) => server.commitmentOf(...input),
    owe: (input) => server.owe(...input),
    owed: (input) => server.owed(...input),
    settle: (input) => server.settle(...input),
    createStep: (input) => server.createStep(...input),
    changeStep: (input) => server.changeStep(...input),
    audit: (input) => server.audit(...input),
  });
  child.on('message', (message) => {
    link.hear(message);
  });
  child.once('exit', () => {
    link.end(new PacsError('peer-unavailable', 'The DIMSE process ended'));
  });
  return { child, link };
}

/** Removes what a process staged that is gone, when all that it had handed over is kept. */
async function clearAfter(
  { child }: Running,
  keeping: ReadonlySet<Promise<unknown>>,
  objects: FileObjectStore,
): Promise<void> {
  if (child.pid === undefined) return;
  await Promise.allSettled(keeping);
  for (const name of await objects.foreignNames(stagingPrefix(child.pid))) await objects.removeForeign(name);
}

function clientOver(link: () => Link<DimseQuestions> | undefined): DimseClient {
  const asked = (): Link<DimseQuestions> => {
    const found = link();
    if (found) return found;
    throw new PacsError('peer-unavailable', 'The DIMSE process is not there');
  };
  return {
    echo: (peer) => asked().ask('echo', peer),
    send: (peer, places, { onOutcome, signal } = {}) =>
      asked().ask(
        'send',
        { peer, places },
        {
          ...(onOutcome
            ? {
                onNote: (note: unknown) => {
                  onOutcome(note as SendOutcome);
                },
              }
            : {}),
          ...(signal ? { signal } : {}),
        },
      ),
    find: (peer, query) => asked().ask('find', { peer, query }),
    move: (peer, move) => asked().ask('move', { peer, move }),
    requestCommitment: (peer, instances) => asked().ask('requestCommitment', { peer, instances }),
  };
}
