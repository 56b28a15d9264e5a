/**
 * The page of whoever keeps the server: what others have to be told, where results go and whether they get there.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { LANGUAGES, type Language } from '../../core/messages.ts';
import { isAbort } from '../dicomweb-client.ts';
import { Mark } from '../icons.tsx';
import { poll, type Polling } from '../poll.ts';
import { messageOf, PROBLEM_WORDS, type ProblemWords } from '../problem.ts';
import { initialLanguage, rememberLanguage } from '../words.ts';
import type { AdminClient, AdminState } from './admin-client.ts';
import { ADMIN_WORDS, AdminWordsContext, useAdminWords } from './admin-messages.ts';
import { ConnectionGuide } from './connection-guide.tsx';
import { DeliveryTable } from './delivery-table.tsx';
import { DestinationTable } from './destination-table.tsx';
import { RuleList } from './rule-list.tsx';
import { Throughput } from './throughput.tsx';

const EVERY_MS = 3_000;

export function AdminPage({ client }: { readonly client: AdminClient }) {
  const [language, setLanguage] = useState(initialLanguage);
  const words = ADMIN_WORDS[language];
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `Osteon · ${words.title}`;
  }, [language, words]);
  return (
    <AdminWordsContext.Provider value={words}>
      <header class="admin-head">
        <h1 class="wordmark">
          <Mark /> Osteon <span class="wordmark-room">{words.title}</span>
        </h1>
        <nav>
          <a class="admin-link" href="/">
            {words.toRoom}
          </a>
          <a class="admin-link" href="/api/docs">
            API
          </a>
        </nav>
        <LanguageChoice
          language={language}
          onLanguage={(chosen) => {
            rememberLanguage(chosen);
            setLanguage(chosen);
          }}
        />
      </header>
      <Sections client={client} problems={PROBLEM_WORDS[language]} />
    </AdminWordsContext.Provider>
  );
}

interface SectionsProps {
  readonly client: AdminClient;
  readonly problems: ProblemWords;
}

function Sections({ client, problems }: SectionsProps) {
  const words = useAdminWords();
  const { state, failure, renew } = useAdminState(client);
  const problem = failure && messageOf(failure.error, problems);
  const [refusal, setRefusal] = useState<{ readonly error: unknown }>();
  const act = (doing: Promise<unknown>) => {
    setRefusal(undefined);
    doing
      .catch((error: unknown) => {
        setRefusal({ error });
      })
      .finally(renew);
  };
  return (
    <main class="admin" aria-busy={!state}>
      {problem !== undefined && (
        <p class="admin-problem" role="alert">
          {words.cannotRead} {problem}
        </p>
      )}
      {refusal && (
        <p class="admin-problem admin-refusal" role="alert">
          {words.notDone} {messageOf(refusal.error, problems)}
        </p>
      )}
      {!state && problem === undefined && <p class="admin-quiet">{words.loading}</p>}
      {state && (
        <>
          <ConnectionGuide
            node={state.node}
            arrived={state.hours.reduce((sum, { instances }) => sum + instances, 0)}
          />
          <DestinationTable
            destinations={state.destinations}
            onEcho={(name) => client.echo(name)}
            onRetry={(name) => {
              act(client.retryAll(name));
            }}
            problems={problems}
          />
          <RuleList
            routing={state.routing}
            onReload={() => {
              act(client.reload());
            }}
          />
          <DeliveryTable
            title={words.queue}
            empty={words.noQueue}
            deliveries={state.open}
            total={countOf(state, 'waiting') + countOf(state, 'sending')}
          />
          <DeliveryTable
            title={words.deadLetters}
            empty={words.noDead}
            deliveries={state.dead}
            total={countOf(state, 'dead')}
            canRetry={({ destination }) =>
              state.destinations.some(({ name, isConfigured }) => isConfigured && name === destination)
            }
            onRetry={(id) => {
              act(client.retry(id));
            }}
          />
          <Throughput hours={state.hours} />
        </>
      )}
    </main>
  );
}

/** All deliveries of a kind; the lists are cut off. */
function countOf({ destinations }: AdminState, kind: 'waiting' | 'sending' | 'dead'): number {
  return destinations.reduce((sum, one) => sum + one[kind], 0);
}

/** The state, asked for again and again while the page is seen; what was known stays when a question fails. */
function useAdminState(client: AdminClient) {
  const [state, setState] = useState<AdminState>();
  const [failure, setFailure] = useState<{ readonly error: unknown }>();
  const polling = useRef<Polling | undefined>(undefined);
  useEffect(() => {
    const ask = async (signal: AbortSignal) => {
      try {
        setState(await client.state(signal));
        setFailure(undefined);
      } catch (error) {
        if (!isAbort(error)) setFailure({ error });
      }
      return true;
    };
    const asking = poll(ask, { busyMs: EVERY_MS, idleMs: EVERY_MS });
    polling.current = asking;
    return asking.stop;
  }, [client]);
  const renew = () => polling.current?.again();
  return { state, failure, renew };
}

interface LanguageChoiceProps {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

function LanguageChoice({ language, onLanguage }: LanguageChoiceProps) {
  const words = useAdminWords();
  return (
    <div class="languages" role="group" aria-label={words.language}>
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <button
          key={tag}
          type="button"
          class="language"
          lang={tag}
          aria-pressed={tag === language}
          onClick={() => {
            onLanguage(tag === 'ko' ? 'ko' : 'en');
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
