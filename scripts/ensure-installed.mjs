/**
 * Installs the dependencies when `node_modules` is missing or older than the lock file, then checks that the Node.js
 * they bring is there. Runs before `npm start` and `npm test`, so on whatever Node.js (20 or later) the machine has.
 *
 * Trap: from the second start on, the `node` that runs this file lies inside `node_modules`, which `npm ci` deletes.
 * The install therefore runs on the Node.js that npm itself runs on, with `node_modules/.bin` off the PATH.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const MODULES = join(ROOT, 'node_modules');
/** The first Node.js that runs TypeScript without a flag and satisfies every dependency. */
const OLDEST_NODE = [22, 18];

if (isStale()) install();
checkRuntime();

/** npm writes `node_modules/.package-lock.json` last, so an interrupted install counts as none. */
function isStale() {
  const installed = statSync(join(MODULES, '.package-lock.json'), { throwIfNoEntry: false });
  return installed === undefined || installed.mtimeMs < statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

function install() {
  console.error('Installing the dependencies (once; this takes a minute or two) …');
  const { command, args } = npm();
  const PATH = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(MODULES + sep))
    .join(delimiter);
  // The development tools build the reading room: they are needed whatever NODE_ENV says.
  const { status, error } = spawnSync(
    command,
    [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, PATH },
    },
  );
  if (error !== undefined) fail(`npm could not be started: ${error.message}`);
  if (status !== 0) fail('npm ci failed; its messages above say why. Is the npm registry reachable?');
}

/** The npm that started this script, on the Node.js it runs on; else the npm on the PATH. */
function npm() {
  const cli = process.env.npm_execpath;
  const node = process.env.npm_node_execpath ?? process.execPath;
  if (cli?.endsWith('.js') && existsSync(cli) && !node.startsWith(MODULES + sep) && existsSync(node)) {
    return { command: node, args: [cli] };
  }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/** The `node` that npm scripts find first must be new enough: the one in `node_modules`, else the machine's own. */
function checkRuntime() {
  const { stdout } = spawnSync('node', ['--version'], { cwd: ROOT, encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout ?? '').replace(/^v/, '').split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  fail(
    `Osteon runs on Node.js ${OLDEST_NODE.join('.')} or later; this machine has ${(stdout ?? '').trim() || 'none'}. ` +
      'The dependency `node` brings a newer one, but its install script did not run: install scripts are blocked here ' +
      '(npm config ignore-scripts).\nAllow it for this one package, then try again:\n\n' +
      '    npm rebuild node --ignore-scripts=false\n',
  );
}

function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}
