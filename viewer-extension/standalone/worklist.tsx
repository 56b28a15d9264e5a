/**
 * The list of studies: who, when, what, and what the analysis says at a glance.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Analysis } from '../core/analysis-state.ts';
import { LANGUAGES, type Language } from '../core/messages.ts';
import { aiNotice } from '../core/notices.ts';
import { AccountMenu } from './account-menu.tsx';
import { Icon, Mark } from './icons.tsx';
import { PageTurns } from './page-turns.tsx';
import { studyHref } from './route.ts';
import type { Services } from './services.ts';
import { StatementText } from './statement.tsx';
import { messageOf } from './problem.ts';
import { subtitleOf, titleOf, type StudyHeading } from './study.ts';
import { useSummary, useWorklist } from './worklist-data.ts';
import { ResultFilter } from './result-filter.tsx';
import type { ResultKind } from './study-results.ts';
import { NEWEST_FIRST, PAGE_SIZE, type StudyOrder } from './study-search.ts';
import { useWords } from './words.ts';

export interface WorklistProps {
  readonly services: Services;
  /** What to look for at first, from the address. */
  readonly search: string;
  readonly onLanguage: (language: Language) => void;
  readonly onFiles: (files: readonly File[]) => void;
}

export function Worklist({ services, search, onLanguage, onFiles }: WorklistProps) {
  const words = useWords();
  const [text, setText] = useState(search);
  const [page, setPage] = useState(0);
  const [order, setOrder] = useState<StudyOrder>(NEWEST_FIRST);
  const [kind, setKind] = useState<ResultKind>();
  const { result, analyses, problem, isLoading } = useWorklist(services, { text, page, order, result: kind });
  const isByResult = kind !== undefined || order.by === 'aiResult';
  return (
    <div class="worklist">
      <header class="worklist-head">
        <h1 class="wordmark">
          <Mark /> Osteon <span class="wordmark-room">{words.room}</span>
        </h1>
        <SearchBox
          initial={search}
          onSearch={(wanted) => {
            // The box also speaks up once after it appears, when the reader may have turned the page already.
            if (wanted === text) return;
            setText(wanted);
            setPage(0);
          }}
        />
        <ResultFilter
          result={kind}
          onResult={(wanted) => {
            setKind(wanted);
            setPage(0);
          }}
        />
        <FileButton onFiles={onFiles} />
        <LanguageChoice onLanguage={onLanguage} />
        <AccountMenu />
      </header>
      <main class="worklist-body" aria-busy={isLoading}>
        {problem !== undefined && (
          <p class="worklist-problem" role="alert">
            {words.listProblem} {messageOf(problem, words.problem)}
          </p>
        )}
        <StudyTable
          studies={result?.studies ?? []}
          analyses={analyses}
          services={services}
          order={order}
          onOrder={(wanted) => {
            setOrder(wanted);
            setPage(0);
          }}
        />
        {result?.studies.length === 0 && (
          <p class="worklist-empty">{text === '' && kind === undefined ? words.noStudy : words.noMatch}</p>
        )}
        {isByResult && (isLoading || result?.among !== undefined) && (
          <p class="worklist-note" role="status">
            {isLoading ? words.readingResults : words.amongNewest(result?.among ?? 0)}
          </p>
        )}
        {!result && problem === undefined && <p class="worklist-empty">{words.listLoading}</p>}
        {result && (page > 0 || result.hasNext) && (
          <PageTurns label={words.pages} class="paging" page={page} hasNext={result.hasNext} onPage={setPage}>
            <span>
              {page * PAGE_SIZE + 1}–{page * PAGE_SIZE + result.studies.length}
            </span>
          </PageTurns>
        )}
      </main>
      <footer class="worklist-foot">{aiNotice(undefined, words.finding)}</footer>
    </div>
  );
}

interface SearchBoxProps {
  readonly initial: string;
  readonly onSearch: (text: string) => void;
}

function SearchBox({ initial, onSearch }: SearchBoxProps) {
  const words = useWords();
  const [text, setText] = useState(initial);
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
      <span class="visually-hidden">{words.searchLabel}</span>
      <input
        type="search"
        placeholder={words.searchHint}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
        }}
      />
    </label>
  );
}

function FileButton({ onFiles }: Pick<WorklistProps, 'onFiles'>) {
  const words = useWords();
  return (
    <label class="button file-button">
      <Icon name="open" />
      {words.openFiles}
      <input
        class="visually-hidden"
        type="file"
        multiple
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          currentTarget.value = '';
        }}
      />
    </label>
  );
}

function LanguageChoice({ onLanguage }: Pick<WorklistProps, 'onLanguage'>) {
  const words = useWords();
  return (
    <div class="languages" role="group" aria-label={words.language}>
      {Object.entries(LANGUAGES).map(([language, name]) => (
        <button
          key={language}
          type="button"
          class="language"
          lang={language}
          aria-pressed={language === words.language}
          onClick={() => {
            onLanguage(language === 'ko' ? 'ko' : 'en');
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

interface StudyTableProps {
  readonly studies: readonly StudyHeading[];
  readonly analyses: ReadonlyMap<string, Analysis>;
  readonly services: Services;
  readonly order: StudyOrder;
  readonly onOrder: (order: StudyOrder) => void;
}

const COLUMNS = ['patient', 'date', 'modality', 'description', 'aiResult'] as const;

function StudyTable({ studies, analyses, services, order, onOrder }: StudyTableProps) {
  const words = useWords();
  return (
    <table class="studies">
      <caption class="visually-hidden">{words.studies}</caption>
      <thead>
        <tr>
          {COLUMNS.map((column) => {
            const isSorted = order.by === column;
            const sort = isSorted ? (order.isAscending ? 'ascending' : 'descending') : 'none';
            return (
              <th key={column} scope="col" aria-sort={sort}>
                <button
                  type="button"
                  class="sort"
                  onClick={() => {
                    const isAscending = isSorted ? !order.isAscending : column !== 'date';
                    onOrder({ by: column, isAscending });
                  }}
                >
                  {words[column]}
                  {isSorted && <Icon name={order.isAscending ? 'sortUp' : 'sortDown'} />}
                </button>
              </th>
            );
          })}
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
  const words = useWords();
  const summary = useSummary(services.reports, analysis, words.finding);
  return (
    <tr>
      <td class="cell-patient">
        <a class="row-link" href={studyHref(study.studyInstanceUid)}>
          {titleOf(study, words)}
        </a>
        <span class="second-line">{subtitleOf(study, words)}</span>
      </td>
      <td class="cell-date">{study.studyDate || '–'}</td>
      <td class="cell-modality">{study.modalities || '–'}</td>
      <td class="cell-description">
        {study.patientName ? study.description || <span class="faint">{words.noDescription}</span> : '–'}
        {study.accessionNumber && <span class="second-line">{study.accessionNumber}</span>}
      </td>
      <td class="cell-result" data-state={analysis?.state ?? 'none'}>
        <StatementText statement={summary} />
      </td>
    </tr>
  );
}
