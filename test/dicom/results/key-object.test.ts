/** Key object selections: when there is one, and what it points at. PS3.3 A.35.4, PS3.16 TID 2010. */
import { describe, expect, it } from 'vitest';
import { buildResultSet, type ResultObjectKind, type ResultSetInput } from '../../../dicom/results/index.ts';
import { itemsOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import type { Finding } from '../../../dicom/vocabulary/finding.ts';
import { descendants, referencedInstances } from '../../support/result-set-facts.ts';
import { ANALYSED, FINDINGS, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';

const setOf = (input: ResultSetInput, objects: readonly ResultObjectKind[] = ['sr', 'gsps', 'kos']) =>
  buildResultSet({ ...input, objects });

const withFindings = (findings: readonly Finding[]) => resultInput({ ...ANALYSED, findings });
const [PRESENCE, DEFINITE, SUSPICIOUS] = FINDINGS as readonly [Finding, Finding, Finding];

const selectionsOf = (input: ResultSetInput, objects?: readonly ResultObjectKind[]) =>
  setOf(input, objects).filter(({ kind }) => kind === 'kos');

describe('a key object selection', () => {
  it('flags an image with a definite fracture as Of Interest, in a series of its own', () => {
    const [selection, ...others] = selectionsOf(withFindings([DEFINITE]));
    expect(others).toEqual([]);
    const [title = {}] = itemsOf(selection?.dataSet ?? {}, TAG.ConceptNameCodeSequence);
    expect([textOf(title, TAG.CodeValue), textOf(title, TAG.CodingSchemeDesignator)]).toEqual([
      '113000',
      'DCM',
    ]);
    expect(textOf(selection?.dataSet ?? {}, TAG.Modality)).toBe('KO');
  });

  it('flags an image that as a whole is definite', () => {
    expect(selectionsOf(withFindings([PRESENCE]))).toHaveLength(1);
  });

  it.each<[string, readonly Finding[]]>([
    ['something suspicious', [SUSPICIOUS]],
    ['nothing', []],
    ['no fracture, and that for certain', [{ ...PRESENCE, verdict: 'absent' } as Finding]],
  ])('is not made where %s is found', (_what, findings) => {
    expect(selectionsOf(withFindings(findings))).toEqual([]);
  });

  it('points at the flagged images alone, each with its presentation state, and has all of it as evidence', () => {
    const source = { ...SOURCE, sopInstanceUid: `${SOURCE.sopInstanceUid}.2` };
    const quiet = { ...ANALYSED, source, findings: [{ ...SUSPICIOUS, source }] };
    const images = [
      { outcome: ANALYSED, metadata: metadataOf() },
      { outcome: quiet, metadata: metadataOf({ SOPInstanceUID: source.sopInstanceUid }) },
    ];
    const set = setOf({ ...resultInput(), images });
    const selection = set.find(({ kind }) => kind === 'kos')?.dataSet ?? {};
    const state = set.find(
      ({ kind, sources }) => kind === 'gsps' && sources[0]?.sopInstanceUid === SOURCE.sopInstanceUid,
    );
    const pointed = descendants(selection).flatMap(referencedInstances);
    expect(pointed).toEqual([SOURCE.sopInstanceUid, state?.sopInstanceUid]);
    const evidence = itemsOf(selection, TAG.CurrentRequestedProcedureEvidenceSequence).flatMap(
      referencedInstances,
    );
    expect(evidence.toSorted()).toEqual(pointed.toSorted());
  });

  it('points at the image alone where no presentation states are written', () => {
    const [selection] = selectionsOf(resultInput(), ['sr', 'kos']);
    expect(descendants(selection?.dataSet ?? {}).flatMap(referencedInstances)).toEqual([
      SOURCE.sopInstanceUid,
    ]);
  });

  it('says what was found, that it is a machine’s word and not reviewed', () => {
    const [selection] = selectionsOf(resultInput());
    const texts = descendants(selection?.dataSet ?? {}).map((item) => textOf(item, TAG.TextValue));
    expect(texts).toContain(
      'Flagged by AI, not reviewed.\r\nKey image 1: image: fracture 91.3 % (definite), fracture 87 % (definite).\r\nResearch use only. Not a medical device.',
    );
  });
});
