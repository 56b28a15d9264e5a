/**
 * What the server does for its DIMSE process: keeps, searches, converts, answers for what is stored, and records.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { DicomWebServices } from '../http/dicom-web-services.ts';
import { openInstance } from '../http/instance-bytes.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import { recordAuditEvent } from '../security/audit-trail.ts';
import type { Pool } from '../storage/database.ts';
import type { FileObjectStore } from '../storage/file-object-store.ts';
import type { StudyRestriction } from '../storage/search-sql.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import { changeStep, createStep, isCompleteBySteps } from './procedure-step-records.ts';
import { STATUS, statusOf } from './responses.ts';
import { keepOwedReport, listOwedReports, settleOwedReport } from './owed-reports.ts';
import type { ServerSide } from './scp-services.ts';
import { stagingPrefix } from './staging.ts';

export interface ServerSideParts {
  readonly pool: Pool;
  readonly index: StudyIndex;
  readonly objects: FileObjectStore;
  readonly instances: InstanceStore;
  /** For files that are wanted in another transfer syntax. */
  readonly decoding: Pick<DicomWebServices, 'imaging' | 'decodingPlaces'>;
  /** The studies that a node sees; absent: all of them. */
  readonly restrictionOf?: (aeTitle: string) => StudyRestriction | undefined;
  /** Told that a study is complete, as performed procedure steps say. */
  readonly onStudyComplete?: (studyUid: string) => Promise<void>;
  /** Told what failed beside a request that is answered with success. */
  readonly onFault: (error: unknown) => void;
}

/** Puts it together. */
export function createServerSide(parts: ServerSideParts): ServerSide {
  const {
    pool,
    index,
    objects,
    instances,
    decoding,
    restrictionOf = () => undefined,
    onStudyComplete,
    onFault,
  } = parts;
  return {
    async keep(file, { callingAeTitle, calledAeTitle, sopClassUid, sopInstanceUid }) {
      const received = await instances.receiveStaged(await objects.adopt(file), {
        origin: 'dimse',
        sender: { callingAeTitle, calledAeTitle },
        expectedInstance: { sopClassUid, sopInstanceUid },
      });
      const outcome = await received.keep();
      if (outcome.status !== 'refused') {
        return { status: STATUS.success, studyInstanceUid: outcome.instance.studyInstanceUid };
      }
      return { status: statusOf(outcome.failure.kind), comment: outcome.failure.message };
    },
    search: async (search, aeTitle) =>
      (await index.search({ ...search, restriction: restrictionOf(aeTitle) })).matches,
    async listPlaces(selections) {
      const found = new Map<string, StoredPlace>();
      for (const selection of selections) {
        for (const place of await index.listPlaces(selection)) found.set(place.sopInstanceUid, place);
      }
      return [...found.values()];
    },
    async convert(place) {
      const services = { index, objects, ...decoding };
      const { read } = await openInstance(services, place, TRANSFER_SYNTAX.explicitVrLittleEndian);
      const name = `${stagingPrefix(process.pid)}${randomUUID()}`;
      const path = join(objects.stagingFolder, name);
      try {
        await pipeline(read(), createWriteStream(path, { flags: 'wx' }));
        return name;
      } catch (error) {
        await rm(path, { force: true });
        throw asPacsError(error, 'storage-unavailable');
      }
    },
    async commitmentOf(references) {
      const committed: string[] = [];
      const failed: { sopInstanceUid: string; failureReason: number }[] = [];
      for (const { sopClassUid, sopInstanceUid } of references) {
        const stored = await index.findInstance(sopInstanceUid);
        if (stored?.sopClassUid === sopClassUid) committed.push(sopInstanceUid);
        else {
          const failureReason = stored ? STATUS.classInstanceConflict : STATUS.noSuchInstance;
          failed.push({ sopInstanceUid, failureReason });
        }
      }
      return { committed, failed };
    },
    owe: (report) => keepOwedReport(pool, report),
    owed: () => listOwedReports(pool),
    settle: (id) => settleOwedReport(pool, id),
    createStep: (uid, studyUids, aeTitle) => createStep(pool, uid, studyUids, aeTitle),
    async changeStep(uid, change) {
      const { outcome, studyUids } = await changeStep(pool, uid, change);
      for (const studyUid of studyUids) {
        // The change is kept: a modality that heard of a failure would repeat it, and be refused. The study waits as it did.
        try {
          if (await isCompleteBySteps(pool, studyUid)) await onStudyComplete?.(studyUid);
        } catch (error) {
          onFault(error);
        }
      }
      return outcome;
    },
    async audit(event) {
      await recordAuditEvent(pool, event).catch(onFault);
    },
  };
}
