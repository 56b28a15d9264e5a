import { describe, expect, it } from 'vitest';

import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { helpPage, readCommand } from '../../../server/command-line.ts';
import { SETTINGS } from '../../../server/settings.ts';
import { describeError, SILENT_LOG } from '../../../server/operations/log.ts';
import { showProgress } from '../../../server/operations/progress.ts';
import { Shutdown } from '../../../server/operations/shutdown.ts';
import { textTable } from '../../../server/operations/text-table.ts';

describe('the log', () => {
  it('says of a foreign error what class and code it has, never its message, which may quote a row', () => {
    const error = Object.assign(new Error('duplicate key (name)=(Doe^Jane)'), { code: '23505' });
    const failure = new PacsError('internal', 'The database refused a statement', { cause: error });
    const text = JSON.stringify(describeError(failure));
    expect(text).toContain('The database refused a statement');
    expect(text).toContain('23505');
    expect(text).not.toContain('Doe');
  });

  it('takes anything that was thrown', () => {
    expect(describeError('Doe^Jane')).toEqual({ name: '[object String]' });
    expect(describeError(undefined)).toEqual({ name: '[object Undefined]' });
  });
});

describe('shutdown', () => {
  it('closes in reverse, goes on after a failure and after a step that hangs', async () => {
    const closed: string[] = [];
    const shutdown = new Shutdown(SILENT_LOG);
    shutdown.onClose('first', () => Promise.resolve(void closed.push('first')));
    shutdown.onClose('hangs', () => new Promise(() => undefined), 5);
    shutdown.onClose('fails', () => Promise.reject(new Error('no')));
    shutdown.onClose('last', () => Promise.resolve(void closed.push('last')));
    await Promise.all([shutdown.close(), shutdown.close()]);
    expect(closed).toEqual(['last', 'first']);
  });
});

describe('progress', () => {
  it('is one line now and then without a terminal, and ends with all of them', () => {
    const lines: string[] = [];
    const show = showProgress('Importing', 1000, { write: (text) => lines.push(text) });
    for (let done = 1; done <= 1000; done += 1) show(done);
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('Importing 1000/1000\n');
  });

  it('redraws one line on a terminal', () => {
    let text = '';
    const show = showProgress('Importing', 2, { isTTY: true, write: (piece) => (text += piece) });
    show(1);
    show(2);
    expect(text.match(/\r/g)).toHaveLength(2);
    expect(text.match(/\n/g)).toHaveLength(1);
  });
});

describe('a text table', () => {
  it('aligns its columns and ends no line in spaces', () => {
    expect(textTable(['A', 'Long'], [['123', 'x']])).toBe('A    Long\n───  ────\n123  x');
  });
});

describe('the command line', () => {
  it('serves when nothing is said', () => {
    expect(readCommand([])).toEqual({
      help: false,
      importPaths: [],
      description: { modality: 'DX' },
      boneAge: false,
      exit: false,
      opens: true,
    });
  });

  it('reads an import and what is said of its images', () => {
    expect(
      readCommand(['--import', 'a', 'b', '--bone-age', '--sex', 'F', '--age', '9', '--body-part', 'HAND']),
    ).toEqual({
      help: false,
      importPaths: ['a', 'b'],
      description: { modality: 'DX', sex: 'F', ageYears: 9, bodyPart: 'HAND' },
      boneAge: true,
      exit: false,
      opens: false,
    });
  });

  it.each([
    [['--import'], /--import needs a file or folder/],
    [['folder'], /paths come after --import/],
    [['--inport', 'x'], /--inport/],
    [['--import', 'x', '--sex', 'female'], /--sex is not M or F/],
    [['--import', 'x', '--age', '-1'], /age/],
    [['--import', 'x', '--modality', 'dx'], /--modality is not/],
  ])('refuses %j', (args, message) => {
    expect(() => readCommand(args)).toThrow(message);
  });

  it('explains every setting', () => {
    for (const name of Object.keys(SETTINGS)) expect(helpPage()).toContain(name);
  });
});
