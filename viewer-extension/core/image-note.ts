/**
 * What is said of the one image on the screen.
 */
import { imageStatement, type Analysis, type Statement } from './analysis-state.ts';
import { ENGLISH, type FindingWords } from './messages.ts';
import { outcomeStatement, type StudyReport } from './study-result.ts';

/** What became of an image, where it is not simply "analysed". The report counts before the state of the analysis. */
export function imageNote(
  said: { readonly report?: StudyReport; readonly analysis?: Analysis },
  sopInstanceUid: string,
  words: FindingWords = ENGLISH,
): Statement | undefined {
  const isThis = (one: { readonly sopInstanceUid: string }) => one.sopInstanceUid === sopInstanceUid;
  const reported = said.report?.images.find(isThis);
  const told = said.analysis?.images.find(isThis);
  const state = reported?.status ?? told?.state;
  if (state === 'analysed' || (state === undefined && !said.report)) return undefined;
  return reported ? outcomeStatement(reported, words) : imageStatement(state, told?.reason, words);
}
