/**
 * Who a phantom is made out to be, and UIDs that follow from names alone.
 */
import { hash } from './random.ts';

/** Patient, study and place of one phantom image. Dates as DA, times as TM (PS3.5 6.2). */
export interface PhantomIdentity {
  /** Names the study in its UIDs: equal keys give equal UIDs. */
  readonly studyKey: string;
  readonly seriesNumber: number;
  readonly instanceNumber: number;
  readonly modality: 'DX' | 'CR';
  readonly patientName: string;
  readonly patientId: string;
  readonly patientBirthDate: string;
  /** Age String on the study date, e.g. `010Y`. PS3.5 6.2. */
  readonly patientAge: string;
  readonly studyDate: string;
  readonly studyTime: string;
  readonly accessionNumber: string;
  readonly studyDescription: string;
}

const VERSION_BITS = 0x8n << 76n;
const VARIANT_BITS = 0x2n << 62n;

/** A UID that depends on a name alone: `2.25.` and a UUID of version 8 (PS3.5 B.2, RFC 9562 5.8). */
export function uidOf(name: string): string {
  const words = [0, 1, 2, 3].map((part) => BigInt(hash(`${part}:${name}`)));
  const bits = words.reduce((all, word) => (all << 32n) | word, 0n);
  const free = bits & ~(0xfn << 76n) & ~(0x3n << 62n);
  return `2.25.${free | VERSION_BITS | VARIANT_BITS}`;
}
