/**
 * The quality audit: models beside readers, over the studies that the filters mean.
 */
import { useEffect, useState } from 'preact/hooks';
import { isAbort, RequestError } from '../dicomweb-client.ts';
import { useWords } from '../words.ts';
import {
  copiesUrl,
  EVERYTHING,
  loadAudit,
  queryOf,
  sendLabels,
  tableUrl,
  type Audit,
  type AuditFilter,
} from './audit-client.ts';
import { AUDIT_WORDS, type AuditWords } from './audit-messages.ts';
import { BlandAltman, ScoreHistogram } from './charts.tsx';
import { Filters } from './filters.tsx';
import { BoneAgeFigures, FractureFigures } from './figures.tsx';
import { Samples } from './samples.tsx';
import { StudyTable, TrendTable } from './study-table.tsx';

const SIDES = ['modelsByReaders', 'modelsByLabels', 'readersByLabels'] as const;

export function AuditPage() {
  const words = AUDIT_WORDS[useWords().language];
  const [filter, setFilter] = useState<AuditFilter>(EVERYTHING);
  const [audit, setAudit] = useState<Audit>();
  const [problem, setProblem] = useState<string>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    document.title = `${words.audit} · Osteon`;
  }, [words]);
  useEffect(() => {
    const controller = new AbortController();
    loadAudit(filter, controller.signal).then(
      (loaded) => {
        setAudit(loaded);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (isAbort(error)) return;
        const isForbidden = error instanceof RequestError && error.status === 403;
        setProblem(isForbidden ? words.forbidden : words.problem);
      },
    );
    return () => {
      controller.abort();
    };
  }, [queryOf(filter), round]);
  return (
    <div class="audit">
      <header class="audit-head">
        <h1>{words.audit}</h1>
        <a class="audit-open" href="./#/">
          {words.back}
        </a>
      </header>
      <main>
        <p class="audit-caution">{words.caution}</p>
        {problem !== undefined && (
          <p class="review-problem" role="alert">
            {problem}
          </p>
        )}
        {!audit && problem === undefined && (
          <p class="faint" role="status">
            {words.loading}
          </p>
        )}
        {audit && (
          <>
            <Filters filter={filter} choices={audit.choices} words={words} onFilter={setFilter} />
            <Figures audit={audit} words={words} />
            <section class="audit-section" aria-label={words.studies}>
              <h2>{words.studies}</h2>
              <Files
                filter={filter}
                audit={audit}
                words={words}
                onLabels={() => {
                  setRound((count) => count + 1);
                }}
              />
              <StudyTable studies={audit.studies} words={words} />
            </section>
            <Samples filter={filter} words={words} />
          </>
        )}
      </main>
    </div>
  );
}

function Figures({ audit: { summary }, words }: { readonly audit: Audit; readonly words: AuditWords }) {
  const { studies, read, labelled, turnaround } = summary;
  const compared = SIDES.filter((side) => summary[side].fracture.count > 0 || side === 'modelsByReaders');
  const aged = SIDES.filter((side) => summary[side].boneAge.count > 0);
  return (
    <section class="audit-section">
      <p role="status">{words.counts(studies, read, labelled)}</p>
      <FractureFigures rows={compared.map((side) => [side, summary[side].fracture])} words={words} />
      {aged.length > 0 && (
        <BoneAgeFigures rows={aged.map((side) => [side, summary[side].boneAge])} words={words} />
      )}
      <p class="faint">{words.interval}</p>
      <div class="audit-charts">
        <BlandAltman summary={summary} words={words} />
        <ScoreHistogram summary={summary} words={words} />
      </div>
      <TrendTable title={words.weeks} trends={summary.weeks} words={words} />
      <TrendTable title={words.versions} trends={summary.models} words={words} />
      <p class="faint">{words.driftNote}</p>
      {turnaround.median !== undefined && (
        <p>{words.turnaround(turnaround.median.toFixed(1), (turnaround.ninetieth ?? 0).toFixed(1))}</p>
      )}
    </section>
  );
}

/** What can be taken away, and labels that can be brought. */
function Files({
  filter,
  audit,
  words,
  onLabels,
}: {
  readonly filter: AuditFilter;
  readonly audit: Audit;
  readonly words: AuditWords;
  readonly onLabels: () => void;
}) {
  const [said, setSaid] = useState<string>();
  const saveAll = () => {
    const address = URL.createObjectURL(
      new Blob([JSON.stringify(audit, undefined, 1)], { type: 'application/json' }),
    );
    const link = Object.assign(document.createElement('a'), { href: address, download: 'audit.json' });
    link.click();
    setTimeout(() => {
      URL.revokeObjectURL(address);
    }, 1000);
  };
  return (
    <div class="audit-form">
      <a class="button audit-button" href={tableUrl(filter)} download="studies.csv">
        {words.csv}
      </a>
      <button type="button" class="button" onClick={saveAll}>
        {words.json}
      </button>
      {audit.studies.length > 0 && (
        <a
          class="button audit-button"
          href={copiesUrl(filter)}
          download="deidentified-studies.zip"
          title={words.copiesNote}
        >
          {words.copies}
        </a>
      )}
      <label class="button audit-button audit-file">
        {words.importLabels}
        <input
          type="file"
          accept=".csv,text/csv"
          class="visually-hidden"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (!file) return;
            void file
              .text()
              .then(sendLabels)
              .then((answer) => {
                setSaid(
                  'refusal' in answer ? answer.refusal : words.imported(answer.imported, answer.unknown),
                );
                onLabels();
              });
            currentTarget.value = '';
          }}
        />
      </label>
      {said !== undefined && (
        <span role="status" class="faint">
          {said}
        </span>
      )}
    </div>
  );
}
