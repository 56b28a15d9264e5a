/** The routing file: what is taken, and that every fault is told with the line on which it stands. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { openRules } from '../../../server/routing/current-rules.ts';
import { readRules } from '../../../server/routing/read-rules.ts';

const MODELS = ['fracture-boxes', 'bone-age'];
const WHOLE = `version: 1
destinations:
  pacs:
    dicomweb: https://pacs.example/dicom-web
    auth:
      oauth:
        tokenUrl: https://login.example/token
        clientId: osteon
        clientSecret: { env: PACS_SECRET }
    tls: { certificate: /etc/osteon/client.pem, key: /etc/osteon/client.key }
    objects: [sr, seg]
    concurrency: 4
  archive:
    folder: /srv/results
  old:
    dicom: { host: 10.0.0.5, port: 104, aeTitle: OLDPACS, commitment: true }
rules:
  - name: Emergency
    when:
      callingAe: ER_*
      attributes:
        RequestAttributesSequence.RequestedProcedureID: "E*"
        "(0008,0080)": [Child*, Kinder*]
    priority: emergency
    hold: { quietSeconds: 1, images: 2 }
  - name: Everything
    models: [fracture-boxes]
    send: [pacs, { to: archive, objects: [sr] }]
`;

/** The faults of a text: `line: message`. */
function faultsOf(text: string): readonly string[] {
  try {
    readRules(text, 'routing.yaml', MODELS);
  } catch (error) {
    if (error instanceof PacsError && error.kind === 'invalid-configuration') {
      return error.message.split('\n').map((line) => line.replace('routing.yaml:', ''));
    }
    throw error;
  }
  return [];
}

describe('a routing file', () => {
  it('is read whole, each rule with its line', () => {
    const { rules, destinations } = readRules(WHOLE, 'routing.yaml', MODELS);
    expect(rules.map(({ name, line }) => [name, line])).toEqual([
      ['Emergency', 18],
      ['Everything', 26],
    ]);
    expect([...destinations.keys()]).toEqual(['pacs', 'archive', 'old']);
    expect(destinations.get('archive')).toEqual({ folder: '/srv/results', concurrency: 2, giveUpHours: 72 });
    expect(rules[1]?.send).toEqual([{ to: 'pacs' }, { to: 'archive', objects: ['sr'] }]);
  });

  it.each([
    ['a wrong form', ['modality: [DX]', '  - [unclosed'], 2, ''],
    ['a key that is not known', ['version: 1', 'rules:', '  - name: One', '    modallity: DX'], 4, 'rules[0].modallity'],
    ['a value that is not known', ['version: 1', 'rules:', '  - name: One', '    priority: now'], 4, 'rules[0].priority'],
    ['a destination that is not there', ['version: 1', 'rules:', '  - name: One', '    send:', '      - nowhere'], 5, 'no destination nowhere'],
    ['priors from a place that is no DICOM node', ['version: 1', 'destinations:', '  pacs: { folder: /a }', 'rules:', '  - name: One', '    priors:', '      from: pacs'], 7, 'no dicom destination pacs'],
    ['priors from nowhere', ['version: 1', 'rules:', '  - name: One', '    priors: { from: gone }'], 4, 'no dicom destination gone'],
    ['priors without number', ['version: 1', 'destinations:', '  old: { dicom: { host: a, port: 104, aeTitle: OLD } }', 'rules:', '  - name: One', '    priors: { from: old, most: 0 }'], 6, 'rules[0].priors'],
    ['a model that is not loaded', ['version: 1', 'rules:', '  - name: One', '    models: [bone-age, other]'], 4, 'no model other'],
    ['an attribute that is none', ['version: 1', 'rules:', '  - name: One', '    when:', '      attributes:', '        Colour: red'], 6, 'Colour'],
    ['a secret in the file', ['version: 1', 'destinations:', '  pacs:', '    dicomweb: https://pacs.example', '    auth:', '      bearer: abcdef'], 5, 'destinations.pacs.auth'],
    ['a password in an address', ['version: 1', 'destinations:', '  pacs:', '    dicomweb: https://a:b@pacs.example'], 4, 'use auth'],
    ['another protocol', ['version: 1', 'destinations:', '  pacs:', '    dicomweb: file:///etc/passwd'], 4, 'https://'],
    ['no kind of destination', ['version: 1', 'destinations:', '  pacs:', '    ftp: x'], 3, 'one of dicomweb, folder, dicom'],
    ['a set without report', ['version: 1', 'rules:', '  - name: One', '    results: [seg]'], 4, 'sr is missing'],
    ['two rules of one name', ['version: 1', 'rules:', '  - name: One', '  - name: One'], 4, 'another rule'],
    ['a key given twice', ['version: 1', 'rules: []', 'rules: []'], 3, ''],
    ['another version', ['rules: []', 'version: 2'], 2, 'version'],
  ] as const)('says the line of %s', (_name, lines, line, words) => {
    const [fault = ''] = faultsOf(lines.join('\n'));
    expect(fault).toMatch(new RegExp(`^${line}: `));
    expect(fault).toContain(words);
  }); // prettier-ignore

  it('wants two priors of five years and of the same body part where it does not say otherwise', () => {
    const text = `version: 1
destinations: { old: { dicom: { host: a, port: 104, aeTitle: OLD } } }
rules: [{ name: None, priors: false }, { name: Some, priors: { from: old } }]
`;
    const { rules } = readRules(text, 'routing.yaml', MODELS);
    expect(rules.map(({ priors }) => priors)).toEqual([
      false,
      { from: 'old', most: 2, years: 5, sameBodyPart: true },
    ]);
  });

  it('says every fault, never what a secret is', () => {
    const faults = faultsOf(
      ['version: 1', 'destinations:', '  pacs:', '    dicomweb: https://pacs.example', '    auth: { bearer: hunter2 }', '    concurrency: 0'].join('\n'),
    ); // prettier-ignore
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('is refused when aliases multiply', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [name, before] of [['b', 'a'], ['c', 'b'], ['d', 'c'], ['e', 'd'], ['f', 'e']] as const) {
      lines.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    } // prettier-ignore
    expect(faultsOf(lines.join('\n'))).toEqual(['1: the file repeats itself by too many aliases']);
  });
});

describe('the rules that hold', () => {
  it('follow the file, and stay when it becomes wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'osteon-rules-'));
    const file = join(folder, 'routing.yaml');
    try {
      await writeFile(file, 'version: 1\nrules: [{ name: First }]\n');
      const rules = await openRules({ file, modelIds: MODELS });
      const names = () => rules.state().rules.rules.map(({ name }) => name);
      expect(names()).toEqual(['First']);
      await writeFile(file, 'version: 1\nrules: [{ name: Second, priority: high }]\n');
      await expect.poll(names).toEqual(['Second']);
      await writeFile(file, 'version: 1\nrules:\n  - nam: Third\n');
      await rules.reload();
      expect(names()).toEqual(['Second']);
      expect(rules.state().problem).toContain('routing.yaml:3: ');
      await rm(file);
      await rules.reload();
      expect(rules.state().problem).toContain('cannot be read');
      rules.stop();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are refused at the start when they are wrong', async () => {
    await expect(openRules({ file: '/nowhere/routing.yaml', modelIds: [] })).rejects.toThrow(
      'cannot be read',
    );
  });
});
