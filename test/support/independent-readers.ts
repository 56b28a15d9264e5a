/**
 * Readers and validators of DICOM that we did not write, run on our objects. A tool that is missing is a failure of
 * the test, never a skip: the objects are only as good as what others make of them.
 *
 * Debian packages: dcmtk, dicom3tools, libpixelmed-java, python3-pydicom.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIXELMED = '/usr/share/java/pixelmed.jar';

/** What a tool said: its exit status and both its streams. */
export interface ToolAnswer {
  readonly status: number;
  readonly output: string;
}

/** Runs a tool; throws when it is not installed, or takes longer than `timeout` milliseconds. */
export function runTool(tool: string, parameters: readonly string[], timeout = 240_000): ToolAnswer {
  const { error, status, stdout, stderr } = spawnSync(tool, parameters, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout,
  });
  if (error) throw new Error(`${tool} could not be run: install it (${error.message})`);
  return { status: status ?? -1, output: `${stdout}\n${stderr}` };
}

/** Puts files in a folder of their own for as long as `use` runs; it gets their paths. */
export function withFiles<T>(files: readonly Uint8Array[], use: (paths: readonly string[]) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'osteon-objects-'));
  try {
    const paths = files.map((bytes, index) => {
      const path = join(folder, `${index}.dcm`);
      writeFileSync(path, bytes);
      return path;
    });
    return use(paths);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Errors of dciodvfy (dicom3tools). Synthetic Data (0008,001C) of 2023 is unknown to the release in Debian. */
export function dciodvfyErrors(path: string): readonly string[] {
  return linesWith(runTool('dciodvfy', ['-new', path]).output, 'Error').filter(
    (line) => !line.includes('</(0008,001c)> - Attribute with an even group number is not a recognized'),
  );
}

/** Errors of dcentvfy (dicom3tools): objects of one study that disagree on patient, study or series. */
export function dcentvfyErrors(paths: readonly string[]): readonly string[] {
  return linesWith(runTool('dcentvfy', paths).output, 'Error');
}

/** What dsrdump (dcmtk) makes of a report; throws when it refuses it. */
export function dsrdump(path: string): string {
  const { status, output } = runTool('dsrdump', ['+U8', '+Pl', path]);
  if (status !== 0 || /^E:/m.test(output)) throw new Error(`dsrdump refuses the report: ${output}`);
  return output;
}

/** Errors of dcmpschk (dcmtk). It knows one component group of a person name, not three. */
export function dcmpschkErrors(path: string): readonly string[] {
  return linesWith(runTool('dcmpschk', [path]).output, 'E:');
}

/** Lines of PixelMed's template validator, errors and warnings, without the paths in front of them. */
export function pixelmedFindings(path: string): readonly string[] {
  return pixelmed('com.pixelmed.validate.DicomSRValidator', [path]);
}

/** The same of many reports, all lines together. Needs a JDK (Debian: default-jdk-headless). */
export function pixelmedFindingsOfAll(paths: readonly string[]): readonly string[] {
  return pixelmed(join(import.meta.dirname, 'pixelmed-validator.java'), paths);
}

/** Runs a class on reports. Its XPath is longer than Java allows unless told to. */
function pixelmed(what: string, paths: readonly string[]): readonly string[] {
  if (!existsSync(PIXELMED)) throw new Error(`${PIXELMED} is missing: install libpixelmed-java`);
  const limits = ['OpLimit', 'ExprOpLimit', 'ExprGrpLimit'].map((name) => {
    const property = name === 'OpLimit' ? 'xpathTotalOpLimit' : `xpath${name}`;
    return `-Djdk.xml.${property}=0`;
  });
  const minutes = 4 + paths.length;
  const { output } = runTool('java', [...limits, '-cp', PIXELMED, what, ...paths], minutes * 60_000);
  const finished = output.split('IOD validation complete').length - 1;
  if (finished !== paths.length) throw new Error(`PixelMed did not finish: ${output}`);
  return output.split('\n').filter((line) => /^(Error|Warning):/.test(line));
}

/** Reads a file with pydicom and evaluates an expression on its data set `ds`; the answer is what it prints. */
export function pydicom(path: string, expression: string): string {
  const program = `import sys, json, pydicom; ds = pydicom.dcmread(sys.argv[1]); print(json.dumps(${expression}))`;
  const { status, output } = runTool('/usr/bin/python3', ['-c', program, path]);
  if (status !== 0) throw new Error(`pydicom refuses the object: ${output}`);
  return output.trim();
}

function linesWith(output: string, word: string): readonly string[] {
  return output.split('\n').filter((line) => line.startsWith(word));
}
