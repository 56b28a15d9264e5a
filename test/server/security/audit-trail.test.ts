/** The audit trail: a chain that shows every change to it, whoever writes at once, and what a message of it says. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../server/security/audit-event.ts';
import { AUDIT_ACTIONS, auditMessageOf } from '../../../server/security/audit-message.ts';
import { AuditRecorder } from '../../../server/security/audit-recorder.ts';
import { checkAuditTrail, searchAuditTrail } from '../../../server/security/audit-records.ts';
import { recordAuditEvent, recordAuditEvents } from '../../../server/security/audit-trail.ts';
import { inTransaction, query } from '../../../server/storage/database.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await query(database.pool, 'TRUNCATE audit_event');
  await query(database.pool, `UPDATE audit_chain SET sequence = 0, hash = sha256('')`);
});

const event = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  at: new Date('2026-03-01T08:15:30.123Z'),
  principalId: 'person rita',
  action: 'read-studies',
  outcome: 'success',
  studyInstanceUids: ['1.2.3', '1.2.4'],
  networkAddress: '10.0.0.7',
  ...changes,
});
const check = (known?: Parameters<typeof checkAuditTrail>[1]) => checkAuditTrail(database.pool, known);

/** Five events, written one by one and together. */
async function writeFive(): Promise<void> {
  await recordAuditEvent(database.pool, event());
  await recordAuditEvents(database.pool, [
    event({ action: 'search-studies', studyInstanceUids: [], occurrences: 40, detail: 'PatientName' }),
    event({ principalId: 'key nul\0and half \ud800 character', detail: '"\\\n é 한' }),
  ]);
  await inTransaction(database.pool, (client) => recordAuditEvent(client, event({ outcome: 'refused' })));
  await recordAuditEvent(database.pool, {
    at: new Date(),
    principalId: 'osteon',
    action: 'stop-application',
    outcome: 'success',
    studyInstanceUids: [],
  });
}

describe('the chain', () => {
  it('is whole, whether events come alone, together or in a transaction', async () => {
    expect(await check()).toMatchObject({ checked: 0, end: { sequence: 0 } });
    await writeFive();
    const { checked, problem, end } = await check();
    expect([checked, problem, end.sequence]).toEqual([5, undefined, 5]);
    await writeFive();
    expect((await check(end)).problem).toBeUndefined();
  });

  it('stays whole when many write at once, and some break off', async () => {
    const writers = Array.from({ length: 60 }, (_, index) => {
      if (index % 3 === 0) return recordAuditEvents(database.pool, [event(), event()]);
      if (index % 3 === 1) return recordAuditEvent(database.pool, event());
      return inTransaction(database.pool, async (client) => {
        await recordAuditEvent(client, event());
        throw new Error('broken off');
      }).catch(() => undefined);
    });
    await Promise.all(writers);
    expect(await check()).toMatchObject({ checked: 60, end: { sequence: 60 } });
    expect((await check()).problem).toBeUndefined();
  });

  it.each([
    ['who', `principal_id = 'person adam'`],
    ['what', `action = 'sign-in'`],
    ['how it ended', `outcome = 'failed'`],
    ['when', `occurred_at = occurred_at + interval '1 millisecond'`],
    ['about which study', `study_uids = '{1.2.3}'`],
    ['from where', `network_address = '10.0.0.8'`],
    ['how often', 'occurrences = occurrences + 1'],
    ['its detail', `detail = 'PatientID'`],
    ['its hash', `hash = sha256('x')`],
  ])('shows a change of %s', async (_what, change) => {
    await writeFive();
    await query(database.pool, `UPDATE audit_event SET ${change} WHERE sequence = 2`);
    expect((await check()).problem).toBe('Event 2 was changed, or the one before it');
  });

  it('shows an event that was removed, moved, put aside or cut off at the end', async () => {
    await writeFive();
    await query(database.pool, 'DELETE FROM audit_event WHERE sequence = 3');
    expect((await check()).problem).toBe('Event 3 is missing');
    await query(database.pool, 'UPDATE audit_event SET sequence = 3 WHERE sequence = 5');
    expect((await check()).problem).toBe('Event 3 was changed, or the one before it');
    await query(database.pool, 'UPDATE audit_event SET sequence = NULL WHERE sequence = 2');
    expect(await check()).toMatchObject({ problem: 'Event 2 is missing', unchained: 1 });
    await query(database.pool, 'DELETE FROM audit_event WHERE sequence > 1');
    expect((await check()).problem).toBe('Events 2 to 5 are missing at the end');
  });

  it('shows a chain that was written anew as a whole to whoever noted its end', async () => {
    await writeFive();
    const { end } = await check();
    await query(database.pool, 'TRUNCATE audit_event');
    await query(database.pool, `UPDATE audit_chain SET sequence = 0, hash = sha256('')`);
    await recordAuditEvents(
      database.pool,
      Array.from({ length: 6 }, () => event()),
    );
    expect((await check()).problem).toBeUndefined();
    expect((await check(end)).problem).toMatch(/^Event 5 is not the one that was noted/);
  });
});

describe('the recorder', () => {
  it('tells events that are alike as one, and writes all of them when it stops', async () => {
    const recorder = new AuditRecorder({
      pool: database.pool,
      onError: (error) => expect.fail(error.message),
    });
    for (let time = 0; time < 100; time += 1) recorder.note(event());
    recorder.note(event({ principalId: 'person adam' }));
    recorder.note(event({ action: 'search-studies', studyInstanceUids: [], detail: 'limit' }));
    await recorder.stop();
    const records = await searchAuditTrail(database.pool, { limit: 10 });
    expect(records.map(({ principalId, occurrences }) => [principalId, occurrences])).toEqual([
      ['person rita', 1],
      ['person adam', 1],
      ['person rita', 100],
    ]);
    expect((await check()).problem).toBeUndefined();
  });

  it('keeps what the database could not take, and writes it later', async () => {
    const errors: string[] = [];
    const recorder = new AuditRecorder({ pool: database.pool, onError: ({ kind }) => errors.push(kind) });
    await query(database.pool, 'ALTER TABLE audit_chain RENAME TO gone');
    recorder.note(event());
    await recorder.flush(Infinity);
    await query(database.pool, 'ALTER TABLE gone RENAME TO audit_chain');
    expect(errors).toHaveLength(1);
    recorder.note(event());
    await recorder.stop();
    expect(await searchAuditTrail(database.pool, { limit: 10 })).toMatchObject([{ occurrences: 2 }]);
  });
});

describe('a search', () => {
  it('finds by person, act, outcome, study and time, page by page', async () => {
    await writeFive();
    const found = async (search: Parameters<typeof searchAuditTrail>[1]) =>
      (await searchAuditTrail(database.pool, search)).map(({ sequence }) => sequence);
    expect(await found({ limit: 10 })).toEqual([5, 4, 3, 2, 1]);
    expect(await found({ limit: 10, principalId: 'person rita' })).toEqual([4, 2, 1]);
    expect(await found({ limit: 10, action: 'search-studies' })).toEqual([2]);
    expect(await found({ limit: 10, outcome: 'refused' })).toEqual([4]);
    expect(await found({ limit: 10, studyInstanceUid: '1.2.4' })).toEqual([4, 3, 1]);
    expect(await found({ limit: 10, from: new Date('2026-03-01T08:15:30.124Z') })).toEqual([5]);
    expect(await found({ limit: 10, to: new Date('2026-03-01T08:15:30.123Z') })).toEqual([]);
    const [first] = await searchAuditTrail(database.pool, { limit: 1 });
    expect(await found({ limit: 2, before: first?.id ?? '' })).toEqual([4, 3]);
  });
});

describe('a message', () => {
  const MESSAGE = `import sys, json, xml.etree.ElementTree as E
r = E.fromstring(sys.stdin.buffer.read())
def tree(e): return [e.tag, e.attrib, [tree(c) for c in e], e.text]
print(json.dumps(tree(r)))`;
  type Tree = [tag: string, attributes: Record<string, string>, children: Tree[], text: string | null];
  const parsed = (xml: string): Tree =>
    JSON.parse(execFileSync('/usr/bin/python3', ['-c', MESSAGE], { input: xml }).toString()) as Tree;

  it.each(AUDIT_ACTIONS)('of %s is XML with the parts of PS3.15 A.5.1 in their order', (action) => {
    const record = { ...event({ action, detail: '<&"\'\u0001\ud83d\ude00' }), id: '7', occurrences: 3 };
    const [tag, , children] = parsed(auditMessageOf(record, '1.2.9'));
    expect([tag, ...children.map(([name]) => name)]).toEqual([
      'AuditMessage',
      'EventIdentification',
      'ActiveParticipant',
      'ActiveParticipant',
      'AuditSourceIdentification',
      'ParticipantObjectIdentification',
      'ParticipantObjectIdentification',
    ]);
    const [, attributes = {}, codes = []] = children[0] ?? [];
    expect(attributes).toMatchObject({
      EventDateTime: '2026-03-01T08:15:30.123Z',
      EventOutcomeIndicator: '0',
    });
    expect(attributes['EventActionCode']).toMatch(/^[CRUDE]$/);
    for (const [, code] of codes)
      expect(code).toMatchObject({
        codeSystemName: 'DCM',
        'csd-code': /^1101\d\d$/.exec(code['csd-code'] ?? '')?.[0],
      });
    expect(children[1]?.[1]).toEqual({
      UserID: 'person rita',
      UserIsRequestor: 'true',
      NetworkAccessPointID: '10.0.0.7',
      NetworkAccessPointTypeCode: '2',
    });
    expect(children[4]?.[1]).toMatchObject({ ParticipantObjectID: '1.2.3' });
  });
});
