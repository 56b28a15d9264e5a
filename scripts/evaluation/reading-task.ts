/**
 * What the evaluation and its threads say to each other. Plain values, cloned between threads.
 */
import type { ModelTask } from '../../models/manifest.ts';
import type { ImageReading } from '../../models/evaluation/image-reading.ts';
import type { CompositionName } from './compositions.ts';
import type { EncodingName } from './encodings.ts';

/** Given to every thread at its start. */
export interface ReaderSetup {
  readonly modelsFolder: string;
  /** Models to run, by id; absent: all. */
  readonly modelIds?: readonly string[];
  readonly intraOpThreads: number;
}

/** One image to read. */
export interface ReadingTask {
  readonly path: string;
  /** A JPEG or PNG file is imported first; a DICOM file is taken as it is. */
  readonly isPicture: boolean;
  /** Patient's Sex as the header shall say it. */
  readonly sex?: 'F' | 'M';
  /** Whether the header asks for a bone age, and whether it is told once more with the sex withheld. */
  readonly boneAge?: 'as-known' | 'also-sex-withheld';
  /** Tasks that are left out, to save their time. */
  readonly without?: readonly ModelTask[];
  readonly composition?: CompositionName;
  readonly encoding?: EncodingName;
}

/** What came of it. */
export type ReadingResult =
  | { readonly status: 'read'; readonly reading: ImageReading }
  /** The file is no image that can be imported, or no DICOM. */
  | { readonly status: 'unreadable'; readonly reason: string };
