/**
 * The DICOMweb router on a real socket.
 */
import express from 'express';
import { dicomWebRouter } from '../../server/http/dicom-web-router.ts';
import type { DicomWebServices } from '../../server/http/dicom-web-services.ts';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../server/operations/gate.ts';
import { errorHandler } from '../../server/http/errors.ts';
import { authenticate } from '../../server/security/authentication.ts';
import { LOCAL_PRINCIPAL, type Principal } from '../../server/security/principal.ts';
import type { TestStorage } from './storage.ts';
import { serveOnLoopback } from './loopback.ts';

export interface TestServer {
  /** Address of the DICOMweb root. */
  readonly base: string;
  /** What was logged. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/** Serves a storage at an ephemeral port, to the local principal unless told otherwise. Services given replace those of the storage. */
export async function serveDicomWeb(
  storage: TestStorage,
  services: Partial<DicomWebServices> = {},
  principal: Principal = LOCAL_PRINCIPAL,
): Promise<TestServer> {
  const log: Readonly<Record<string, unknown>>[] = [];
  const app = express();
  app.use(authenticate({ local: principal }));
  app.use(
    '/dicom-web',
    dicomWebRouter({
      index: storage.index,
      objects: storage.objects,
      instances: storage.instances(),
      imaging: runImagingTask,
      decodingPlaces: createGate(2),
      ...services,
    }),
  );
  app.use(errorHandler({ error: (fields, message) => log.push({ ...fields, message }) }));
  const server = await serveOnLoopback(app);
  return {
    base: `${server.origin}/dicom-web`,
    log,
    close: server.close,
  };
}

/** A multipart/related body of DICOM files. */
export function multipartOf(files: readonly Uint8Array[], boundary = 'boundary-of-test'): Buffer {
  const parts = files.flatMap((file) => [
    Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
  ]);
  return Buffer.concat([...parts, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

/** Posts DICOM files as STOW-RS does. */
export async function stow(address: string, files: readonly Uint8Array[]): Promise<Response> {
  return await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=boundary-of-test' },
    body: new Uint8Array(multipartOf(files)),
  });
}
