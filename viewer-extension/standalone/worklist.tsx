/**
 * The list of studies: who, when, what, and what the analysis says at a glance.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Analysis } from '../core/analysis-state.ts';
import { AI_NOTICE } from '../core/notices.ts';
import { Icon, Mark } from './icons.tsx';
import { studyHref } from './route.ts';
import type { Services } from './services.ts';
import { StatementText } from './statement.tsx';
import { subtitleOf, titleOf, type StudyHeading } from './study.ts';
import { useSummary, useWorklist } from './worklist-data.ts';
import { PAGE_SIZE } from './study-search.ts';

export function Worklist({ services }: { readonly services: Services }) {
  const [text, setText] = useState('');
  const [page, setPage] = useState(0);
  const { result, analyses, problem, isLoading } = useWorklist(services, text, page);
  return (
    <div class="worklist">
      <header class="worklist-head">
        <h1 class="wordmark">
          <Mark /> Osteon <span class="wordmark-room">Reading room</span>
        </h1>
        <SearchBox
          onSearch={(wanted) => {
            // The box also speaks up once after it appears, when the reader may have turned the page already.
            if (wanted === text) return;
            setText(wanted);
            setPage(0);
          }}
        />
      </header>
      <main class="worklist-body" aria-busy={isLoading}>
        {problem !== undefined && (
          <p class="worklist-problem" role="alert">
            The list cannot be read. {problem}
          </p>
        )}
        <StudyTable studies={result?.studies ?? []} analyses={analyses} services={services} />
        {result?.studies.length === 0 && <EmptyList isSearch={text !== ''} />}
        {!result && problem === undefined && <p class="worklist-empty">Reading the list…</p>}
        {result && (page > 0 || result.hasNext) && (
          <Paging page={page} count={result.studies.length} hasNext={result.hasNext} onPage={setPage} />
        )}
      </main>
      <footer class="worklist-foot">{AI_NOTICE}</footer>
    </div>
  );
}

function SearchBox({ onSearch }: { readonly onSearch: (text: string) => void }) {
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => {
      onSearch(text.trim());
    }, 250);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return (
    <label class="search">
      <Icon name="search" />
      <span class="visually-hidden">Search studies</span>
      <input
        type="search"
        placeholder="Patient, ID, accession, description or date"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
        }}
      />
    </label>
  );
}

interface StudyTableProps {
  readonly studies: readonly StudyHeading[];
  readonly analyses: ReadonlyMap<string, Analysis>;
  readonly services: Services;
}

function StudyTable({ studies, analyses, services }: StudyTableProps) {
  return (
    <table class="studies">
      <caption class="visually-hidden">Studies</caption>
      <thead>
        <tr>
          <th scope="col">Patient</th>
          <th scope="col">Date</th>
          <th scope="col">Modality</th>
          <th scope="col">Description</th>
          <th scope="col">AI result</th>
        </tr>
      </thead>
      <tbody>
        {studies.map((study) => (
          <StudyRow
            key={study.studyInstanceUid}
            study={study}
            analysis={analyses.get(study.studyInstanceUid)}
            services={services}
          />
        ))}
      </tbody>
    </table>
  );
}

interface StudyRowProps {
  readonly study: StudyHeading;
  readonly analysis: Analysis | undefined;
  readonly services: Services;
}

function StudyRow({ study, analysis, services }: StudyRowProps) {
  const summary = useSummary(services.reports, analysis);
  return (
    <tr>
      <td class="cell-patient">
        <a class="row-link" href={studyHref(study.studyInstanceUid)}>
          {titleOf(study)}
        </a>
        <span class="second-line">{subtitleOf(study)}</span>
      </td>
      <td class="cell-date">{study.studyDate || '–'}</td>
      <td class="cell-modality">{study.modalities || '–'}</td>
      <td class="cell-description">
        {study.patientName ? study.description || <span class="faint">No description</span> : '–'}
        {study.accessionNumber && <span class="second-line">{study.accessionNumber}</span>}
      </td>
      <td class="cell-result" data-state={analysis?.state ?? 'none'}>
        <StatementText statement={summary} />
      </td>
    </tr>
  );
}

function EmptyList({ isSearch }: { readonly isSearch: boolean }) {
  return (
    <p class="worklist-empty">
      {isSearch
        ? 'No study matches.'
        : 'No study yet. Send radiographs to the DICOMweb root /dicom-web, or import files when starting the server.'}
    </p>
  );
}

interface PagingProps {
  readonly page: number;
  readonly count: number;
  readonly hasNext: boolean;
  readonly onPage: (page: number) => void;
}

function Paging({ page, count, hasNext, onPage }: PagingProps) {
  const go = (step: number) => () => {
    onPage(page + step);
  };
  return (
    <nav class="paging" aria-label="Pages of the list">
      <button type="button" class="tool" aria-label="Previous page" disabled={page === 0} onClick={go(-1)}>
        <Icon name="back" />
      </button>
      <span>
        {page * PAGE_SIZE + 1}–{page * PAGE_SIZE + count}
      </span>
      <button type="button" class="tool" aria-label="Next page" disabled={!hasNext} onClick={go(1)}>
        <Icon name="forward" />
      </button>
    </nav>
  );
}
