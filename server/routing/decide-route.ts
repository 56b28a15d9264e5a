/**
 * Rules and a study → what is done with it. Pure.
 *
 * A rule matches a study when one of its images meets every condition. Each setting comes from the first rule that matches and
 * says it, from the top of the file; a setting that no matching rule says is as the configuration has it.
 */
import type { ResultObjectKind } from '../../dicom/results/index.ts';
import type { Sender } from '../storage/stored-instance.ts';
import { judgeConditions, type RoutedImage, type Verdict } from './match-conditions.ts';
import type { RoutingRules, Rule } from './read-rules.ts';
import { PRIORITIES, type PriorWish, type RuleSettings } from './rules-schema.ts';

/** What a rule can say. */
export const ROUTE_SETTINGS = ['analyse', 'models', 'priority', 'hold', 'results', 'send', 'priors'] as const;
export type RouteSetting = (typeof ROUTE_SETTINGS)[number];

/** A destination and what of the result set goes there; absent: all of it. */
export interface Recipient {
  readonly destination: string;
  readonly objects?: readonly ResultObjectKind[];
}

/** What is done with a study. */
export interface Route {
  readonly isAnalysed: boolean;
  /** Ids of the models that may speak; absent: those that are configured. */
  readonly modelIds?: readonly string[];
  /** Larger goes first; 0 is normal. */
  readonly priority: number;
  readonly hold: { readonly quietSeconds?: number | undefined; readonly images?: number | undefined };
  /** What a set is made of, `sr` among it, before destinations add what they want; absent: as configured. */
  readonly results?: readonly ResultObjectKind[];
  readonly recipients: readonly Recipient[];
  /** Absent: none are fetched. */
  readonly priors?: PriorWish;
  /** Which rule each setting comes from. */
  readonly from: { readonly [Setting in RouteSetting]?: Rule };
}

/** One rule held against a study: of all images the verdicts of the one that came closest. */
export interface JudgedRule {
  readonly rule: Rule;
  readonly isMatch: boolean;
  readonly verdicts: readonly Verdict[];
}

/** What is done where no rule says anything. */
export const DEFAULT_ROUTE: Route = { isAnalysed: true, priority: 0, hold: {}, recipients: [], from: {} };

/** Decides by the images of one study (at least one) and the associations they came by. */
export function decideRoute(
  rules: RoutingRules,
  images: readonly RoutedImage[],
  senders: readonly Sender[],
): Route {
  const matching = judgeRules(rules, images, senders).filter(({ isMatch }) => isMatch);
  const from: { [Setting in RouteSetting]?: Rule } = {};
  for (const setting of ROUTE_SETTINGS) {
    const found = matching.find(({ rule }) => rule[setting] !== undefined);
    if (found) from[setting] = found.rule;
  }
  const said = <Setting extends RouteSetting>(setting: Setting): RuleSettings[Setting] | undefined =>
    from[setting]?.[setting];
  const [modelIds, results, priors] = [said('models'), said('results'), said('priors')];
  return {
    isAnalysed: said('analyse') ?? true,
    ...(modelIds && { modelIds }),
    priority: PRIORITIES[said('priority') ?? 'normal'],
    hold: said('hold') ?? {},
    ...(results && { results }),
    recipients: (said('send') ?? []).map((recipient) => recipientOf(recipient, rules)),
    ...(priors && { priors }),
    from,
  };
}

/** Every rule in the order of the file, with its verdicts. */
export function judgeRules(
  { rules }: RoutingRules,
  images: readonly RoutedImage[],
  senders: readonly Sender[],
): readonly JudgedRule[] {
  return rules.map((rule) => {
    const [closest = []] = images
      .map((image) => judgeConditions(rule.when, image, senders))
      .toSorted((one, other) => missesOf(one) - missesOf(other));
    return { rule, isMatch: images.length > 0 && missesOf(closest) === 0, verdicts: closest };
  });
}

/** The kinds that a study's result set is made of: what the study is to have, and what any recipient wants. ADR 8. */
export function objectsOfRoute(
  route: Route,
  configured: readonly ResultObjectKind[],
): readonly ResultObjectKind[] {
  const wanted = route.recipients.flatMap(({ objects = [] }) => objects);
  return [...new Set([...(route.results ?? configured), ...wanted])];
}

function missesOf(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ isMet }) => !isMet).length;
}

function recipientOf(
  { to, objects }: { readonly to: string; readonly objects?: readonly ResultObjectKind[] | undefined },
  { destinations }: RoutingRules,
): Recipient {
  const wanted = objects ?? destinations.get(to)?.objects;
  return { destination: to, ...(wanted && { objects: wanted }) };
}
