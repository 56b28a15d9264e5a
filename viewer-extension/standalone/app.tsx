/**
 * Which page is open: the worklist at `#/`, a study at `#/studies/{uid}`. The hash needs no help from the server.
 */
import { useEffect, useState } from 'preact/hooks';
import { openStudy } from './route.ts';
import type { Services } from './services.ts';
import { StudyPage } from './study-page.tsx';
import { Worklist } from './worklist.tsx';

export function App({ services }: { readonly services: Services }) {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => {
      setHash(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => {
      window.removeEventListener('hashchange', follow);
    };
  }, []);
  const uid = openStudy(hash);
  useEffect(() => {
    if (uid === undefined) document.title = 'Osteon reading room';
  }, [uid]);
  return uid === undefined ? (
    <Worklist services={services} />
  ) : (
    <StudyPage key={uid} uid={uid} services={services} />
  );
}
