/**
 * Why a study is routed as it is, as text: every rule with the conditions it met and missed, then what was decided.
 */
import type { ResultObjectKind } from '../../dicom/results/index.ts';
import type { Sender } from '../storage/stored-instance.ts';
import {
  decideRoute,
  judgeRules,
  objectsOfRoute,
  ROUTE_SETTINGS,
  type Route,
  type RouteSetting,
} from './decide-route.ts';
import type { RoutedImage } from './match-conditions.ts';
import type { RoutingRules } from './read-rules.ts';
import { PRIORITIES, type PriorWish } from './rules-schema.ts';

/** What is written where no rule says otherwise. */
export interface RouteDefaults {
  readonly quietSeconds: number;
  readonly results: readonly ResultObjectKind[];
}

/** One line a rule and one a setting. Names conditions, never what the header says: the text may be kept or sent on. */
export function explainRoute(
  rules: RoutingRules,
  images: readonly RoutedImage[],
  senders: readonly Sender[],
  defaults: RouteDefaults,
): string {
  const route = decideRoute(rules, images, senders);
  const judged = judgeRules(rules, images, senders).map(({ rule, isMatch, verdicts }) => {
    const conditions = verdicts.map(({ condition, isMet }) => `${isMet ? '✓' : '✗'} ${condition}`).join('  ');
    return `  ${isMatch ? '✓' : '✗'} ${rule.name} (line ${rule.line})${conditions && `: ${conditions}`}`;
  });
  const said = sayings(route, defaults);
  const decided = ROUTE_SETTINGS.map((setting) => {
    const rule = route.from[setting];
    return `  ${setting.padEnd(9)} ${said[setting]}  [${rule ? `${rule.name}, line ${rule.line}` : 'configuration'}]`;
  });
  return [
    `${images.length} image${images.length === 1 ? '' : 's'}`,
    'Rules',
    ...(judged.length > 0 ? judged : ['  none']),
    'Decided',
    ...decided,
  ].join('\n');
}

function sayings(route: Route, { quietSeconds, results }: RouteDefaults): Record<RouteSetting, string> {
  const priority =
    Object.entries(PRIORITIES).find(([, number]) => number === route.priority)?.[0] ?? 'normal';
  const images =
    route.hold.images === undefined ? '' : `, or as soon as there are ${route.hold.images} images`;
  return {
    analyse: route.isAnalysed ? 'yes' : 'no',
    models: route.modelIds?.join(', ') ?? 'as configured',
    priority,
    hold: `until nothing came for ${route.hold.quietSeconds ?? quietSeconds} s${images}`,
    results: objectsOfRoute(route, results).join(', '),
    send:
      route.recipients
        .map(({ destination, objects }) => `${destination}${objects ? ` (${objects.join(', ')})` : ''}`)
        .join('; ') || 'nowhere',
    priors: route.priors ? priorsInWords(route.priors) : 'none',
  };
}

function priorsInWords({ from, most, years, sameBodyPart }: PriorWish): string {
  const part = sameBodyPart ? ' of the same body part' : '';
  return `the newest ${most}${part} of ${years} years from ${from}`;
}
