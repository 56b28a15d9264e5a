/**
 * List, viewer, comparison and report, in both languages, judged by axe-core (WCAG 2.2 A and AA among its rules) in a real Chromium: no violation.
 */
import { expect, test } from 'vitest';
import { crowd } from '../support/crowded-report.ts';
import { violationsOf } from '../support/page-checks.ts';
import {
  analysed,
  boneAgeOf,
  doneStudy,
  fractureAt,
  radiograph,
  regionOf,
  sourceOf,
} from '../support/reading-room-studies.ts';
import { fractureStudy, readingRoomSession } from './reading-room-session.ts';

const room = readingRoomSession();

test('neither the list nor a study has a violation', async () => {
  const source = sourceOf('1.2.1', 1);
  const findings = [regionOf(source), fractureAt(source, 'fracture-1'), boneAgeOf(source)];
  room.pacs.studies.push(
    doneStudy('1.2.1', [radiograph('1.2.1', 1), radiograph('1.2.1', 2)], [analysed(source, findings)]),
    fractureStudy('1.2.2', { PatientName: undefined, StudyDescription: 'hand.png' }),
    { uid: '1.2.3', instances: [radiograph('1.2.3', 1)] },
  );
  await room.page.goto(room.pacs.url);
  await room.page.getByText('Fracture 92 %').first().waitFor();
  await room.page.getByText('hand.png').waitFor();
  expect(await violationsOf(room.page)).toEqual([]);
  await room.openStudy('1.2.1');
  await room.page.locator('.finding').waitFor();
  expect(await violationsOf(room.page)).toEqual([]);
});

test('neither comparison, report nor the Korean pages have a violation', async () => {
  room.pacs.studies.push(fractureStudy('1.2.1'), fractureStudy('1.2.2', { StudyDate: '20250301' }));
  await room.page.goto(room.pacs.url);
  await room.page.getByRole('button', { name: '한국어' }).click();
  await room.page.getByText('골절 92 %').first().waitFor();
  expect(await violationsOf(room.page)).toEqual([]);
  await room.openStudy('1.2.1');
  await room.page.keyboard.press('c');
  await room.page.locator('.pane').nth(1).locator('.radiograph-surface[data-loading="false"]').waitFor();
  await room.page.keyboard.press('k');
  await room.page.locator('.pane-head [aria-pressed="true"]').waitFor();
  expect(await violationsOf(room.page)).toEqual([]);
  await room.page.goto(`${room.pacs.url}/#/studies/1.2.1/report`);
  await room.page.locator('.sheet h1').waitFor();
  expect(await violationsOf(room.page)).toEqual([]);
});

test('neither a narrowed list, a list of findings in pages nor measurements have a violation', async () => {
  const crowded = fractureStudy('1.2.1', { ImagerPixelSpacing: ['0.1', '0.1'] });
  crowd(crowded.instances[1]?.metadata ?? {}, 150);
  room.pacs.studies.push(crowded);
  await room.page.goto(room.pacs.url);
  await room.page.getByRole('combobox', { name: 'AI result' }).selectOption('Waiting or running');
  await room.page.getByText('No study matches.').waitFor();
  expect(await violationsOf(room.page)).toEqual([]);
  await room.openStudy('1.2.1');
  await room.page.locator('.finding-pages').waitFor();
  await room.page.keyboard.press('l');
  await room.page.mouse.move(450, 300);
  await room.page.mouse.down();
  await room.page.mouse.move(560, 380, { steps: 3 });
  await room.page.mouse.up();
  await room.page.locator('.strip-measured').waitFor();
  expect(await violationsOf(room.page)).toEqual([]);
});

test('an image that arrives while the study is open is shown', async () => {
  const study = fractureStudy('1.2.1');
  room.pacs.studies.push(study);
  await room.openStudy('1.2.1');
  await room.page.getByText('Lindqvist').waitFor();
  study.instances.push(radiograph('1.2.1', 2));
  study.analysis = {
    ...study.analysis,
    images: [1, 2].map((number) => ({ sopInstanceUid: `1.2.1.1.${number}`, state: 'analysed' })),
  };
  await room.page.locator('.thumbnail').nth(1).waitFor();
});
