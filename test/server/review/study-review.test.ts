/** Reviews over a socket: drafts that nothing loses, signatures that only a person gives, readers who see each other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../../dicom/sr/report-reader.ts';
import type { ReviewStep } from '../../../dicom/sr/review-steps.ts';
import { query } from '../../../server/storage/database.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { SOURCE } from '../../support/result-inputs.ts';
import {
  dcentvfyErrors,
  dciodvfyErrors,
  dsrdump,
  pixelmedFindings,
  pydicom,
  withFiles,
} from '../../support/independent-readers.ts';
import { PIXELMED_KNOWN, PIXELMED_KNOWN_OF_REVIEWS } from '../../dicom/results/pixelmed-known.ts';
import { serveReviews, storeAnalysedStudy, STUDY, type ReviewServer } from './review-server.ts';

const storage = await ownStorage();
const IMAGE = { sopInstanceUid: SOURCE.sopInstanceUid, frameNumber: 1 };
const BOX = { left: 90, top: 190, right: 160, bottom: 270 };
const AGREE: ReviewStep = { id: 'step-agree', kind: 'agree' };

let server: ReviewServer;
let report: Report;

beforeEach(async () => {
  report = await storeAnalysedStudy(storage);
  server = await serveReviews(storage);
});
afterEach(async () => {
  await server.close();
  await query(storage.pool, 'TRUNCATE review_draft, audit_event');
});

const uidOf = (trackingId: string) =>
  report.findings.find((finding) => finding.trackingId === trackingId)?.trackingUid ?? '';
const everyStep = (): readonly ReviewStep[] => [
  { id: 'step-accept', kind: 'accept', finding: uidOf('fracture-1') },
  {
    id: 'step-reject',
    kind: 'reject',
    finding: uidOf('fracture-2'),
    reason: 'growth-plate',
    comment: '성장판',
  },
  { id: 'step-redraw', kind: 'redraw', finding: uidOf('fracture-1'), box: BOX },
  { id: 'step-bone-age', kind: 'bone-age', finding: uidOf('bone-age-1'), months: 120 },
  { id: 'step-add-one', kind: 'add', image: IMAGE, box: { left: 300, top: 500, right: 330, bottom: 540 } },
];

async function draft(reader: string, steps: readonly ReviewStep[], revision = 0) {
  const { status, body } = await server.ask(reader, 'PUT', { revision, steps });
  expect(status).toBe(200);
  return body;
}

async function sign(reader: string) {
  const { body } = await server.ask(reader, 'GET');
  const { draft: own, seen } = body;
  return await server.ask(reader, 'POST', { revision: own.revision, seen }, `${STUDY}/signature`);
}

async function signed(reader: string, steps: readonly ReviewStep[]) {
  await draft(reader, steps);
  const { status, body } = await sign(reader);
  expect(status).toBe(201);
  return await server.stored(body.sopInstanceUid ?? '');
}

describe('a draft', () => {
  it('is there for its reader after a reload, and another reader sees it too', async () => {
    const steps = everyStep();
    await draft('kim', steps);
    expect((await server.ask('kim', 'GET')).body.draft).toEqual({ revision: 1, steps });
    const { body } = await server.ask('lee', 'GET');
    expect(body.draft).toEqual({ revision: 0, steps: [] });
    expect(body.others).toMatchObject([{ reader: 'Kim, Min', steps }]);
  });

  it('made upon an older one is not kept: the newer is told', async () => {
    await draft('kim', [AGREE]);
    const late = await server.ask('kim', 'PUT', { revision: 0, steps: everyStep() });
    expect(late.status).toBe(409);
    expect(late.body.state?.draft).toEqual({ revision: 1, steps: [AGREE] });
    expect((await server.ask('kim', 'GET')).body.draft.steps).toEqual([AGREE]);
  });

  it('changes what another reader has seen', async () => {
    const before = (await server.ask('lee', 'GET')).body.seen;
    await draft('kim', [AGREE]);
    expect((await server.ask('lee', 'GET')).body.seen).not.toBe(before);
    expect((await server.ask('kim', 'GET')).body.seen).toBe(before);
  });

  it.each([
    ['no steps', { revision: 0 }],
    ['an unknown act', { revision: 0, steps: [{ id: 'step-1234', kind: 'sign' }] }],
    [
      'a reason that is none',
      { revision: 0, steps: [{ id: 'step-1234', kind: 'reject', finding: '1.2', reason: 'x' }] },
    ],
    [
      'a box without width',
      { revision: 0, steps: [{ id: 'step-1234', kind: 'add', image: IMAGE, box: { ...BOX, right: 90 } }] },
    ],
    ['the same id twice', { revision: 0, steps: [AGREE, AGREE] }],
    ['a path for a UID', { revision: 0, steps: [{ id: 'step-1234', kind: 'accept', finding: '../1' }] }],
  ])('with %s is refused and says why', async (_what, body) => {
    const answer = await server.ask('kim', 'PUT', body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/is not a draft/);
  });

  it('is not kept for a study that is not here, or has no report', async () => {
    const nowhere = await server.ask('kim', 'PUT', { revision: 0, steps: [] }, '1.2.3');
    expect(nowhere.status).toBe(404);
  });
});

describe('a signature', () => {
  it('makes a verified report of the decisions that names its predecessor and its observer', async () => {
    const { report: read } = await signed('kim', everyStep());
    expect(read).toMatchObject({
      isVerified: true,
      verifiers: [{ name: { Alphabetic: 'Kim^Min' }, organization: 'Not stated' }],
      unknownItems: [],
      remarks: [],
    });
    const { body } = await server.ask('kim', 'GET');
    expect(body.report).toMatchObject({ isVerified: true });
    expect(body.draft.steps).toEqual([]);
    const byName = new Map(read.findings.map((finding) => [finding.trackingId, finding]));
    expect(byName.get('fracture-1')).toMatchObject({
      box: BOX,
      review: { decision: 'edited', original: { kind: 'fracture' } },
    });
    expect(byName.get('fracture-2')).toMatchObject({
      review: { decision: 'rejected', reason: 'growth-plate', comment: '성장판' },
    });
    expect(byName.get('bone-age-1')).toMatchObject({ months: 120, review: { decision: 'edited' } });
    expect(read.statements).toMatchObject([
      { kind: 'added-fracture', reviewer: { loginName: 'person kim' } },
    ]);
    const analysis = await storage.index.listInstances({ studyUid: STUDY });
    expect(analysis.map(({ sopInstanceUid }) => sopInstanceUid)).toEqual(
      expect.arrayContaining([...read.predecessorUids]),
    );
  });

  it('is on record, once, with its reader and study', async () => {
    await signed('kim', [AGREE]);
    const rows = await query(
      storage.pool,
      'SELECT principal_id, action, outcome, study_uids FROM audit_event',
    );
    expect(rows).toEqual([
      { principal_id: 'person kim', action: 'review-findings', outcome: 'success', study_uids: [STUDY] },
    ]);
  });

  it.each(['local', 'nameless', 'gateway'])('of %s is refused, and the draft stays', async (reader) => {
    await draft(reader, [AGREE]);
    const { status, body } = await sign(reader);
    expect([status, body.message]).toEqual([
      403,
      'Only a person who has signed in by name may sign; the draft is kept',
    ]);
    const { draft: kept, report: current } = (await server.ask(reader, 'GET')).body;
    expect(kept.steps).toEqual([AGREE]);
    expect(current?.isVerified).toBe(false);
  });

  it('waits until every finding is decided', async () => {
    await draft('kim', everyStep().slice(0, 2));
    const { status, body } = await sign('kim');
    expect([status, body.message]).toEqual([
      409,
      '1 of the findings and images are undecided; decide on each',
    ]);
  });

  it('writes a name in Hangul as the ideographic group, and the organization that is configured', async () => {
    await server.close();
    server = await serveReviews(storage, { organization: 'A hospital' });
    const { report: read } = await signed('lee', [AGREE]);
    expect(read.verifiers).toMatchObject([{ name: { Ideographic: '이 판독' }, organization: 'A hospital' }]);
  });

  it('that broke off ends in the same bytes, however late it is tried again', async () => {
    await server.close();
    let now = new Date('2026-01-03T09:15:00Z');
    let isBroken = true;
    server = await serveReviews(storage, {
      now: () => now,
      deliver: () => (isBroken ? Promise.reject(new Error('gone')) : Promise.resolve()),
    });
    await draft('kim', everyStep());
    expect((await sign('kim')).status).toBe(500);
    now = new Date('2026-01-04T10:00:00Z');
    isBroken = false;
    const stored = await storage.index.listInstances({ studyUid: STUDY });
    expect(stored).toHaveLength(3);
    expect((await sign('kim')).status).toBe(409); // what was signed is there: nothing is left to sign
    const state = (await server.ask('kim', 'GET')).body;
    expect([state.report?.isVerified, state.draft.steps]).toEqual([true, []]);
    expect(await storage.index.listInstances({ studyUid: STUDY })).toEqual(stored);
    expect(await query(storage.pool, 'SELECT 1 FROM audit_event')).toHaveLength(1);
  });
});

describe('two readers at once', () => {
  it('see each other’s decisions before they sign', async () => {
    await draft('kim', [AGREE]);
    const { draft: own, seen } = (await server.ask('kim', 'GET')).body;
    await draft('lee', everyStep());
    const blind = await server.ask('kim', 'POST', { revision: own.revision, seen }, `${STUDY}/signature`);
    expect(blind.status).toBe(409);
    expect(blind.body.state?.others).toMatchObject([{ reader: '이 판독' }]);
    expect((await sign('kim')).status).toBe(201);
  });

  it('sign one after the other: the second upon the report of the first', async () => {
    await draft('kim', everyStep());
    await draft('lee', [{ id: 'step-lee-1', kind: 'accept', finding: uidOf('fracture-2') }]);
    const kim = (await server.ask('kim', 'GET')).body;
    const lee = (await server.ask('lee', 'GET')).body;
    const [first, second] = await Promise.all(
      [['kim', kim] as const, ['lee', lee] as const].map(([reader, { draft: own, seen }]) =>
        server.ask(reader, 'POST', { revision: own.revision, seen }, `${STUDY}/signature`),
      ),
    );
    // Lee left findings open, so only Kim's can have gone through.
    expect([first?.status, second?.status]).toEqual([201, 409]);
    const { report: seenByLee, draft: kept } = (await server.ask('lee', 'GET')).body;
    expect(seenByLee?.sopInstanceUid).toBe(first?.body.sopInstanceUid);
    expect(kept.steps).toHaveLength(1);
    const last = await sign('lee');
    expect(last.status).toBe(201);
    const { report: read } = await server.stored(last.body.sopInstanceUid ?? '');
    expect(read.predecessorUids).toEqual([first?.body.sopInstanceUid]);
    const reviews = new Map(read.findings.map(({ trackingId, review }) => [trackingId, review]));
    expect(reviews.get('fracture-2')).toMatchObject({
      decision: 'accepted',
      reviewer: { loginName: 'person lee' },
    });
    expect(reviews.get('fracture-1')).toMatchObject({
      decision: 'edited',
      reviewer: { loginName: 'person kim' },
    });
  });
});

describe('a signed review in the eyes of others', () => {
  it('is sound to dciodvfy, dcentvfy, dsrdump, pydicom and PixelMed', { timeout: 240_000 }, async () => {
    const { bytes } = await signed('kim', everyStep());
    const [machine] = await storage.index.listInstances({ studyUid: STUDY });
    if (!machine) throw new Error('the study is stored');
    const image = await storage.objects.read(machine.objectKey);
    withFiles([bytes, image], (paths) => {
      const [path = ''] = paths;
      expect(dciodvfyErrors(path)).toEqual([]);
      expect(dcentvfyErrors(paths)).toEqual([]);
      const dump = dsrdump(path);
      for (const said of ['Verified', 'Growth plate', 'Added by the reader', 'Estimate of the reader']) {
        expect(dump.toLowerCase()).toContain(said.toLowerCase());
      }
      const flags =
        '[ds.VerificationFlag, ds.CompletionFlag, str(ds.VerifyingObserverSequence[0].VerifyingObserverName), len(ds.PredecessorDocumentsSequence)]';
      expect(JSON.parse(pydicom(path, flags))).toEqual(['VERIFIED', 'COMPLETE', 'Kim^Min', 1]);
      const known = [...PIXELMED_KNOWN, ...PIXELMED_KNOWN_OF_REVIEWS];
      const found = pixelmedFindings(path);
      expect(found.filter((line) => !known.some(({ pattern }) => pattern.test(line)))).toEqual([]);
    });
  });
});
