/**
 * What the server tells of its administration, read from JSON of unknown making. What is absent or of another kind is left
 * out: a page that shows less is better than one that shows nothing.
 */

export interface NodeDescription {
  readonly dicomWebRoot: string;
  readonly dimse?: {
    readonly aeTitle: string;
    readonly host: string;
    readonly port: number | undefined;
    readonly tlsPort: number | undefined;
  };
}

export interface RoutingState {
  /** Absent: none is configured. */
  readonly file: string | undefined;
  readonly readAt: string | undefined;
  /** Why the file as it is now does not hold. */
  readonly faults: readonly { readonly line: number | undefined; readonly message: string }[];
  readonly rules: readonly RuleRow[];
}

export interface RuleRow {
  readonly name: string;
  readonly line: number;
  /** Conditions and settings as they stand in the file, in JSON. */
  readonly when: string;
  readonly says: readonly (readonly [setting: string, value: string])[];
}

export interface DestinationRow {
  readonly name: string;
  readonly isConfigured: boolean;
  readonly kind: string;
  readonly address: string;
  readonly waiting: number;
  readonly sending: number;
  readonly dead: number;
  readonly delivered: number;
  readonly deliveredLastHour: number;
  readonly waitingSince: string | undefined;
  readonly pause: { readonly until: string; readonly reason: string } | undefined;
}

export interface DeliveryRow {
  readonly id: string;
  readonly destination: string;
  readonly studyInstanceUid: string;
  readonly state: string;
  readonly tries: number;
  readonly reason: string;
  readonly queuedAt: string;
}

export interface Echo {
  readonly isUp: boolean;
  readonly reason: string;
  readonly milliseconds: number;
}

export interface Hour {
  readonly from: string;
  readonly instances: number;
  readonly analyses: number;
  readonly deliveries: number;
}

type Fields = Readonly<Record<string, unknown>>;

export function readNode(value: unknown): NodeDescription {
  const fields = fieldsOf(value);
  const dimse = fields['dimse'] === undefined ? undefined : fieldsOf(fields['dimse']);
  return {
    dicomWebRoot: textOf(fields['dicomWebRoot']),
    ...(dimse && {
      dimse: {
        aeTitle: textOf(dimse['aeTitle']),
        host: textOf(dimse['host']),
        port: someNumber(dimse['port']),
        tlsPort: someNumber(dimse['tlsPort']),
      },
    }),
  };
}

export function readRouting(value: unknown): RoutingState {
  const fields = fieldsOf(value);
  return {
    file: someText(fields['file']),
    readAt: someText(fields['readAt']),
    faults: listOf(fields['faults']).map((one) => ({
      line: someNumber(one['line']),
      message: textOf(one['message']),
    })),
    rules: listOf(fields['rules']).map(({ name, line, when, ...says }) => ({
      name: textOf(name),
      line: numberOf(line),
      when: inWords(when),
      says: Object.entries(says).map(
        ([setting, said]) =>
          [
            setting,
            setting === 'send' ? listOf(said).map(recipientInWords).join(', ') : inWords(said),
          ] as const,
      ),
    })),
  };
}

export function readDestinations(value: unknown): readonly DestinationRow[] {
  return listOf(fieldsOf(value)['destinations']).map((one) => {
    const counts = fieldsOf(one['counts']);
    const pause = one['pause'] === undefined ? undefined : fieldsOf(one['pause']);
    return {
      name: textOf(one['name']),
      isConfigured: one['isConfigured'] === true,
      kind: textOf(one['kind']),
      address: textOf(one['address']),
      waiting: numberOf(counts['waiting']),
      sending: numberOf(counts['sending']),
      dead: numberOf(counts['dead']),
      delivered: numberOf(counts['delivered']),
      deliveredLastHour: numberOf(counts['deliveredLastHour']),
      waitingSince: someText(counts['waitingSince']),
      pause: pause && { until: textOf(pause['until']), reason: textOf(pause['reason']) },
    };
  });
}

export function readDeliveries(value: unknown): readonly DeliveryRow[] {
  return listOf(fieldsOf(value)['deliveries']).map((one) => ({
    id: textOf(one['id']),
    destination: textOf(one['destination']),
    studyInstanceUid: textOf(one['studyInstanceUid']),
    state: textOf(one['state']),
    tries: numberOf(one['tries']),
    reason: textOf(one['reason']),
    queuedAt: textOf(one['queuedAt']),
  }));
}

export function readEcho(value: unknown): Echo {
  const { isUp, reason, milliseconds } = fieldsOf(value);
  return { isUp: isUp === true, reason: textOf(reason), milliseconds: numberOf(milliseconds) };
}

export function readHours(value: unknown): readonly Hour[] {
  return listOf(fieldsOf(value)['hours']).map((one) => ({
    from: textOf(one['from']),
    instances: numberOf(one['instances']),
    analyses: numberOf(one['analyses']),
    deliveries: numberOf(one['deliveries']),
  }));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function someText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textOf(value: unknown): string {
  return someText(value) ?? '';
}

function someNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function numberOf(value: unknown): number {
  return someNumber(value) ?? 0;
}

/** A value of the routing file on one line: `bodyPart: HAND, FOOT`. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (!isFields(value)) return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}: ${inWords(one)}`)
    .join('; ');
}

/** A destination and what goes there: `archive (sr, seg)`. */
function recipientInWords({ to, objects }: Fields): string {
  return objects === undefined ? textOf(to) : `${textOf(to)} (${inWords(objects)})`;
}
