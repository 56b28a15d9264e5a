/**
 * The language of what we say inside OHIF: the one that OHIF has chosen, where we speak it, else English.
 *
 * Trap: OHIF's own texts know no Korean, but it keeps the language of a Korean browser all the same.
 */
import { message, wordsIn, type Language } from '../core/messages.ts';
import { languageOf, wordsOf, type Words } from '../standalone/words.ts';

const HOST_MESSAGES = {
  panelLabel: message('AI findings', 'AI 소견'),
  toggle: message('AI overlay on or off', 'AI 표시 켜기/끄기'),
  next: message('Next AI finding', '다음 AI 소견'),
  previous: message('Previous AI finding', '이전 AI 소견'),
  hidden: message(
    (key: string) => `overlay hidden (${key})`,
    (key: string) => `AI 표시 숨김 (${key})`,
  ),
};

const HOST_WORDS = { en: wordsIn(HOST_MESSAGES, 'en'), ko: wordsIn(HOST_MESSAGES, 'ko') } as const;

/** All that is said inside the host. */
export type HostWords = Words & (typeof HOST_WORDS)[Language];

export function hostWordsOf(language: Language): HostWords {
  return { ...wordsOf(language), ...HOST_WORDS[language] };
}

/** Where OHIF looks for its language, in its order. */
export function hostLanguage(
  page: Pick<Location, 'search'> = location,
  kept: Pick<Storage, 'getItem'> = localStorage,
  browser: Pick<Navigator, 'languages'> = navigator,
): Language {
  const asked = new URLSearchParams(page.search).get('lng');
  const [chosen] = [asked, kept.getItem('i18nextLng'), ...browser.languages].filter(Boolean);
  return languageOf(chosen) ?? 'en';
}
