/**
 * The whole server as a process of its own, as `npm start` runs it: for tests from outside.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', 'server', 'main.ts');
const READY = /Reading room +(https?:\S+)\//;
const DICOM = /DICOM +\S+ at \S+, port (\d+)/;

export interface RunningServer {
  readonly address: string;
  readonly child: ChildProcess;
  /** Port for DICOM associations, where `OSTEON_DIMSE_PORT` opened one. */
  dimsePort(): number;
  /** Everything printed so far. */
  output(): string;
  /** Asks it to stop and waits; the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a server on a free port and waits until it is ready. Rejects with what it printed when it ends before. */
export async function startServer(
  dataFolder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const script = `const { main } = await import(${JSON.stringify(MAIN)}); await main([]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      ...process.env,
      OSTEON_DATA: dataFolder,
      OSTEON_PORT: '0',
      OSTEON_OHIF_PORT: 'off',
      OSTEON_DIMSE_PORT: 'off',
      OSTEON_DEMO: 'off',
      OSTEON_LOG_LEVEL: 'warn',
      ...environment,
    },
  });
  let output = '';
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const found = READY.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    child.once('exit', () => {
      reject(new Error(output));
    });
  });
  return {
    address,
    child,
    dimsePort: () => Number(DICOM.exec(output)?.[1]),
    output: () => output,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
}
