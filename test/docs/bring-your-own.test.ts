/**
 * `docs/models/bring-your-own.md` cannot drift from the code: its manifests are valid, its tables list what there is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inputContract, normalisationStep } from '../../models/input-contract.ts';
import { parseManifest } from '../../models/manifest.ts';
import { outputContract } from '../../models/postprocess/decoders.ts';

const PAGE = readFileSync(
  join(import.meta.dirname, '..', '..', 'docs', 'models', 'bring-your-own.md'),
  'utf8',
);
const EXAMPLES = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text = '']) => JSON.parse(text.replace('…64 digits…', '0'.repeat(64))) as Record<string, unknown>,
);

/** The words in code of the first column of the table under a heading of the first column. */
function firstColumn(heading: string): readonly string[] {
  const lines =
    PAGE.slice(PAGE.indexOf(`| ${heading} |`))
      .split('\n\n')[0]
      ?.split('\n')
      .slice(2) ?? [];
  return lines.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  );
}

describe('the page about bringing a model', () => {
  it('shows a whole manifest that is valid, and what changes for Keras', () => {
    const [whole, changed] = EXAMPLES;
    expect(parseManifest(whole, 'my-fracture-classifier').task).toBe('fracture-probability');
    expect(parseManifest({ ...whole, ...changed }, 'my-fracture-classifier').input.layout).toBe('nhwc');
  });

  it('lists every decoder', () => {
    const decoders = outputContract.options.map(({ shape }) => shape.decoder.value);
    expect(firstColumn('`decoder`').toSorted()).toEqual(decoders.toSorted());
  });

  it('lists every key of the input and every step', () => {
    const keys = firstColumn('Key').filter((key) => key.startsWith('input.'));
    expect(keys.toSorted()).toEqual(
      Object.keys(inputContract.shape)
        .map((key) => `input.${key}`)
        .toSorted(),
    );
    const steps = normalisationStep.options.map(({ shape }) => shape.op.value);
    expect(firstColumn('Step').toSorted()).toEqual(steps.toSorted());
  });
});
