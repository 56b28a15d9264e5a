/**
 * Fills the store: from the display sets that OHIF has loaded, and from the server for what comes later.
 */
import { isPending } from '../core/analysis-state.ts';
import { AnalysesClient } from '../standalone/analyses-client.ts';
import { DicomWebClient } from '../standalone/dicomweb-client.ts';
import { messageOf } from '../standalone/problem.ts';
import { poll } from '../standalone/poll.ts';
import type { ReviewServices } from '../standalone/review/use-review.ts';
import { ReportStore } from '../standalone/services.ts';
import type { ChangeListener } from '../standalone/study-changes.ts';
import { studyOf } from '../standalone/study.ts';
import type { DisplaySet } from './host.ts';
import { dataSetOfNaturalised } from './naturalised.ts';
import type { ResultStore } from './result-store.ts';

const POLL = { busyMs: 2000, idleMs: 30_000 } as const;

export class ResultSource {
  readonly #store: ResultStore;
  readonly #analyses: AnalysesClient;
  readonly #reports: ReportStore;
  #studyUid: string | undefined;
  #known = 0;
  #isBoneAgeAsked = false;
  #polling: ReturnType<typeof poll> | undefined;
  readonly #listeners = new Set<ChangeListener>();
  /** Where reviews are asked for; absent where another origin than Osteon's shows the page, which may not write there. */
  readonly reviews: ReviewServices | undefined;

  /** `root`: the address that Osteon's own resources lie below, with a slash at its end. */
  constructor(store: ResultStore, root: URL) {
    this.#store = store;
    this.#analyses = new AnalysesClient(new URL('api/analyses', root).href);
    this.#reports = new ReportStore(new DicomWebClient(new URL('dicom-web', root).href));
    const listen = (listener: ChangeListener) => {
      this.#listeners.add(listener);
      return () => {
        this.#listeners.delete(listener);
      };
    };
    const reviewsUrl = new URL('api/reviews', root);
    this.reviews =
      reviewsUrl.origin === location.origin
        ? { reports: this.#reports, changes: { listen }, reviewsUrl: reviewsUrl.href }
        : undefined;
  }

  /** Takes up what is loaded of the study that came first; another study takes its place once that one is left. */
  read(displaySets: readonly DisplaySet[]): void {
    const studyUid = displaySets.find(({ StudyInstanceUID }) => StudyInstanceUID)?.StudyInstanceUID;
    if (studyUid === undefined || displaySets.length === this.#known) return;
    this.#known = displaySets.length;
    const instances = displaySets
      .filter(({ StudyInstanceUID }) => StudyInstanceUID === studyUid)
      .flatMap(({ instances, images, instance }) => instances ?? images ?? [instance]);
    const study = studyOf(
      studyUid,
      [...new Set(instances)].map((one) => dataSetOfNaturalised(one)),
    );
    this.#store.setStudy(study);
    if (studyUid !== this.#studyUid) this.#watch(studyUid);
  }

  /** Asks for an analysis of the open study. */
  analyse(options: { readonly boneAge: boolean }): void {
    const studyUid = this.#studyUid;
    if (studyUid === undefined) return;
    this.#analyses.start(studyUid, options).then(
      () => {
        this.#isBoneAgeAsked ||= options.boneAge;
        this.#store.setProblem(undefined);
        this.#watch(studyUid);
      },
      (error: unknown) => {
        this.#store.setProblem(messageOf(error, this.#store.words.problem));
      },
    );
  }

  stop(): void {
    this.#polling?.stop();
    [this.#polling, this.#studyUid, this.#known, this.#isBoneAgeAsked] = [undefined, undefined, 0, false];
  }

  #watch(studyUid: string): void {
    this.#polling?.stop();
    this.#studyUid = studyUid;
    this.#polling = poll(async (signal) => {
      const [analysis] = await this.#analyses.list([studyUid], signal);
      if (signal.aborted) return false;
      this.#store.setAnalysis(analysis);
      for (const listener of [...this.#listeners]) listener(new Set([studyUid]));
      const address = analysis?.report;
      if (address && !this.#store.hasReport(address.sopInstanceUid)) {
        const report = await this.#reports.load({ studyInstanceUid: studyUid, ...address });
        if (report && studyUid === this.#studyUid) this.#store.addReports([report]);
      }
      if (this.#isBoneAgeAsked && !isPending(analysis)) this.#store.setBoneAgeAsked();
      return isPending(analysis);
    }, POLL);
  }
}
