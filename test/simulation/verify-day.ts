/**
 * Whether every study's result is in every place where it belongs, once and whole.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { SCHEMAS } from '../../server/http/open-api/schemas.ts';
import { analysisEnd } from '../support/analyses.ts';
import { dicomWebClient } from '../support/dicom-web-client.ts';
import type { PhantomStudy } from '../support/phantom-studies.ts';
import type { ReceivingPacs } from '../support/receiving-pacs.ts';
import type { RunningServer } from '../support/running-server.ts';

export interface DayFindings {
  /** Result objects that the server holds. */
  readonly results: number;
  /** Deliveries that got through at a second try or later. */
  readonly deliveredLate: number;
  /** Each in words; empty: all is well. */
  readonly problems: readonly string[];
}

interface Places {
  readonly server: RunningServer;
  readonly pacs: ReceivingPacs;
  readonly archive: string;
}

/** Waits for what is under way, then looks. */
export async function verifyDay(
  { server, pacs, archive }: Places,
  studies: readonly PhantomStudy[],
): Promise<DayFindings> {
  const problems: string[] = [];
  for (const { studyInstanceUid } of studies) {
    const { state, reason = '' } = await analysisEnd(server.address, studyInstanceUid);
    if (state !== 'done') problems.push(`${studyInstanceUid} ended ${state}: ${reason}`);
  }
  problems.push(...(await deliveriesEnd(server)));
  const expected = new Map<string, string>();
  for (const study of studies) {
    const { results, problems: found } = await resultsOf(server, study);
    problems.push(...found);
    for (const [uid, hash] of results) expected.set(uid, hash);
  }
  problems.push(...differences('PACS', pacs.kept, expected));
  problems.push(...differences('archive', await hashesBelow(archive), expected));
  problems.push(...pacs.altered.map((uid) => `other bytes came to the PACS under ${uid}`));
  return { results: expected.size, deliveredLate: await countLate(server), problems };
}

/** Waits until nothing is on its way; dead letters are problems. */
async function deliveriesEnd({ address }: RunningServer): Promise<readonly string[]> {
  for (;;) {
    const response = await fetch(`${address}/api/destinations`);
    const { destinations } = SCHEMAS.Destinations.parse(await response.json());
    const open = destinations.reduce((sum, { counts }) => sum + counts.waiting + counts.sending, 0);
    if (open === 0) {
      return destinations.flatMap(({ name, counts }) =>
        counts.dead > 0 ? [`${counts.dead} dead letters for ${name}`] : [],
      );
    }
    await pause(200);
  }
}

async function countLate({ address }: RunningServer): Promise<number> {
  const response = await fetch(`${address}/api/deliveries?state=delivered&limit=1000`);
  return SCHEMAS.Deliveries.parse(await response.json()).deliveries.filter(({ tries }) => tries > 1).length;
}

/** The results of a study by UID with their SHA-256; its images must be there pixel for pixel, its report at least once. */
async function resultsOf(
  { address }: RunningServer,
  { studyInstanceUid, files }: PhantomStudy,
): Promise<{ results: ReadonlyMap<string, string>; problems: readonly string[] }> {
  const stored = await dicomWebClient(`${address}/dicom-web`).retrieve(`/studies/${studyInstanceUid}`, '*');
  // storescu writes sequences and File Meta Information its own way; UIDs and pixels are the image's.
  const images = new Set(files.map(imageKeyOf));
  const results = new Map<string, string>();
  let kept = 0;
  let reports = 0;
  for (const file of stored) {
    if (images.has(imageKeyOf(file))) {
      kept += 1;
      continue;
    }
    const { sopInstanceUid, attributes } = readHeader(file);
    results.set(sopInstanceUid, hashOf(file));
    if (textOf(attributes, TAG.Modality) === 'SR') reports += 1;
  }
  return {
    results,
    problems: [
      ...(kept === files.length ? [] : [`${studyInstanceUid} has ${kept} of ${files.length} images`]),
      // A study whose images came apart may have been complete more than once: each report follows the one before.
      ...(reports >= 1 ? [] : [`${studyInstanceUid} has no report`]),
    ],
  };
}

function differences(
  where: string,
  found: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): readonly string[] {
  return [
    ...[...expected].filter(([uid, hash]) => found.get(uid) !== hash).map(([uid]) => `the ${where} lacks ${uid}`),
    ...[...found.keys()].filter((uid) => !expected.has(uid)).map((uid) => `the ${where} has ${uid}, which the server has not`),
  ];
} // prettier-ignore

async function hashesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const hashes = new Map<string, string>();
  for (const { parentPath, name } of files) {
    hashes.set(name.replace(/\.dcm$/, ''), hashOf(await readFile(join(parentPath, name))));
  }
  return hashes;
}

function imageKeyOf(file: Uint8Array): string {
  const { sopInstanceUid, pixelData } = readHeader(file);
  const { offset = 0, length = 0 } = pixelData ?? {};
  return `${sopInstanceUid} ${hashOf(file.subarray(offset, offset + length))}`;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
