/**
 * Which page is open: the worklist at `#/`, a study at `#/studies/{uid}`, its report at `…/report`. The hash needs no
 * help from the server.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { AuditPage } from './audit/audit-page.tsx';
import { BlindPage } from './audit/blind-page.tsx';
import { FileDropNotice, useFileDrop } from './file-drop.tsx';
import { ReportPage } from './report-page.tsx';
import { routeOf } from './route.ts';
import type { Services } from './services.ts';
import { StudyPage } from './study-page.tsx';
import { initialLanguage, rememberLanguage, WordsContext, wordsOf } from './words.ts';
import { Worklist } from './worklist.tsx';

export function App({ services }: { readonly services: Services }) {
  const [hash, setHash] = useState(location.hash);
  const [language, setLanguage] = useState(initialLanguage);
  const words = useMemo(() => wordsOf(language), [language]);
  const drop = useFileDrop(services, words);
  useEffect(() => {
    const follow = () => {
      setHash(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => {
      window.removeEventListener('hashchange', follow);
    };
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const route = routeOf(hash, location.pathname);
  useEffect(() => {
    if (route.page === 'worklist') document.title = `Osteon · ${words.room}`;
  }, [route.page, words]);
  return (
    <WordsContext.Provider value={words}>
      {route.page === 'worklist' && (
        <Worklist
          key={route.search}
          services={services}
          search={route.search}
          onLanguage={(chosen) => {
            rememberLanguage(chosen);
            setLanguage(chosen);
          }}
          onFiles={drop.take}
        />
      )}
      {route.page === 'study' && (
        <StudyPage key={route.studyInstanceUid} uid={route.studyInstanceUid} services={services} />
      )}
      {route.page === 'report' && (
        <ReportPage key={route.studyInstanceUid} uid={route.studyInstanceUid} services={services} />
      )}
      {route.page === 'audit' && <AuditPage />}
      {route.page === 'blind' && <BlindPage key={route.sample} sample={route.sample} services={services} />}
      <FileDropNotice {...drop} />
    </WordsContext.Provider>
  );
}
