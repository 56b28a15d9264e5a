/**
 * The report sheet in a real Chromium: what stands on it, in print, in a file taken away; and that no page leaks English into Korean.
 */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SCT } from '../../dicom/vocabulary/codes.ts';
import {
  analysed,
  boneAgeOf,
  doneStudy,
  fractureAt,
  model,
  radiograph,
  regionOf,
  sourceOf,
} from '../support/reading-room-studies.ts';
import { latinWords } from '../viewer/latin-words.ts';
import { fractureStudy, readingRoomSession } from './reading-room-session.ts';

const room = readingRoomSession();

/** Two images: a fracture and a bone age on the first, the second rejected. */
function fullStudy(uid: string) {
  const [first, second] = [sourceOf(uid, 1), sourceOf(uid, 2)];
  const outcome = analysed(first, [
    regionOf(first),
    fractureAt(first, 'fracture-1', { site: SCT.wristJoint }),
    fractureAt(first, 'fracture-2', {
      certainty: 'suspicious',
      probability: 0.31,
      box: { left: 10, top: 20, right: 60, bottom: 90 },
    }),
    boneAgeOf(first),
  ]);
  const skipped = {
    model: model('Hand gate'),
    status: 'skipped',
    reason: 'the patient is 19 years or older',
  } as const;
  return doneStudy(
    uid,
    [radiograph(uid, 1), radiograph(uid, 2)],
    [
      { ...outcome, runs: [...outcome.runs, skipped] },
      { status: 'rejected', source: second, reason: 'blank-image', findings: [], runs: [] },
    ],
  );
}

async function openReport(uid: string) {
  await room.page.goto(`${room.pacs.url}/#/studies/${uid}/report`);
  await room.page.locator('.sheet h1').waitFor();
}

describe('the report sheet', () => {
  test('says whose it is, what was found on which image, by which model, and what must be said', async () => {
    room.pacs.studies.push(fullStudy('1.2.1'));
    await openReport('1.2.1');
    const facts = await room.page.locator('.sheet-facts').innerText();
    for (const fact of ['Lindqvist, Maja', 'OST-1', '2018-01-01', 'Female', '2026-11-20', 'Wrist', 'A1']) {
      expect(facts).toContain(fact);
    }
    expect(facts).toContain('Not verified by a reader');
    const first = room.page.getByRole('region', { name: 'Image 1 · PA' });
    const rows = await first.locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.replaceAll(/\s+/g, ' ').trim())).toEqual([
      '1 Fracture Definite 92 % Wrist joint –',
      '2 Fracture Suspicious 31 % – –',
    ]);
    expect(await room.page.getByRole('region', { name: 'Image 2' }).innerText()).toContain(
      'Rejected: The image holds no contrast',
    );
    expect(await room.page.getByRole('region', { name: 'Bone age' }).innerText()).toContain('9 y 4 mo');
    const models = await room.page.getByRole('region', { name: 'Models' }).innerText();
    expect(models).toMatch(/Hand gate\s+0\.1\.0\s+Osteon\s+–\s+not run: the patient is 19 years or older/);
    expect(await room.page.locator('.sheet-label').innerText()).toBe(
      'AI · Research use only. Not a medical device.',
    );
  });

  test('draws each finding on the small image where it is, numbered as in the table', async () => {
    room.pacs.studies.push(fullStudy('1.2.1'));
    await openReport('1.2.1');
    const figure = room.page.locator('.sheet-figure').first();
    await expect
      .poll(() => figure.locator('img').evaluate((one) => (one as HTMLImageElement).naturalWidth))
      .toBe(300);
    const box = await figure.boundingBox();
    expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(300 / 400, 1);
    // The box of the first finding, 90 to 170 of 300 columns and 150 to 250 of 400 rows.
    const paths = await figure
      .locator('svg path')
      .evaluateAll((all) => all.map((path) => path.getAttribute('d')));
    const scale = 250 / 400;
    expect(paths).toContain(
      `M${90 * scale} ${150 * scale}L${170 * scale} ${150 * scale}L${170 * scale} ${250 * scale}L${90 * scale} ${250 * scale}Z`,
    );
    expect(await figure.locator('svg text').allTextContents()).toEqual(['1', '2']);
  });

  test('is printed black on white, without the bar, its margins saying whose it is', async () => {
    room.pacs.studies.push(fullStudy('1.2.1'));
    await openReport('1.2.1');
    await room.page.emulateMedia({ media: 'print' });
    const printed = await room.page.evaluate(() => ({
      ground: getComputedStyle(document.body).backgroundColor,
      text: getComputedStyle(document.querySelector('.sheet') ?? document.body).color,
      bar: getComputedStyle(document.querySelector('.study-head') ?? document.body).display,
      tree: getComputedStyle(document.querySelector('.sheet-tree') ?? document.body).display,
      margins: document.adoptedStyleSheets
        .flatMap(({ cssRules }) => [...cssRules])
        .map(({ cssText }) => cssText),
    }));
    expect(printed).toMatchObject({
      ground: 'rgb(255, 255, 255)',
      text: 'rgb(20, 24, 28)',
      bar: 'none',
      tree: 'none',
    });
    expect(printed.margins.join('')).toMatch(/@bottom-left \{[^}]*Lindqvist, Maja · OST-1/);
    expect((await room.page.pdf({ preferCSSPageSize: true })).toString('latin1')).toContain('%PDF');
  });

  test('can be taken away as one file that needs nothing else', async () => {
    room.pacs.studies.push(fullStudy('1.2.1'));
    await openReport('1.2.1');
    const [download] = await Promise.all([
      room.page.waitForEvent('download'),
      room.page.getByRole('button', { name: 'Download as page' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('report.html');
    const html = await readFile(await download.path(), 'utf8');
    expect(html).toContain('Lindqvist, Maja');
    expect(html.match(/<img[^>]+src="data:image\/png;base64,/g)).toHaveLength(2);
    expect(html).not.toMatch(/<script|<link|src="(?!data:)|https?:\/\/(?!www\.w3\.org)/);
    await room.page.goto(`data:text/html;base64,${Buffer.from(html).toString('base64')}`);
    expect(await room.page.locator('.sheet').evaluate((one) => getComputedStyle(one).color)).toBe(
      'rgb(20, 24, 28)',
    );
  });

  test('shows the content tree when it is unfolded, a hostile one as text', async () => {
    const script = '<img src=x onerror="window.pwned=1">';
    const study = fractureStudy('1.2.1');
    const report = JSON.stringify(study.instances[1]?.metadata).replaceAll('"0.1.0"', JSON.stringify(script));
    study.instances[1] = { metadata: JSON.parse(report) as (typeof study.instances)[0]['metadata'] };
    room.pacs.studies.push(study);
    await openReport('1.2.1');
    expect(await room.page.locator('.sheet').innerText()).toContain(script.slice(0, 19));
    await room.page.locator('.sheet-tree summary').click();
    await room.page.locator('.sheet-tree li').first().waitFor();
    expect(await room.page.locator('.sheet-tree').innerText()).toContain(script);
    expect(await room.page.locator('.sheet-tree img').count()).toBe(0);
    expect(await room.page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(await room.page.getByRole('link', { name: 'Download as DICOM' }).getAttribute('href')).toMatch(
      /^\/dicom-web\/studies\/1\.2\.1\//,
    );
  });
});

describe('in Korean', () => {
  /** All that a page says: its text, and what only some readers hear or see on pointing. */
  const said = () =>
    room.page.evaluate(() => {
      const told = [...document.querySelectorAll('*')].flatMap((element) =>
        element.closest('[lang="en"], svg')
          ? []
          : ['aria-label', 'title', 'placeholder', 'alt'].map((name) => element.getAttribute(name) ?? ''),
      );
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const texts: string[] = [];
      while (walker.nextNode()) {
        const isOurs =
          walker.currentNode.parentElement?.closest('[lang="en"], kbd, script, noscript') === null;
        if (isOurs) texts.push(walker.currentNode.textContent ?? '');
      }
      return [...told, document.title, ...texts].join('\n');
    });
  /** What comes from the study itself, and the name of the work that the reference cites. */
  const names = [
    'Lindqvist Maja OST A1 A2 Wrist Body region Fracture boxes Hand gate Bone age Phantom',
    'Delete Esc ko',
  ];

  test('no page leaks an English word', async () => {
    await room.page.addInitScript(() => {
      localStorage.setItem('osteon-language', 'ko');
    });
    const analysis = (uid: string, state: string, reason: string) => ({
      studyInstanceUid: uid,
      state,
      reason,
      images: [],
    });
    room.pacs.studies.push(
      fullStudy('1.2.1'),
      {
        uid: '1.2.2',
        instances: [radiograph('1.2.2', 1, { PatientName: undefined, PatientID: undefined })],
        analysis: analysis('1.2.2', 'failed', 'Internal error'),
      },
      {
        uid: '1.2.3',
        instances: [
          radiograph('1.2.3', 1, { PhotometricInterpretation: 'PALETTE COLOR', PatientAge: '009Y' }),
        ],
        analysis: analysis('1.2.3', 'rejected', 'The study holds no image'),
      },
    );
    await room.page.goto(room.pacs.url);
    await room.page.getByText('내부 오류').waitFor();
    await room.page.getByText('골절 92 %').or(room.page.getByText('골절 2곳')).first().waitFor();
    expect(latinWords(await said(), [...names, 'English'])).toEqual([]);
    await room.openStudy('1.2.1');
    await room.page.locator('.finding').first().waitFor();
    await room.page.keyboard.press('c');
    await room.page.locator('.pane').nth(1).locator('.radiograph-surface[data-loading="false"]').waitFor();
    expect(latinWords(await said(), names)).toEqual([]);
    await room.page.goto(`${room.pacs.url}/#/studies/1.2.3`);
    await room.page.getByText('표시할 수 없습니다').first().waitFor();
    expect(latinWords(await said(), [...names, 'PALETTE COLOR'])).toEqual([]);
    await openReport('1.2.1');
    expect(latinWords(await said(), names)).toEqual([]);
  });
});
