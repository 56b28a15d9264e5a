/**
 * A real Orthanc with its DICOMweb plugin, as a process of its own on a storage of its own. Debian packages: orthanc,
 * orthanc-dicomweb. Where they are missing the test fails, as with every other tool.
 *
 * Trap: Orthanc takes no port 0, so a free one is looked for; whoever takes it meanwhile makes the start try again.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from './free-port.ts';

/** Where Debian puts them. */
const PROGRAM = '/usr/sbin/Orthanc';
const DICOMWEB_PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';
const STARTS = 5;
/** As its server and as a client: a busy machine is no reason to hang up. */
const PATIENCE_SECONDS = 600;
const IDS = z.array(z.string());

export interface Orthanc {
  /** Root of its own DICOMweb services. */
  readonly dicomWebRoot: string;
  /** Takes a file as it is, past DICOMweb. */
  add(file: Uint8Array): Promise<void>;
  /** The files it holds of a study, as they lie on its disk, in the order of their bytes; none where it has no such study. */
  filesOf(studyUid: string): Promise<readonly Buffer[]>;
  /** Forgets a study. */
  forget(studyUid: string): Promise<void>;
  /** Orthanc's own identifiers of the studies it has under this Study Instance UID. */
  studyIds(studyUid: string): Promise<readonly string[]>;
  /** Has its DICOMweb client do something with a server it knows: `stow`, `qido`, `get`, `retrieve`, `delete`. */
  ask(server: string, what: string, body: unknown): Promise<Response>;
  /** Its own interface: GET, or POST with a body. Throws on failure. */
  rest(path: string, body?: unknown): Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** Starts one that knows these DICOMweb servers (its option `DicomWeb.Servers`), with nothing stored; `options` replace others. */
export async function startOrthanc(
  servers: Readonly<Record<string, unknown>> = {},
  options: Readonly<Record<string, unknown>> = {},
): Promise<Orthanc> {
  const folder = await mkdtemp(join(tmpdir(), 'osteon-orthanc-'));
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const { child, output } = await launch(folder, { ...configurationOf(folder, port, servers), ...options });
    if (await isReady(child, port)) return orthancAt(`http://127.0.0.1:${port}`, child, folder);
    if (attempt === STARTS) throw new Error(`Orthanc did not start:\n${output()}`);
  }
}

function configurationOf(folder: string, port: number, servers: unknown): Readonly<Record<string, unknown>> {
  return {
    Name: 'peer',
    StorageDirectory: join(folder, 'storage'),
    IndexDirectory: join(folder, 'storage'),
    HttpPort: port,
    TcpNoDelay: true,
    HttpRequestTimeout: PATIENCE_SECONDS,
    HttpTimeout: PATIENCE_SECONDS,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomServerEnabled: false,
    HttpDescribeErrors: true,
    OverwriteInstances: false,
    Plugins: [DICOMWEB_PLUGIN],
    DicomWeb: { Enable: true, Root: '/dicom-web/', Host: '127.0.0.1', Ssl: false, Servers: servers },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly output: () => string;
}

async function launch(folder: string, configuration: unknown): Promise<Launched> {
  await mkdir(join(folder, 'storage'), { recursive: true });
  const path = join(folder, 'orthanc.json');
  await writeFile(path, JSON.stringify(configuration));
  const child = spawn(PROGRAM, [path], { cwd: folder });
  let output = '';
  child.on('error', (error) => (output += `install the Debian package orthanc: ${error.message}\n`));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  return { child, output: () => output };
}

/** True when it answers, false when it ended before. */
async function isReady(child: ChildProcess, port: number): Promise<boolean> {
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/dicom-web/servers`).catch(() => undefined);
    if (answer?.ok === true) return true;
    await pause(50);
  }
  return false;
}

function orthancAt(address: string, child: ChildProcess, folder: string): Orthanc {
  const studyIds = async (studyUid: string): Promise<readonly string[]> =>
    IDS.parse(
      await (
        await post(`${address}/tools/find`, { Level: 'Study', Query: { StudyInstanceUID: studyUid } })
      ).json(),
    );
  return {
    dicomWebRoot: `${address}/dicom-web`,
    studyIds,
    async add(file) {
      await requireOk(await fetch(`${address}/instances`, { method: 'POST', body: new Uint8Array(file) }));
    },
    async filesOf(studyUid) {
      const files: Buffer[] = [];
      for (const study of await studyIds(studyUid)) {
        const found = await (await fetch(`${address}/studies/${study}/instances`)).json();
        for (const { ID } of z.array(z.object({ ID: z.string() })).parse(found)) {
          const file = await requireOk(await fetch(`${address}/instances/${ID}/file`));
          files.push(Buffer.from(await file.arrayBuffer()));
        }
      }
      return files.toSorted((one, other) => Buffer.compare(one, other));
    },
    async forget(studyUid) {
      for (const study of await studyIds(studyUid)) {
        await requireOk(await fetch(`${address}/studies/${study}`, { method: 'DELETE' }));
      }
    },
    async rest(path, body) {
      const answer = body === undefined ? fetch(`${address}${path}`) : post(`${address}${path}`, body);
      return await (await requireOk(await answer)).json();
    },
    ask: (server, what, body) => post(`${address}/dicom-web/servers/${server}/${what}`, body),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function post(url: string, body: unknown): Promise<Response> {
  return await fetch(url, { method: 'POST', body: JSON.stringify(body) });
}

async function requireOk(response: Response): Promise<Response> {
  if (!response.ok) throw new Error(`Orthanc answered ${response.status}: ${await response.text()}`);
  return response;
}
