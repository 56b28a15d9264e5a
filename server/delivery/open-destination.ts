/**
 * The destinations of the routing file, opened. The table of their kinds.
 */
import type { DestinationSettings, DicomDestinationSettings } from '../routing/rules-schema.ts';
import type { Destination } from './destination.ts';
import { dicomWebDestination } from './dicomweb-destination.ts';
import { folderDestination } from './folder-destination.ts';

/** Opens a DICOM AE; given by whoever has a DIMSE client. */
export type OpenDicomDestination = (settings: DicomDestinationSettings) => Destination;

export interface OpenedDestination {
  readonly name: string;
  readonly settings: DestinationSettings;
  readonly destination: Destination;
}

/** Destinations by name. One whose settings did not change stays open when the file is read again. */
export class Destinations {
  readonly #openDicom: OpenDicomDestination;
  readonly #opened = new Map<string, OpenedDestination & { readonly key: string }>();

  constructor(openDicom: OpenDicomDestination) {
    this.#openDicom = openDicom;
  }

  /** Those of the file as it is now. */
  of(settings: ReadonlyMap<string, DestinationSettings>): readonly OpenedDestination[] {
    for (const name of [...this.#opened.keys()]) if (!settings.has(name)) this.#opened.delete(name);
    return [...settings].map(([name, one]) => this.#one(name, one));
  }

  #one(name: string, settings: DestinationSettings): OpenedDestination {
    const key = JSON.stringify(settings);
    const known = this.#opened.get(name);
    if (known?.key === key) return known;
    const opened = { name, key, settings, destination: this.#open(settings) };
    this.#opened.set(name, opened);
    return opened;
  }

  #open(settings: DestinationSettings): Destination {
    if ('dicomweb' in settings) return dicomWebDestination(settings);
    if ('folder' in settings) return folderDestination(settings);
    return this.#openDicom(settings);
  }
}
