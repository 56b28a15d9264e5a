/**
 * Five studies to search in, and a way to ask for them over HTTP.
 */
import { expect } from 'vitest';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dicomFile } from './dicom-file.ts';
import type { TestServer } from './http-server.ts';
import { servedStorage } from './served-storage.ts';
import { storeBytes } from './storage.ts';

/** One study of two series of two instances each; its attributes are what the tests ask for. */
export interface StudyFacts {
  readonly uid: string;
  readonly patientId: string;
  readonly patientName: string;
  readonly date: string;
  readonly time: string;
  readonly accession: string;
  readonly modalities: readonly [string, string];
  readonly description: string;
}

/** What is stored. */
export const STUDIES: readonly StudyFacts[] = [
  ['P1', 'Müller^Änne', '20240101', '101530', 'A-1', ['CR', 'SR'], 'Hand links'],
  ['P2', 'MULLER^Bert', '20240228', '0930', 'A_1', ['DX', 'SR'], 'Wrist 100%'],
  ['P3', 'Doe^Jane^^Dr', '20240229', '235959.5', 'A%1', ['DX', 'CR'], 'wrist right'],
  ['P10', 'Yamada^Tarou=山田^太郎=やまだ^たろう', '20250615', '', 'B*1', ['CR', 'CR'], ''],
  ['p1', '', '', '0000', '', ['CT', 'SR'], 'Knee'],
].map(([patientId, patientName, date, time, accession, modalities, description], index) => ({
  uid: `1.2.${index + 1}`,
  patientId: String(patientId),
  patientName: String(patientName),
  date: String(date),
  time: String(time),
  accession: String(accession),
  modalities: modalities as unknown as [string, string],
  description: String(description),
}));

/** A server that holds {@link STUDIES}. */
export interface SearchedServer extends TestServer {
  search(path: string): Promise<Answer>;
}

/** What a search answers; no matches where the status is not 200. */
export interface Answer {
  readonly status: number;
  readonly warning: string | null;
  readonly matches: readonly DataSet[];
}

/** Serves {@link STUDIES} for as long as the tests of the file run. */
export async function serveSearchedStudies(): Promise<SearchedServer> {
  const { storage, server } = await servedStorage({ keepsAll: true });
  const instances = storage.instances();
  for (const study of STUDIES) {
    for (const file of filesOf(study)) expect((await storeBytes(instances, file)).status).toBe('stored');
  }
  return { ...server, search: (path) => search(`${server.base}${path}`) };
}

async function search(address: string): Promise<Answer> {
  const response = await fetch(address, { headers: { Accept: 'application/dicom+json' } });
  const text = await response.text();
  const matches = response.status === 200 ? (JSON.parse(text) as DataSet[]) : [];
  return { status: response.status, warning: response.headers.get('warning'), matches };
}

function filesOf(study: StudyFacts): Buffer[] {
  return [1, 2].flatMap((series) =>
    [1, 2].map((number) =>
      dicomFile({
        SpecificCharacterSet: 'ISO_IR 192',
        StudyInstanceUID: study.uid,
        SeriesInstanceUID: `${study.uid}.${series}`,
        SOPInstanceUID: `${study.uid}.${series}.${number}`,
        PatientID: study.patientId,
        PatientName: study.patientName,
        StudyDate: study.date,
        StudyTime: study.time,
        AccessionNumber: study.accession,
        StudyDescription: study.description,
        StudyID: 'S1',
        ReferringPhysicianName: 'Ref^Erring',
        PatientBirthDate: '20100203',
        Modality: study.modalities[series - 1] ?? '',
        SeriesNumber: String(series),
        InstanceNumber: String(3 - number),
        BodyPartExamined: 'HAND',
        OverlayData: new Uint8Array(2000), // too long for a header
        RequestAttributesSequence: [
          { ScheduledProcedureStepID: `SPS${series}`, RequestedProcedureID: `RP${study.uid}` },
        ],
      }),
    ),
  );
}
