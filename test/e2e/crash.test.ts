/**
 * Killed with SIGKILL under load, twenty times: nothing acknowledged is lost, nothing half stored is seen, and no file
 * lies about. `npm run test:crash -- --kills 500` does it as often as wanted.
 */
import { expect, it } from 'vitest';
import { runCrashes } from '../crash/crash-run.ts';

const KILLS = 20;

it(`loses nothing when server or PostgreSQL are killed, ${KILLS} times`, { timeout: 1_200_000 }, async () => {
  const { kills, acknowledged, byDimse, sent, problems } = await runCrashes({
    kills: KILLS,
    seed: 5,
    clients: 4,
  });
  expect(problems).toEqual([]);
  expect(Math.min(...Object.values(kills))).toBeGreaterThan(0);
  // A server that was killed before it had anything to lose would prove nothing.
  expect(acknowledged).toBeGreaterThanOrEqual(KILLS);
  expect(byDimse).toBeGreaterThanOrEqual(KILLS);
  expect(sent).toBeGreaterThan(acknowledged);
});
