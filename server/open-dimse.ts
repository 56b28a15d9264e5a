/**
 * Opens the DICOM network, as `wiring.ts` needs it. Where it is not listened on, others can still be called.
 */
import type { Configuration } from './config.ts';
import { startDimseService, type DimseService } from './dimse/dimse-service.ts';
import { createServerSide, type ServerSideParts } from './dimse/server-side.ts';
import type { Log } from './operations/log.ts';

/** Longest P-DATA-TF that is taken, in bytes: few trips, and little memory for each association. */
const PDU_BYTES = 131_072;
const NEGOTIATION_MS = 15_000;
const STALL_MS = 60_000;
/** Below this much free disk nothing more is taken: what is under way must still fit. */
const LEAST_FREE_BYTES = 200_000_000;

/** Opens it. Throws `invalid-configuration` where a port cannot be had. */
export async function openDimse(
  { dimse, dataFolder, limits }: Pick<Configuration, 'dimse' | 'dataFolder' | 'limits'>,
  parts: Omit<ServerSideParts, 'onFault'>,
  log: Log,
): Promise<DimseService> {
  const { aeTitle, host, port, tlsPort, tls, peers, maxAssociations, idleSeconds } = dimse;
  return await startDimseService({
    setup: {
      aeTitle,
      host,
      ...(port === 'off' ? {} : { port }),
      ...(tlsPort === 'off' ? {} : { tlsPort }),
      ...(tls ? { tls } : {}),
      peers,
      maxAssociations,
      limits: {
        maxPduBytes: PDU_BYTES,
        negotiationMs: NEGOTIATION_MS,
        idleMs: idleSeconds * 1000,
        stallMs: STALL_MS,
      },
      dataFolder,
      stagingFolder: parts.objects.stagingFolder,
      maxObjectBytes: limits.maxObjectBytes,
      leastFreeBytes: LEAST_FREE_BYTES,
    },
    server: createServerSide({
      ...parts,
      onFault: (error) => {
        log.error({ error }, 'something failed beside a request over DIMSE that was granted');
      },
    }),
    objects: parts.objects,
    onFault: (error) => {
      log.error({ error }, 'the DIMSE process failed');
    },
  });
}
