/**
 * The audit as the server tells it, asked of `/api/audit`.
 */
import { request } from '../dicomweb-client.ts';

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Agreement {
  readonly count: number;
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
  readonly accuracy?: Estimate;
  readonly sensitivity?: Estimate;
  readonly specificity?: Estimate;
  readonly ppv?: Estimate;
  readonly npv?: Estimate;
  readonly kappa?: Estimate;
}

export interface BoneAgeAgreement {
  readonly count: number;
  readonly bias?: Estimate;
  readonly meanAbsoluteError?: Estimate;
  readonly lowerLimit?: Estimate;
  readonly upperLimit?: Estimate;
}

export interface SidesCompared {
  readonly fracture: Agreement;
  readonly boneAge: BoneAgeAgreement;
}

export interface Verdict {
  readonly hasFracture?: boolean;
  readonly boneAgeMonths?: number;
}

export interface AuditedStudy {
  readonly studyInstanceUid: string;
  readonly date: string;
  readonly models: readonly string[];
  readonly regions: readonly ('hand' | 'leg' | 'hip' | 'shoulder')[];
  readonly score?: number;
  readonly machine: Verdict;
  readonly reader?: Verdict & { readonly names: readonly string[]; readonly turnaroundHours?: number };
  readonly decisions: Readonly<Record<'accepted' | 'rejected' | 'edited' | 'added', number>>;
  readonly state: 'unread' | 'agree' | 'disagree';
  readonly label?: Verdict;
}

export interface Trend {
  readonly name: string;
  readonly studies: number;
  readonly read: number;
  readonly positiveByModels?: Estimate;
  readonly positiveByReaders?: Estimate;
  readonly agreement?: Estimate;
  readonly scoreDrift?: number;
}

export interface AuditSummary {
  readonly studies: number;
  readonly read: number;
  readonly labelled: number;
  readonly modelsByReaders: SidesCompared;
  readonly modelsByLabels: SidesCompared;
  readonly readersByLabels: SidesCompared;
  readonly blandAltman: readonly { readonly mean: number; readonly difference: number }[];
  readonly scores: Readonly<Record<'fracture' | 'none' | 'unread', readonly number[]>>;
  readonly weeks: readonly Trend[];
  readonly models: readonly Trend[];
  readonly turnaround: { readonly median?: number; readonly ninetieth?: number };
}

export interface Audit {
  readonly choices: { readonly models: readonly string[]; readonly regions: AuditedStudy['regions'] };
  readonly studies: readonly AuditedStudy[];
  readonly summary: AuditSummary;
}

export interface Sample {
  readonly id: string;
  readonly seed: string;
  readonly drawnAt: string;
  readonly drawn: number;
  readonly read: number;
  readonly toAdjudicate: readonly string[];
  readonly firstBySecond: Agreement;
  readonly modelsBySecond: Agreement;
  readonly modelsByConsensus: Agreement;
}

/** What was chosen, as the parameters of the address; empty texts choose nothing. */
export type AuditFilter = Readonly<Record<'from' | 'to' | 'model' | 'region' | 'state', string>>;
export const EVERYTHING: AuditFilter = { from: '', to: '', model: '', region: '', state: '' };

const ROOT = '/api/audit';

/** The filter as a query; dates of the page (`2026-01-05`) as DICOM's. */
export function queryOf(filter: AuditFilter): string {
  const parameters = Object.entries(filter).flatMap(([name, value]) =>
    value === '' ? [] : [[name, name === 'from' || name === 'to' ? value.replaceAll('-', '') : value]],
  );
  return new URLSearchParams(parameters).toString();
}

export async function loadAudit(filter: AuditFilter, signal: AbortSignal): Promise<Audit> {
  return (await (await request(`${ROOT}?${queryOf(filter)}`, { signal })).json()) as Audit;
}

/** Address of the table as a file. */
export function tableUrl(filter: AuditFilter): string {
  return `${ROOT}/studies.csv?${queryOf(filter)}`;
}

/** Address of de-identified copies of the studies. */
export function copiesUrl(filter: AuditFilter): string {
  return `${ROOT}/export?${queryOf(filter)}`;
}

export async function loadSamples(): Promise<readonly Sample[]> {
  const body = (await (await request(`${ROOT}/samples`, {})).json()) as { samples: readonly Sample[] };
  return body.samples;
}

/** Sends labels; how many were taken and how many of them are of studies that are not here, or why none was. */
export async function sendLabels(
  text: string,
): Promise<{ readonly imported: number; readonly unknown: number } | { readonly refusal: string }> {
  const response = await fetch(`${ROOT}/labels`, {
    method: 'PUT',
    headers: { 'content-type': 'text/csv' },
    body: text,
  });
  const body = (await response.json()) as { imported: number; unknown: number; message?: string };
  return response.ok ? body : { refusal: body.message ?? String(response.status) };
}

export async function drawSample(size: number, seed: string, filter: AuditFilter): Promise<void> {
  const chosen = Object.fromEntries(new URLSearchParams(queryOf(filter)));
  await post('/samples', { size, seed, filter: chosen });
}

export async function adjudicate(
  sample: string,
  studyInstanceUid: string,
  hasFracture: boolean,
): Promise<void> {
  await post(`/samples/${sample}/adjudications`, { studyInstanceUid, hasFracture });
}

/** The next study that waits for a second reader. */
export async function nextOf(
  sample: string,
): Promise<{ readonly studyInstanceUid?: string; readonly remaining: number }> {
  return (await (await request(`${ROOT}/samples/${sample}/next`, {})).json()) as { remaining: number };
}

export async function sendRead(
  sample: string,
  read: { readonly studyInstanceUid: string; readonly hasFracture: boolean; readonly boneAgeMonths?: number },
): Promise<void> {
  await post(`/samples/${sample}/reads`, read);
}

async function post(path: string, body: object): Promise<void> {
  await request(ROOT + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
