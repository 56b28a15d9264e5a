/**
 * How a study with radiographs is hung: two views side by side, one alone; views with findings first,
 * otherwise in their own order: what one looks for on the left stays on the left.
 */
import type { DisplaySet, HostServices } from './host.ts';
import type { ResultStore } from './result-store.ts';

export const PROTOCOL_ID = 'osteon-radiographs';

const HIGHEST_PROBABILITY = 'osteonHighestProbability';
const RADIOGRAPHS = 'osteonRadiographs';
const MODALITIES = ['DX', 'CR', 'RG', 'MG'];

/** Tells the host how many radiographs a study has, and how sure the surest finding of a display set is. */
export function addProtocolAttributes(
  { hangingProtocolService }: Pick<HostServices, 'hangingProtocolService'>,
  store: ResultStore,
): void {
  hangingProtocolService.addCustomAttribute(
    HIGHEST_PROBABILITY,
    'Highest probability of an AI finding',
    (displaySet) => highestProbability(displaySet, store),
  );
  hangingProtocolService.addCustomAttribute(
    RADIOGRAPHS,
    'Number of radiographs',
    (_study, context) =>
      (context?.displaySets ?? []).filter(({ Modality }) => MODALITIES.includes(Modality ?? '')).length,
  );
}

/** 0–1; 0 without a finding. */
export function highestProbability({ images, instances }: DisplaySet, store: ResultStore): number {
  const uids = new Set(
    (images ?? instances ?? []).map((one) => (one as { readonly SOPInstanceUID?: unknown }).SOPInstanceUID),
  );
  return store.findings.reduce(
    (most, { source, probability }) => (uids.has(source.sopInstanceUid) ? Math.max(most, probability) : most),
    0,
  );
}

const hasRadiographs = {
  attribute: RADIOGRAPHS,
  constraint: { greaterThan: { value: 0 } },
  required: true,
  weight: 100,
};
const isRadiograph = {
  attribute: 'Modality',
  constraint: { contains: MODALITIES },
  required: true,
};
const hasFinding = { attribute: HIGHEST_PROBABILITY, constraint: { greaterThan: { value: 0 } }, weight: 10 };

function viewport(index: number) {
  return {
    viewportOptions: { viewportType: 'stack', toolGroupId: 'default', allowUnmatchedView: true },
    displaySets: [{ id: 'radiographs', matchedDisplaySetsIndex: index }],
  };
}

function stage(id: string, columns: number) {
  return {
    id,
    name: id,
    stageActivation: { enabled: { minViewportsMatched: columns } },
    viewportStructure: { layoutType: 'grid', properties: { rows: 1, columns } },
    viewports: Array.from({ length: columns }, (_, index) => viewport(index)),
  };
}

export const HANGING_PROTOCOL = {
  id: PROTOCOL_ID,
  name: 'Radiographs with AI findings',
  description: 'Two views side by side, views with findings first',
  protocolMatchingRules: [hasRadiographs],
  toolGroupIds: ['default'],
  displaySetSelectors: { radiographs: { seriesMatchingRules: [isRadiograph, hasFinding] } },
  defaultViewport: viewport(-1),
  stages: [stage('two-views', 2), stage('one-view', 1)],
};
