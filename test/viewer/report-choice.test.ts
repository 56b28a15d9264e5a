/** Which of the reports of a study is shown: succession counts before the clock. */
import { expect, test } from 'vitest';
import { reportToShow } from '../../viewer-extension/core/study-result.ts';
import { report } from './findings-fixture.ts';

const first = report({ sopInstanceUid: '1', contentDateTime: '20260201000000' });
const second = report({ sopInstanceUid: '2', contentDateTime: '20260101000000', predecessorUids: ['1'] });

test('shows the successor of a report whatever the clock says', () => {
  expect(reportToShow([first, second])?.sopInstanceUid).toBe('2');
  expect(reportToShow([second, first])?.sopInstanceUid).toBe('2');
});

test('does not let an unverified report supersede a verified one', () => {
  expect(reportToShow([{ ...first, isVerified: true }, second])?.sopInstanceUid).toBe('1');
});

test('chooses the same of two reports of one second, in whichever order they come', () => {
  const other = { ...first, sopInstanceUid: '9' };
  expect(reportToShow([first, other])).toBe(other);
  expect(reportToShow([other, first])).toBe(other);
});

test('still shows a report when two name each other', () => {
  expect(reportToShow([{ ...first, predecessorUids: ['2'] }, second])?.sopInstanceUid).toBe('1');
});
