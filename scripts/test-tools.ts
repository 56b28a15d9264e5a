/**
 * The programs that the tests need beside npm packages, each with the Debian package that brings it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

interface Tool {
  readonly name: string;
  readonly debianPackage: string;
  readonly isPresent: () => boolean;
}

const TOOLS: readonly Tool[] = [
  { name: 'chromium', debianPackage: 'chromium', isPresent: () => runs('chromium', '--version') },
  { name: 'dcmdump', debianPackage: 'dcmtk', isPresent: () => runs('dcmdump', '--version') },
  { name: 'dsrdump', debianPackage: 'dcmtk', isPresent: () => runs('dsrdump', '--version') },
  { name: 'dciodvfy', debianPackage: 'dicom3tools', isPresent: () => exists('dciodvfy') },
  {
    name: 'PixelMed',
    debianPackage: 'libpixelmed-java',
    isPresent: () => existsSync('/usr/share/java/pixelmed.jar'),
  },
  { name: 'java', debianPackage: 'default-jre-headless', isPresent: () => runs('java', '-version') },
  {
    name: 'pydicom',
    debianPackage: 'python3-pydicom',
    isPresent: () => runs('/usr/bin/python3', '-c', 'import pydicom'),
  },
  { name: 'openssl', debianPackage: 'openssl', isPresent: () => runs('openssl', 'version') },
  { name: 'Orthanc', debianPackage: 'orthanc', isPresent: () => existsSync('/usr/sbin/Orthanc') },
  {
    name: 'DICOMweb of Orthanc',
    debianPackage: 'orthanc-dicomweb',
    isPresent: () => existsSync('/usr/share/orthanc/plugins/libOrthancDicomWeb.so'),
  },
];

/** Installs what is missing where that may be done. Returns the tools that are missing still, each as a line that names its package. */
export function ensureTestTools(): readonly string[] {
  const missing = TOOLS.filter((tool) => !tool.isPresent());
  if (missing.length === 0) return [];
  const packages = [...new Set(missing.map((tool) => tool.debianPackage))];
  console.log(`Installing ${packages.join(', ')} …`);
  const install =
    aptGet('update', '-qq') && aptGet('install', '-y', '-qq', '--no-install-recommends', ...packages);
  if (!install) console.log('apt-get is not there or may not be used by this account.');
  return TOOLS.filter((tool) => !tool.isPresent()).map(
    (tool) => `${tool.name} is missing; install the Debian package ${tool.debianPackage}`,
  );
}

function aptGet(...args: readonly string[]): boolean {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command = 'apt-get', ...rest] = [...asRoot, 'apt-get', ...args];
  const { status } = spawnSync(command, rest, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** For a program that has no version option: it is there when it can be spawned at all. */
function exists(command: string): boolean {
  return spawnSync(command, [], { input: '', stdio: ['pipe', 'ignore', 'ignore'] }).error === undefined;
}
