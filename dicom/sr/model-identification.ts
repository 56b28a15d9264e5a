/**
 * Which algorithm said it: TID 4019 (PS3.16), written and read.
 *
 * Trap: the template has no place for the weights' hash or licence, so they travel as Algorithm Parameters texts
 * `id=…`, `weights-sha256=…`, `research-only=yes` ahead of the manifest's own parameters.
 */
import { DCM } from '../vocabulary/codes.ts';
import type { ModelIdentity } from '../vocabulary/finding.ts';
import { code, text, type ContentItem } from './content-items.ts';
import type { ContentNode } from './content-tree.ts';

/** Items of TID 4019, each HAS CONCEPT MOD of what the algorithm said. */
export function modelItems(model: ModelIdentity): readonly ContentItem[] {
  const parameters = [
    `id=${model.id}`,
    `weights-sha256=${model.weightsSha256}`,
    ...(model.isResearchOnly ? ['research-only=yes'] : []),
    ...model.parameters,
  ];
  return [
    text('HAS CONCEPT MOD', DCM.algorithmName, model.name),
    text('HAS CONCEPT MOD', DCM.algorithmVersion, model.version),
    text('HAS CONCEPT MOD', DCM.algorithmManufacturer, model.manufacturer),
    ...parameters.map((parameter) => text('HAS CONCEPT MOD', DCM.algorithmParameters, parameter)),
    code('HAS CONCEPT MOD', DCM.algorithmFamily, DCM.artificialIntelligence),
  ];
}

/** The algorithm among an item's modifiers; `undefined` when name or version is absent. What others do not say is ''. */
export function readModel(node: ContentNode): ModelIdentity | undefined {
  const name = node.textOf(DCM.algorithmName);
  const version = node.textOf(DCM.algorithmVersion);
  if (name === undefined || version === undefined) return undefined;
  const texts = node.childrenOf(DCM.algorithmParameters).flatMap(({ text: value }) => value ?? []);
  const take = (key: string) => texts.find((value) => value.startsWith(`${key}=`))?.slice(key.length + 1);
  node.childOf(DCM.algorithmFamily);
  const isOurs = (value: string) => /^(id|weights-sha256|research-only)=/.test(value);
  return {
    id: take('id') ?? '',
    name,
    version,
    manufacturer: node.textOf(DCM.algorithmManufacturer) ?? '',
    weightsSha256: take('weights-sha256') ?? '',
    isResearchOnly: take('research-only') === 'yes',
    parameters: texts.filter((value) => !isOurs(value)),
  };
}

/** One key per model as it was set up, for telling models apart. */
export function modelKey(model: ModelIdentity): string {
  const { id, name, version, manufacturer, weightsSha256, isResearchOnly, parameters } = model;
  return JSON.stringify([id, name, version, manufacturer, weightsSha256, isResearchOnly, parameters]);
}
