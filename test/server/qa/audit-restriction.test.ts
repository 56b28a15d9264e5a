/** The audit for whoever is restricted to some studies: the others do not exist, in lists, figures, tables, labels and samples. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorHandler } from '../../../server/http/errors.ts';
import { StudyRules } from '../../../server/http/study-access.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { labelsOf } from '../../../server/qa/label-records.ts';
import type { AuditSummary } from '../../../server/qa/statistics/audit-summary.ts';
import type { StudyComparison } from '../../../server/qa/statistics/study-comparison.ts';
import { authenticateBy } from '../../../server/security/authentication.ts';
import { personOf } from '../../../server/security/principal.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';
import { qualityRouter } from '../../support/quality-router.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeCorpus, type CorpusStudy } from './audited-corpus.ts';

/** Two studies that group north sees, three that it does not; the models of the latter are of another version. */
const SEEN = ['1.2.10', '1.2.11'];
const UNSEEN = ['1.2.20', '1.2.21', '1.2.22'];
const STUDIES = [...SEEN, ...UNSEEN].map((studyInstanceUid, index): CorpusStudy => ({
  studyInstanceUid,
  date: `202601${String(5 + 7 * index).padStart(2, '0')}`,
  hasFracture: index % 2 === 0,
  version: SEEN.includes(studyInstanceUid) ? '0.1.0' : '0.2.0',
  acts: () => [{ kind: 'agree' }],
}));

const storage = await ownStorage({ keepsAll: true });
const folder = mkdtempSync(join(tmpdir(), 'osteon-rules-'));
let server: LoopbackServer;

beforeAll(async () => {
  const path = join(folder, 'rules.json');
  const restrictions = [
    { who: ['group:north'], studies: SEEN.map((uid) => ({ PatientID: `P${uid}` })) },
    { who: ['group:none'], studies: [] },
  ];
  writeFileSync(path, JSON.stringify({ restrictions }));
  await storeCorpus(storage, STUDIES);
  const rules = StudyRules.open(path);
  const app = express();
  app.use(
    authenticateBy((request) =>
      rules.apply(
        personOf({
          subject: 'one',
          roles: ['qa', 'radiologist'],
          groups: [request.get('x-group') ?? ''],
        }),
      ),
    ),
  );
  app.use('/api/audit', qualityRouter(storage));
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, group: string, init: RequestInit = {}) =>
  fetch(`${server.origin}/api/audit${path}`, {
    ...init,
    headers: {
      'x-group': group,
      'content-type':
        typeof init.body === 'string' && init.body.startsWith('{') ? 'application/json' : 'text/csv',
    },
  });
const send = (path: string, group: string, body: object) =>
  ask(path, group, { method: 'POST', body: JSON.stringify(body) });

interface Audit {
  readonly studies: readonly StudyComparison[];
  readonly summary: AuditSummary;
  readonly choices: { readonly models: readonly string[] };
}

const auditFor = async (group: string) => (await (await ask('', group)).json()) as Audit;
const uidsIn = (audit: Audit) => audit.studies.map(({ studyInstanceUid: uid }) => uid).toSorted();

it('shows the studies of the restriction alone, and figures of nothing else', async () => {
  const north = await auditFor('north');
  expect(uidsIn(north)).toEqual(SEEN);
  expect(north.summary).toMatchObject({ studies: 2, read: 2, modelsByReaders: { fracture: { count: 2 } } });
  expect(north.summary.weeks).toHaveLength(2);
  expect(north.choices.models).toContain('Fracture locator 0.1.0');
  expect(JSON.stringify(north)).not.toMatch(/0\.2\.0|1\.2\.2\d/);
  expect(uidsIn(await auditFor('elsewhere'))).toEqual([...SEEN, ...UNSEEN]);
  expect(uidsIn(await auditFor('none'))).toEqual([]);
  const table = await (await ask('/studies.csv', 'north')).text();
  expect(table.trim().split('\r\n')).toHaveLength(1 + SEEN.length);
});

it('takes labels of seen studies alone', async () => {
  const labels = 'study_instance_uid,fracture\n1.2.10,1\n1.2.20,0\n1.2.99,1\n';
  const answer = await ask('/labels', 'north', { method: 'PUT', body: labels });
  expect(await answer.json()).toEqual({ imported: 1, unknown: 2 });
  expect([...(await labelsOf(storage.pool)).keys()]).toEqual(['1.2.10']);
  expect(await (await ask('/labels', 'elsewhere', { method: 'PUT', body: labels })).json()).toEqual({
    imported: 3,
    unknown: 1,
  });
});

it('draws from seen studies, and of the samples of others shows and takes what is seen', async () => {
  const own = (await (await send('/samples', 'north', { size: 10, seed: 'own' })).json()) as {
    drawn: number;
  };
  expect(own.drawn).toBe(SEEN.length);
  const drawn = await send('/samples', 'elsewhere', { size: 10, seed: 'all' });
  const { id } = (await drawn.json()) as { id: string };
  const samplesFor = async (group: string) =>
    ((await (await ask('/samples', group)).json()) as { samples: { seed: string; drawn: number }[] }).samples;
  expect(await samplesFor('north')).toMatchObject([
    { seed: 'all', drawn: 2 },
    { seed: 'own', drawn: 2 },
  ]);
  expect(await samplesFor('none')).toEqual([]);
  const next = async (group: string) => await (await ask(`/samples/${id}/next`, group)).json();
  expect(await next('none')).toEqual({ remaining: 0 });
  expect(await next('north')).toMatchObject({ remaining: 2 });
  const [unseen = ''] = UNSEEN;
  const verdict = { studyInstanceUid: unseen, hasFracture: true };
  for (const path of ['reads', 'adjudications']) {
    const refused = await send(`/samples/${id}/${path}`, 'north', verdict);
    expect([refused.status, await refused.json()]).toMatchObject([
      404,
      { message: 'No such study is stored' },
    ]);
  }
  expect((await send(`/samples/${id}/reads`, 'elsewhere', verdict)).status).toBe(204);
  expect((await send(`/samples/${id}/adjudications`, 'elsewhere', verdict)).status).toBe(204);
  expect(
    (await send(`/samples/${id}/reads`, 'north', { ...verdict, studyInstanceUid: '1.2.10' })).status,
  ).toBe(204);
});
