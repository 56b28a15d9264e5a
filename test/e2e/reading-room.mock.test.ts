/**
 * The reading room in a real Chromium against a PACS of canned studies, under a strict Content Security Policy:
 * the list, the words, and hostile studies.
 */
import { describe, expect, test } from 'vitest';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import {
  analysed,
  boneAgeOf,
  doneAnalysis,
  doneStudy,
  fractureAt,
  model,
  radiograph,
  regionOf,
  reportOf,
  sourceOf,
} from '../support/reading-room-studies.ts';
import { imageGrey, overlayPixels } from './overlay-measure.ts';
import { fractureStudy, readingRoomSession } from './reading-room-session.ts';

const room = readingRoomSession();

describe('the worklist', () => {
  test('lists studies with the state and result of their analysis in words', async () => {
    const image = (uid: string) => [radiograph(uid, 1)];
    const analysis = (uid: string, state: string, reason?: string) => ({
      studyInstanceUid: uid,
      state,
      reason,
      images: [],
    });
    room.pacs.studies.push(
      fractureStudy('1.2.1'),
      { uid: '1.2.2', instances: image('1.2.2'), analysis: analysis('1.2.2', 'waiting') },
      { uid: '1.2.3', instances: image('1.2.3'), analysis: analysis('1.2.3', 'rejected', 'other-modality') },
      { uid: '1.2.4', instances: image('1.2.4'), analysis: analysis('1.2.4', 'failed', 'Out of memory') },
      { uid: '1.2.5', instances: image('1.2.5') },
    );
    await room.page.goto(room.pacs.url);
    await room.page.getByText('Fracture 92 %').waitFor();
    expect(await room.page.locator('.cell-result').allInnerTexts()).toEqual([
      'Fracture 92 %',
      'Waiting for analysis',
      'Rejected: The modality is not one that is analysed',
      'Analysis failed: Out of memory',
      'Not analysed',
    ]);
    expect(await room.page.locator('tbody tr').first().innerText()).toMatch(
      /Lindqvist, Maja[\s\S]*OST-1[\s\S]*2026-11-20[\s\S]*DX[\s\S]*Wrist/,
    );
  });

  test('finds a study by identifier and says when none matches', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'), {
      uid: '1.2.2',
      instances: [radiograph('1.2.2', 1, { PatientID: 'OTHER-7' })],
    });
    await room.page.goto(room.pacs.url);
    await room.page.getByRole('searchbox').fill('other-7');
    await room.page.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
    expect(await room.page.locator('tbody tr').innerText()).toContain('OTHER-7');
    await room.page.getByRole('searchbox').fill('nobody');
    await room.page.getByText('No study matches.').waitFor();
  });

  test('turns pages', async () => {
    for (let number = 1; number <= 30; number += 1) {
      room.pacs.studies.push({ uid: `1.2.${number}`, instances: [radiograph(`1.2.${number}`, 1)] });
    }
    await room.page.goto(room.pacs.url);
    await room.page.getByText('1–25').waitFor();
    await room.page.getByRole('button', { name: 'Next page' }).click();
    await room.page.getByText('26–30').waitFor();
    expect(await room.page.locator('tbody tr').count()).toBe(5);
  });

  test('is narrowed to a kind of result, and sorted by how grave it is', async () => {
    const failed = { studyInstanceUid: '1.2.3', state: 'failed', reason: 'Internal error', images: [] };
    const source = sourceOf('1.2.2', 1);
    room.pacs.studies.push(
      { uid: '1.2.4', instances: [radiograph('1.2.4', 1, { PatientID: 'NEW' })] },
      { uid: '1.2.3', instances: [radiograph('1.2.3', 1, { PatientID: 'FAILED' })], analysis: failed },
      doneStudy(
        '1.2.2',
        [radiograph('1.2.2', 1, { PatientID: 'SUSPECT' })],
        [analysed(source, [fractureAt(source, 'fracture-1', { certainty: 'suspicious' })])],
      ),
      fractureStudy('1.2.1', { PatientID: 'BROKEN' }),
    );
    await room.page.goto(room.pacs.url);
    const shown = async () =>
      (await room.page.locator('.cell-patient .second-line').allInnerTexts()).map(
        (line) => line.split(' ')[0],
      );
    await expect.poll(shown).toEqual(['NEW', 'FAILED', 'SUSPECT', 'BROKEN']);
    await room.page.getByRole('button', { name: 'AI result' }).click();
    await expect.poll(shown).toEqual(['BROKEN', 'SUSPECT', 'FAILED', 'NEW']);
    await room.page.getByRole('button', { name: 'AI result' }).click();
    await expect.poll(shown).toEqual(['NEW', 'FAILED', 'SUSPECT', 'BROKEN']);
    const filter = room.page.getByRole('combobox', { name: 'AI result' });
    await filter.selectOption('Fracture');
    await expect.poll(shown).toEqual(['BROKEN']);
    await filter.selectOption('Not analysed');
    await expect.poll(shown).toEqual(['NEW']);
    await filter.selectOption('Waiting or running');
    await room.page.getByText('No study matches.').waitFor();
  });

  test('opens a study by keyboard', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.page.goto(room.pacs.url);
    await room.page.locator('.row-link').focus();
    await room.page.keyboard.press('Enter');
    await room.page.locator('.radiograph-surface[data-loading="false"]').waitFor();
    await room.page.keyboard.press('Escape');
    await room.page.locator('.studies').waitFor();
  });
});

describe('what the page says', () => {
  test('shows the bone-age card with value, interval, ages, method and model, and the licence', async () => {
    const source = sourceOf('1.2.1', 1);
    room.pacs.studies.push(
      doneStudy('1.2.1', [radiograph('1.2.1', 1)], [analysed(source, [regionOf(source), boneAgeOf(source)])]),
    );
    await room.openStudy('1.2.1');
    const card = await room.page.getByRole('region', { name: 'Bone age' }).innerText();
    for (const words of [
      '9 y 4 mo',
      '± 19 mo',
      '8 y 2 mo',
      '14 mo ahead',
      'Whole-hand regression network',
      'Bone age 0.1.0',
    ]) {
      expect(card).toContain(words);
    }
    expect(await room.page.locator('.panel-foot').innerText()).toContain('Bone age. Non-commercial');
    expect(await room.page.locator('.chips').innerText()).toMatch(/Upper limb\s+98 %/);
  });

  test('always says intended use, model and version beneath the image', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    const notice = await room.page.locator('.strip-notice').innerText();
    expect(notice).toContain('AI · Research use only. Not a medical device.');
    expect(notice).toContain('Fracture boxes 0.1.0');
  });

  test('says why an image was not analysed, and that a model failed', async () => {
    const source = sourceOf('1.2.1', 1);
    const second = sourceOf('1.2.1', 2);
    const speaker = model('Fracture boxes');
    room.pacs.studies.push(
      doneStudy(
        '1.2.1',
        [radiograph('1.2.1', 1), radiograph('1.2.1', 2)],
        [
          { status: 'rejected', source, reason: 'blank-image', findings: [], runs: [] },
          {
            status: 'analysed',
            source: second,
            findings: [],
            runs: [{ model: speaker, status: 'failed', reason: 'out of memory' }],
          },
        ],
      ),
    );
    await room.openStudy('1.2.1');
    await room.page.getByText('Rejected: The image holds no contrast').first().waitFor();
    await room.page.getByText('Fracture boxes 0.1.0 failed: out of memory').waitFor();
    expect(await room.page.locator('.panel-summary .statement').first().innerText()).toBe(
      'No finding · analysis incomplete',
    );
  });

  test('shows the image at once and tells when the result arrives', async () => {
    const image = radiograph('1.2.1', 1);
    const source = sourceOf('1.2.1', 1);
    const analysis = { studyInstanceUid: '1.2.1', state: 'running', images: [] };
    const study = { uid: '1.2.1', instances: [image], analysis };
    room.pacs.studies.push(study);
    await room.openStudy('1.2.1');
    await room.page.getByText('Analysis running').waitFor();
    expect(await overlayPixels(room.page)).toBe(0);
    const report = reportOf([
      { outcome: analysed(source, [fractureAt(source, 'fracture-1')]), metadata: image.metadata },
    ]);
    study.instances.push(report);
    Object.assign(study, { analysis: doneAnalysis('1.2.1', report) });
    await room.page.getByText('The AI result has arrived.').waitFor();
    await room.drawn();
    expect(await overlayPixels(room.page)).toBeGreaterThan(0);
  });

  test('asks for an analysis with bone age', async () => {
    room.pacs.studies.push({ uid: '1.2.1', instances: [radiograph('1.2.1', 1)] });
    await room.openStudy('1.2.1');
    const answered = room.page.waitForResponse((response) => response.request().method() === 'POST');
    await room.page.getByRole('button', { name: 'Estimate bone age' }).click();
    await answered;
    expect(room.pacs.requested).toEqual([{ studyInstanceUid: '1.2.1', boneAge: true }]);
  });

  test('says so when pixels cannot be shown and when a study does not exist', async () => {
    room.pacs.studies.push({
      uid: '1.2.1',
      instances: [radiograph('1.2.1', 1, { PhotometricInterpretation: 'PALETTE COLOR' })],
    });
    await room.page.goto(`${room.pacs.url}/#/studies/1.2.1`);
    await room.page
      .getByText('This image cannot be shown. Photometric Interpretation PALETTE COLOR cannot be shown here.')
      .waitFor();
    await room.page.goto(`${room.pacs.url}/#/studies/1.2.99`);
    await room.page.getByText('The study cannot be opened. It does not exist on this server.').waitFor();
    room.complaints = room.complaints.filter((text) => !text.includes('404'));
  });
});

describe('a hostile study', () => {
  const SCRIPT = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

  test('is shown as text and nothing else', async () => {
    const texts = {
      PatientName: { Alphabetic: SCRIPT },
      PatientID: SCRIPT,
      StudyDescription: SCRIPT,
      ViewPosition: SCRIPT,
      AccessionNumber: SCRIPT,
    };
    const source = sourceOf('1.2.1', 1);
    const image = radiograph('1.2.1', 1, texts);
    const study = doneStudy('1.2.1', [image], [analysed(source, [fractureAt(source, 'fracture-1')])]);
    const [report] = study.instances.slice(1);
    const hostile = JSON.stringify(report?.metadata).replaceAll(
      /"(Fracture boxes|fracture-1|Fracture of bone|0\.1\.0)"/g,
      JSON.stringify(SCRIPT),
    );
    study.instances[1] = { metadata: parsed(hostile) };
    room.pacs.studies.push(study);
    await room.page.goto(room.pacs.url);
    await room.page.locator('tbody tr').waitFor();
    await room.openStudy('1.2.1');
    await room.page.locator('.finding').waitFor();
    expect(await room.page.locator('.study-who').innerText()).toContain('<img src=x');
    expect(await room.page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(await room.page.locator('img, #app script').count()).toBe(0);
  });

  test('with coordinates beyond the image stays usable and says what was left aside', async () => {
    const source = sourceOf('1.2.1', 1);
    const study = doneStudy(
      '1.2.1',
      [radiograph('1.2.1', 1)],
      [analysed(source, [fractureAt(source, 'fracture-1')])],
    );
    const text = JSON.stringify(study.instances[1]?.metadata).replaceAll(/\b170\b/g, '1e30');
    study.instances[1] = { metadata: parsed(text) };
    room.pacs.studies.push(study);
    await room.openStudy('1.2.1');
    await room.page.getByText('lie outside the image was left aside').waitFor();
    expect(await room.page.locator('.panel-summary .statement').first().innerText()).toBe(
      'No finding · report read in part',
    );
    await room.page.keyboard.press('n');
    await room.drawn();
    expect(await imageGrey(room.page, { x: 0.43, y: 0.5 })).toBeGreaterThanOrEqual(0);
  });
});

function parsed(text: string): DataSet {
  const value: unknown = JSON.parse(text);
  return value as DataSet;
}
