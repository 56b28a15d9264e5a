/**
 * Name of whoever has signed in, and the button to sign out; nothing where nobody need sign in.
 */
import { useEffect, useState } from 'preact/hooks';
import { message, wordsIn } from '../core/messages.ts';
import { ownAccount, signOut, type Account } from './sign-in.ts';
import { useWords } from './words.ts';

const WORDS = { signOut: message('Sign out', '로그아웃') };

export function AccountMenu() {
  const { language } = useWords();
  const [account, setAccount] = useState<Account>();
  useEffect(() => {
    const ending = new AbortController();
    void ownAccount(ending.signal).then(setAccount);
    return () => {
      ending.abort();
    };
  }, []);
  if (account?.kind !== 'person') return null;
  return (
    <div class="account">
      {account.name !== undefined && <span class="account-name">{account.name}</span>}
      <button type="button" class="button" onClick={() => void signOut()}>
        {wordsIn(WORDS, language).signOut}
      </button>
    </div>
  );
}
