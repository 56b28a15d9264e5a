/**
 * The language of the page: chosen by the reader, kept in the browser, and else that of the browser.
 */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { FINDING_WORDS, LANGUAGES, type FindingWords, type Language } from '../core/messages.ts';
import { SHEET_WORDS, type SheetWords } from '../core/sheet-messages.ts';
import { PAGE_WORDS, type PageWords } from './page-messages.ts';
import { PROBLEM_WORDS, type ProblemWords } from './problem.ts';

/** Everything that is said, in one language. */
export interface Words extends PageWords {
  readonly finding: FindingWords;
  readonly problem: ProblemWords;
  readonly sheet: SheetWords;
  readonly language: Language;
}

const STORAGE_KEY = 'osteon-language';

export function wordsOf(language: Language): Words {
  return {
    ...PAGE_WORDS[language],
    finding: FINDING_WORDS[language],
    problem: PROBLEM_WORDS[language],
    sheet: SHEET_WORDS[language],
    language,
  };
}

export const WordsContext = createContext<Words>(wordsOf('en'));

export function useWords(): Words {
  return useContext(WordsContext);
}

/** The language to begin with. */
export function initialLanguage(): Language {
  const wanted = [localStorage.getItem(STORAGE_KEY), ...navigator.languages];
  return wanted.map(languageOf).find((language) => language !== undefined) ?? 'en';
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(STORAGE_KEY, language);
}

/** The language of a BCP 47 tag, where it is spoken here. */
export function languageOf(tag: string | null | undefined): Language | undefined {
  const primary = tag?.slice(0, 2).toLowerCase() ?? '';
  return Object.keys(LANGUAGES).find((language): language is Language => language === primary);
}
