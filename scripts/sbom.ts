/**
 * `npm run sbom`: a bill of materials of what runs, as CycloneDX 1.5 in JSON on the standard output: the packages as they are
 * installed, the weights of the models, and the OHIF application that is fetched.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readManifests } from '../models/runtime/load-models.ts';
import packageDescription from '../package.json' with { type: 'json' };
import { OHIF_VERSION } from '../server/operations/ohif-download.ts';

const ROOT = join(import.meta.dirname, '..');
const LARGEST = 64 * 1024 * 1024;

/** What npm writes, as far as it is completed here. */
const bill = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ name: z.string(), 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ name: z.string(), version: z.string(), 'bom-ref': z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
type Bill = z.infer<typeof bill>;
const lock = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

const { status, stdout, stderr } = spawnSync(
  'npm',
  ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'],
  { cwd: ROOT, encoding: 'utf8', maxBuffer: LARGEST },
);
if (status === 0)
  console.log(JSON.stringify(completed(running(bill.parse(JSON.parse(stdout)))), undefined, 2));
else {
  console.error(`npm sbom failed: ${stderr.trim()}`);
  process.exitCode = 1;
}

/** The part of a bill that is there when it runs. npm's own `--omit=dev` also omits what tests need too, such as jose. */
function running(whole: Bill): Bill {
  const { packages } = lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const wanted = new Set(
    Object.entries(packages)
      .filter(([, { dev }]) => dev !== true)
      .map(([path, { version = '' }]) => `${path.split('node_modules/').at(-1) ?? ''}@${version}`),
  );
  const components = whole.components.filter(({ name, version }) => wanted.has(`${name}@${version}`));
  const refs = new Set([whole.metadata.component, ...components].map((one) => one['bom-ref']));
  const dependencies = whole.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => refs.has(ref)) }));
  return { ...whole, components, dependencies };
}

/** npm names the application by its folder, and knows nothing of what is no package. */
function completed(npmBill: Bill): Bill {
  const { metadata, components } = npmBill;
  const component = { ...metadata.component, name: packageDescription.name };
  const models = readManifests(join(ROOT, 'models')).map(({ id, name, version, weights, licence }) => ({
    'bom-ref': `model:${id}@${version}`,
    type: 'machine-learning-model',
    name: id,
    version,
    description: name,
    hashes: [{ alg: 'SHA-256', content: weights.sha256 }],
    licenses: [{ license: { name: licence.weights } }],
  }));
  const ohif = {
    'bom-ref': `@ohif/app@${OHIF_VERSION}`,
    type: 'application',
    name: '@ohif/app',
    version: OHIF_VERSION,
    purl: `pkg:npm/%40ohif/app@${OHIF_VERSION}`,
    licenses: [{ license: { id: 'MIT' } }],
  };
  return { ...npmBill, metadata: { ...metadata, component }, components: [...components, ...models, ohif] };
}
