/** `/api/audit` over a socket, on studies of real structured reports: figures, filters, labels, samples that are blind. */
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorHandler } from '../../../server/http/errors.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import type { AuditSummary } from '../../../server/qa/statistics/audit-summary.ts';
import type { StudyComparison } from '../../../server/qa/statistics/study-comparison.ts';
import { authenticateBy } from '../../../server/security/authentication.ts';
import { permissionsOf } from '../../../server/security/role.ts';
import { qualityRouter } from '../../support/quality-router.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeCorpus, type CorpusStudy } from './audited-corpus.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const STUDIES: readonly CorpusStudy[] = [
  { studyInstanceUid: '1.2.10', date: '20260105', hasFracture: true, acts: () => [{ kind: 'agree' }] },
  {
    studyInstanceUid: '1.2.11',
    date: '20260106',
    hasFracture: true,
    acts: (uidOf) => [
      { kind: 'no-fracture', image: { sopInstanceUid: '1.2.11.1.1', frameNumber: 1 } },
      { kind: 'bone-age', finding: uidOf('bone-age-1'), months: 120 },
    ],
  },
  {
    studyInstanceUid: '1.2.12',
    date: '20260113',
    hasFracture: false,
    version: '0.2.0',
    acts: () => [{ kind: 'agree' }],
  },
  {
    studyInstanceUid: '1.2.13',
    date: '20260114',
    hasFracture: false,
    version: '0.2.0',
    acts: () => [
      {
        kind: 'add',
        image: { sopInstanceUid: '1.2.13.1.1', frameNumber: 1 },
        box: { left: 5, top: 5, right: 40, bottom: 50 },
      },
      { kind: 'agree' },
    ],
  },
  { studyInstanceUid: '1.2.14', date: '20260115', hasFracture: true, version: '0.2.0' },
];

const storage = await ownStorage({ keepsAll: true });
let server: LoopbackServer;
let root: string;

beforeAll(async () => {
  await storeCorpus(storage, STUDIES);
  const app = express();
  app.use(
    authenticateBy((request) => {
      const role = request.get('x-role') === 'radiologist' ? 'radiologist' : 'qa';
      return { id: role, kind: 'person', permissions: permissionsOf([role]) };
    }),
  );
  app.use('/api/audit', qualityRouter(storage));
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
  root = `${server.origin}/api/audit`;
});
afterAll(async () => {
  await server.close();
});

interface Audit {
  readonly studies: readonly StudyComparison[];
  readonly summary: AuditSummary;
  readonly choices: { readonly models: readonly string[]; readonly regions: readonly string[] };
}

async function audit(query = ''): Promise<Audit> {
  const response = await fetch(`${root}${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Audit;
}

async function send(method: string, path: string, body: object | string, role = 'qa') {
  const isText = typeof body === 'string';
  const response = await fetch(`${root}${path}`, {
    method,
    headers: { 'content-type': isText ? 'text/csv' : 'application/json', 'x-role': role },
    body: isText ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

describe('the audit', () => {
  it('reads from the reports what models said and readers decided', async () => {
    const { studies, summary, choices } = await audit();
    const rows = studies.map(({ studyInstanceUid, machine, reader, state }) => [
      studyInstanceUid,
      machine.hasFracture,
      reader?.hasFracture,
      state,
    ]);
    expect(rows).toEqual([
      ['1.2.14', true, undefined, 'unread'],
      ['1.2.13', false, true, 'disagree'],
      ['1.2.12', false, false, 'agree'],
      ['1.2.11', true, false, 'disagree'],
      ['1.2.10', true, true, 'agree'],
    ]);
    expect(summary.modelsByReaders.fracture).toMatchObject({
      count: 4,
      truePositive: 1,
      falsePositive: 1,
      falseNegative: 1,
      trueNegative: 1,
    });
    expect(summary.modelsByReaders.boneAge.bias?.value).toBeCloseTo(6.4 / 4, 6);
    expect(summary.turnaround.median).toBe(2);
    expect(choices.models).toContain('Fracture locator 0.2.0');
    expect(summary.weeks.map(({ name, studies: count }) => [name, count])).toEqual([
      ['2026-W02', 2],
      ['2026-W03', 3],
    ]);
  });

  it.each([
    ['from=20260113', 3],
    ['to=20260106', 2],
    ['model=Fracture locator 0.2.0', 3],
    ['region=leg', 0],
    ['state=disagree', 2],
    ['state=unread', 1],
  ])('is filtered by %s', async (query, count) => {
    expect((await audit(`?${query}`)).studies).toHaveLength(count);
  });

  it('refuses a filter that is none, and whoever is not of QA', async () => {
    expect((await fetch(`${root}?from=yesterday`)).status).toBe(400);
    expect((await fetch(root, { headers: { 'x-role': 'radiologist' } })).status).toBe(403);
  });

  it('is given as a table, by the same filter', async () => {
    const response = await fetch(`${root}/studies.csv?state=disagree`);
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect((await response.text()).trim().split('\r\n')).toHaveLength(3);
  });
});

describe('reference labels', () => {
  it('judge models and readers, say how many studies are not here, and are replaced by later ones', async () => {
    const text = 'study_instance_uid,fracture,bone_age_months\n1.2.10,1,120\n1.2.11,1,\n1.2.99,0,\n';
    expect(await send('PUT', '/labels', text)).toMatchObject({
      status: 200,
      body: { imported: 3, unknown: 1 },
    });
    const { summary } = await audit();
    expect(summary.labelled).toBe(2);
    expect(summary.modelsByLabels.fracture).toMatchObject({ count: 2, truePositive: 2 });
    expect(summary.readersByLabels.fracture).toMatchObject({ truePositive: 1, falseNegative: 1 });
    await send('PUT', '/labels', 'study_instance_uid,fracture\n1.2.11,0\n');
    expect((await audit()).summary.readersByLabels.fracture).toMatchObject({ falseNegative: 0 });
  });

  it('that cannot be read are refused as a whole', async () => {
    const refused = await send('PUT', '/labels', 'study_instance_uid,fracture\n1.2.12,1\n1.2.13,perhaps\n');
    expect([refused.status, refused.body['message']]).toEqual([400, expect.stringContaining('Line 3')]);
    expect(
      (await audit()).studies.find(({ studyInstanceUid }) => studyInstanceUid === '1.2.12'),
    ).not.toHaveProperty('label');
  });
});

describe('a blinded sample', () => {
  it('is drawn of signed studies, read without a word of the results, and adjudicated where readers differ', async () => {
    const drawn = await send('POST', '/samples', { size: 10, seed: 'spring' });
    expect(drawn).toMatchObject({ status: 201, body: { drawn: 4 } });
    const at = `/samples/${String(drawn.body['id'])}`;
    const said = new Map([
      ['1.2.10', true],
      ['1.2.11', true],
      ['1.2.12', false],
      ['1.2.13', true],
    ]);
    for (let remaining = 4; remaining > 0; remaining -= 1) {
      const next = (await (
        await fetch(`${root}${at}/next`, { headers: { 'x-role': 'radiologist' } })
      ).json()) as {
        studyInstanceUid: string;
      };
      expect(next).toEqual({ studyInstanceUid: expect.any(String) as string, remaining });
      const { studyInstanceUid } = next;
      const read = { studyInstanceUid, hasFracture: said.get(studyInstanceUid) ?? false };
      expect((await send('POST', `${at}/reads`, read, 'radiologist')).status).toBe(204);
      expect((await send('POST', `${at}/reads`, read, 'radiologist')).status).toBe(409);
    }
    const result = async () => {
      const { samples } = (await (await fetch(`${root}/samples`)).json()) as {
        samples: Record<string, unknown>[];
      };
      return samples[0];
    };
    expect(await result()).toMatchObject({ drawn: 4, read: 4, toAdjudicate: ['1.2.11'] });
    expect(await result()).toMatchObject({
      firstBySecond: { count: 4, falseNegative: 1 },
      modelsByConsensus: { count: 3 },
    });
    const decision = { studyInstanceUid: '1.2.11', hasFracture: true };
    expect((await send('POST', `${at}/adjudications`, decision)).status).toBe(204);
    expect(await result()).toMatchObject({
      toAdjudicate: [],
      modelsByConsensus: { count: 4, truePositive: 2 },
    });
  });

  it('that does not exist is not found', async () => {
    expect((await fetch(`${root}/samples/99/next`, { headers: { 'x-role': 'radiologist' } })).status).toBe(
      404,
    );
    expect((await fetch(`${root}/samples/x/next`, { headers: { 'x-role': 'radiologist' } })).status).toBe(
      404,
    );
  });
});
