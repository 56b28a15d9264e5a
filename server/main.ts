/**
 * The program: reads arguments and environment, opens the server, says where it is, and stops it in good order.
 *
 * Exit codes: 0 after a clean stop, 1 after a failure, 2 for wrong arguments or configuration, 130 when forced.
 */
import { asPacsError, PacsError } from '../dicom/vocabulary/failure.ts';
import { helpPage, readCommand, type Command } from './command-line.ts';
import { readConfiguration, type Configuration } from './config.ts';
import { runImport } from './import-command.ts';
import { createLog, describeError, type Log } from './operations/log.ts';
import { hasScreen, openBrowser } from './operations/open-browser.ts';
import { showOhifProgress } from './operations/ohif-progress.ts';
import { openServer, type OsteonServer } from './wiring.ts';

const FORCED = 130;

/** Runs until a signal, a failure, or the end of an import with `--exit`. Sets the exit code; never rejects. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const command = readCommand(args);
    if (command.help) {
      process.stdout.write(helpPage());
      return;
    }
    const configuration = readConfiguration(process.env);
    await serve(command, configuration, createLog(configuration.logLevel));
  } catch (error) {
    const failure = asPacsError(error);
    process.stderr.write(`\nOsteon cannot run.\n${failure.message}\n`);
    if (failure.kind === 'internal') process.stderr.write(`${JSON.stringify(describeError(error))}\n`);
    process.exitCode = failure.kind === 'invalid-configuration' ? 2 : 1;
  }
}

async function serve(command: Command, configuration: Configuration, log: Log): Promise<void> {
  const stopping = stopSignal();
  process.stdout.write('Starting …\n');
  const server = await openServer(configuration, log);
  const ownFault = uncaughtFault(log);
  try {
    announce(server, configuration);
    if (server.ohif) showOhifProgress(server.ohif.application, process.stdout);
    if (command.opens && hasScreen(process.env, process.stdout.isTTY, process.platform)) {
      await openBrowser(server.address, log);
    }
    const ends = [aborted(stopping), server.failed, ownFault];
    if (command.importPaths.length > 0) {
      const importing = runImport(
        server,
        command,
        configuration.limits.maxObjectBytes,
        process.stdout,
        stopping,
      );
      const isClean = await Promise.race([importing, ...ends]);
      // What is being stored is stored to its end before the parts are closed.
      if (stopping.aborted) await importing;
      if (isClean instanceof PacsError) throw isClean;
      if (command.exit) {
        process.exitCode = isClean === true ? 0 : 1;
        return;
      }
    }
    const end = await Promise.race(ends);
    if (end instanceof PacsError) throw end;
  } finally {
    process.stdout.write('\nStopping …\n');
    await server.stop();
    process.stdout.write('Stopped.\n');
  }
}

/** The first SIGINT or SIGTERM aborts; a second ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(FORCED);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Resolves with the first error that nobody caught: state is then unknown, so the server stops, but in good order. */
function uncaughtFault(log: Log): Promise<PacsError> {
  return new Promise((resolve) => {
    process.on('uncaughtException', (error) => {
      log.error({ error }, 'an error that nobody caught');
      resolve(new PacsError('internal', 'A fault of the program; the log says where', { cause: error }));
    });
  });
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const end = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function announce({ address, ohif, dimse: ports }: OsteonServer, { demo, dimse }: Configuration): void {
  const dimsePorts = [ports.port, ports.tlsPort === undefined ? undefined : `${ports.tlsPort} (TLS)`];
  const listening = dimsePorts.filter((port) => port !== undefined);
  const lines = [
    '',
    'Osteon is ready. Research use only. Not a medical device.',
    '',
    `  Reading room   ${address}/`,
    ...(ohif ? [`  OHIF           ${ohif.address}/`] : []),
    `  Administration ${address}/admin`,
    `  DICOMweb root  ${address}/dicom-web`,
    ...(listening.length === 0
      ? []
      : [`  DICOM          ${dimse.aeTitle} at ${dimse.host}, port ${listening.join(' and ')}`]),
    `  Health         ${address}/health/ready`,
    '',
    ...(demo ? ['The first start loads synthetic demo studies; they appear within a minute.'] : []),
    'Ctrl-C stops it.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
