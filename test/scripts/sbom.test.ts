/** `npm run sbom` as a person runs it: the bill says what is installed to run, and nothing else. CycloneDX 1.5. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import packageDescription from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..', '..');

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly unknown[];
}

it('names every package that runs with version, licence and hash, the models by their weights, and OHIF', () => {
  const text = execFileSync('npm', ['run', '--silent', 'sbom'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const bill = JSON.parse(text) as {
    readonly bomFormat: string;
    readonly specVersion: string;
    readonly metadata: { readonly component: Component };
    readonly components: readonly Component[];
  };
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: { component: { name: 'osteon', type: 'application', version: packageDescription.version } },
  });
  const named = new Map(bill.components.map((component) => [component.name, component]));
  for (const [name, version] of Object.entries(packageDescription.dependencies)) {
    expect(named.get(name)).toMatchObject({ version, purl: expect.stringContaining('pkg:npm/') as string });
  }
  expect(Object.keys(packageDescription.devDependencies).filter((name) => named.has(name))).toEqual([]);
  expect(bill.components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  const sha512 = Buffer.from(lock.packages['node_modules/express']?.integrity?.slice(7) ?? '', 'base64');
  expect(named.get('express')?.hashes).toEqual([{ alg: 'SHA-512', content: sha512.toString('hex') }]);
  const weights = createHash('sha256').update(readFileSync(join(ROOT, 'models', 'bone-age', 'model.onnx')));
  expect(named.get('bone-age')).toMatchObject({
    type: 'machine-learning-model',
    hashes: [{ alg: 'SHA-256', content: weights.digest('hex') }],
  });
  expect(named.has('@ohif/app')).toBe(true);
});
