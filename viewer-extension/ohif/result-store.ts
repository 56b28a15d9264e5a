/**
 * What OHIF shows of the machine's findings, and what the reader chose: one store for overlay, panel, notice and button.
 *
 * Nothing of it lies in Cornerstone's annotation state, so nothing of it can be saved, edited or counted as a reader's
 * measurement by mistake.
 */
import type { Analysis } from '../core/analysis-state.ts';
import {
  findingKey,
  findingsToDraw,
  inReadingOrder,
  isOnImage,
  nextFinding,
  visibleFractures,
  type OverlayFinding,
} from '../core/findings.ts';
import { findingsOf } from '../../dicom/vocabulary/finding.ts';
import { overlayShapes, regionShapes } from '../core/overlay-model.ts';
import type { OverlayShape } from '../core/overlay-shape.ts';
import { reportToShow, type StudyReport } from '../core/study-result.ts';
import { DEFAULT_OVERLAY, type OverlayChoice } from '../standalone/overlay-choice.ts';
import type { Study, StudyImage } from '../standalone/study.ts';
import { hostWordsOf, type HostWords } from './words.ts';

/** One image by its instance and frame. */
export interface ImageName {
  readonly sopInstanceUid: string;
  /** 1-based. */
  readonly frameNumber: number;
}

export class ResultStore {
  readonly #reports = new Map<string, StudyReport>();
  readonly #listeners = new Set<() => void>();
  readonly #shapes = new Map<string, readonly OverlayShape[]>();
  #study: Study | undefined;
  #words = hostWordsOf('en');
  #problem: string | undefined;
  #wasBoneAgeAsked = false;
  #analysis: Analysis | undefined;
  #choice: OverlayChoice = DEFAULT_OVERLAY;
  #selectedKey: string | undefined;
  #image: ImageName | undefined;
  #stored: StudyReport | undefined;
  #drafted: StudyReport | undefined;
  #findings: readonly OverlayFinding[] = [];
  #visible: readonly OverlayFinding[] = [];

  /** In the language of the host. */
  get words(): HostWords {
    return this.#words;
  }
  get choice(): OverlayChoice {
    return this.#choice;
  }
  /** The report to show, with what the reader has decided and not signed. */
  get report(): StudyReport | undefined {
    return this.#drafted ?? this.#stored;
  }
  /** The stored report that counts, as `reportToShow` chooses it. */
  get stored(): StudyReport | undefined {
    return this.#stored;
  }
  /** How far the server is, where it could be asked. */
  get analysis(): Analysis | undefined {
    return this.#analysis;
  }
  /** All located findings, in reading order. */
  get findings(): readonly OverlayFinding[] {
    return this.#findings;
  }
  /** Those at or above the threshold. */
  get visible(): readonly OverlayFinding[] {
    return this.#visible;
  }
  get selectedKey(): string | undefined {
    return this.#selectedKey;
  }
  /** The image of the active viewport. */
  get image(): ImageName | undefined {
    return this.#image;
  }
  /** The study's images in stored order. */
  get images(): readonly StudyImage[] {
    return this.#study?.images ?? [];
  }
  /** What is loaded of the study. */
  get study(): Study | undefined {
    return this.#study;
  }
  /** What went wrong with the last request, as a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }
  /** True once an analysis with bone age, asked for here, has ended. */
  get wasBoneAgeAsked(): boolean {
    return this.#wasBoneAgeAsked;
  }

  /** Calls `listener` after every change; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Forgets the study; what the reader chose to see stays. */
  clear(): void {
    this.#reports.clear();
    [this.#study, this.#stored, this.#drafted] = [undefined, undefined, undefined];
    [this.#analysis, this.#selectedKey, this.#image] = [undefined, undefined, undefined];
    [this.#problem, this.#wasBoneAgeAsked] = [undefined, false];
    this.#changed();
  }

  addReports(reports: readonly StudyReport[]): void {
    const unknown = reports.filter(({ sopInstanceUid }) => !this.#reports.has(sopInstanceUid));
    if (unknown.length === 0) return;
    for (const report of unknown) this.#reports.set(report.sopInstanceUid, report);
    this.#changed();
  }

  hasReport(sopInstanceUid: string): boolean {
    return this.#reports.has(sopInstanceUid);
  }

  setWords(words: HostWords): void {
    this.#words = words;
    this.#changed();
  }

  /** Takes up what is loaded of the study, its reports included. */
  setStudy(study: Study): void {
    this.#study = study;
    for (const report of study.reports) {
      if (!this.#reports.has(report.sopInstanceUid)) this.#reports.set(report.sopInstanceUid, report);
    }
    this.#changed();
  }

  /** Shows the stored report as the reader's draft leaves it; `undefined`: as it is stored. */
  setDrafted(report: StudyReport | undefined): void {
    if (report === this.#drafted) return;
    this.#drafted = report;
    this.#changed();
  }

  setAnalysis(analysis: Analysis | undefined): void {
    this.#analysis = analysis;
    this.#changed();
  }

  setProblem(problem: string | undefined): void {
    this.#problem = problem;
    this.#changed();
  }

  setBoneAgeAsked(): void {
    this.#wasBoneAgeAsked = true;
    this.#changed();
  }

  setImage(image: ImageName | undefined): void {
    if (
      image?.sopInstanceUid === this.#image?.sopInstanceUid &&
      image?.frameNumber === this.#image?.frameNumber
    )
      return;
    this.#image = image;
    this.#changed();
  }

  choose(change: Partial<OverlayChoice>): void {
    this.#choice = { ...this.#choice, ...change };
    this.#changed();
  }

  /** Selects a finding, and shows the overlay where it was hidden: one asks for it to see it. */
  select(finding: OverlayFinding): void {
    this.#selectedKey = findingKey(finding);
    this.#choice = { ...this.#choice, isOn: true };
    this.#changed();
  }

  /** Selects a finding by its key, as a click on the image names it. */
  selectKey(key: string): void {
    const finding = this.#visible.find((one) => findingKey(one) === key);
    if (finding) this.select(finding);
  }

  /** The finding after (1) or before (−1) the selected one among those shown. */
  neighbour(step: 1 | -1): OverlayFinding | undefined {
    return nextFinding(this.#visible, this.#selectedKey, step);
  }

  /** What is drawn on an image; nothing while the overlay is off. */
  shapesOn({ sopInstanceUid, frameNumber }: ImageName): readonly OverlayShape[] {
    if (!this.#choice.isOn) return [];
    const key = `${sopInstanceUid}#${frameNumber}`;
    const known = this.#shapes.get(key);
    if (known) return known;
    const isHere = (finding: Parameters<typeof isOnImage>[0]) =>
      isOnImage(finding, sopInstanceUid, frameNumber);
    const options = { ...this.#choice, selectedKey: this.#selectedKey };
    const shapes = [
      ...regionShapes(findingsOf(this.report?.findings ?? [], 'bone-age').filter(isHere)),
      ...overlayShapes(this.#visible.filter(isHere), options, this.#words.finding),
    ];
    this.#shapes.set(key, shapes);
    return shapes;
  }

  #changed(): void {
    this.#shapes.clear();
    const stored = reportToShow([...this.#reports.values()]);
    // A draft is of the report it was begun on.
    if (stored !== this.#stored) this.#drafted = undefined;
    this.#stored = stored;
    this.#findings = inReadingOrder(
      findingsToDraw(this.report),
      this.images.map(({ address }) => address.sopInstanceUid),
    );
    this.#visible = visibleFractures(this.#findings, this.#choice);
    for (const listener of [...this.#listeners]) listener();
  }
}
