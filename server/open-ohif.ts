/**
 * Opens OHIF beside the server: its application and its port. Nothing of it is needed by the rest.
 */
import type { Configuration } from './config.ts';
import { createOhifApp, type OhifParts } from './http/ohif.ts';
import { listen, type Listener } from './operations/http-listener.ts';
import { OhifApplication } from './operations/ohif-application.ts';
import type { Log } from './operations/log.ts';
import type { Shutdown } from './operations/shutdown.ts';
import { asPacsError } from '../dicom/vocabulary/failure.ts';

/** OHIF on its port. */
export interface OpenOhif {
  /** Without a slash at its end. */
  readonly address: string;
  readonly port: number;
  readonly application: OhifApplication;
}

/** Opens it; `undefined` where it is switched off, or its port cannot be had, which the log says. */
export async function openOhif(
  { host, ohifPort, access: { tls } }: Configuration,
  parts: Omit<OhifParts, 'application'> & { readonly log: Log },
  shutdown: Shutdown,
  drainMs: number,
): Promise<OpenOhif | undefined> {
  if (ohifPort === 'off') return undefined;
  const application = new OhifApplication();
  shutdown.onClose('OHIF download', () => application.stop());
  let listener: Listener;
  try {
    const place = { host, port: ohifPort, portSetting: 'OSTEON_OHIF_PORT', tls };
    listener = await listen(createOhifApp({ ...parts, application }), place);
  } catch (error) {
    parts.log.warn({ error: asPacsError(error) }, 'OHIF is not served; everything else is');
    return undefined;
  }
  shutdown.onClose('OHIF', () => listener.close(drainMs), drainMs + 500);
  return { address: listener.address, port: listener.port, application };
}
