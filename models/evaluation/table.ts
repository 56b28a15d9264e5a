/**
 * An evaluation as Markdown tables: one row a figure, with its interval, its number of images and the target.
 */
import type { Figure } from './estimate.ts';
import type { Evaluation } from './evaluation.ts';
import type { robustnessReport } from './robustness-report.ts';

type Row = readonly string[];
type Keyed = Omit<Figure, 'value'>;

const HEAD: Row = ['Figure', 'Value', '95 % interval', 'n', 'positives', 'Target'];

/** The leading figures and the operating points. */
export function evaluationTables(evaluation: Evaluation): string {
  const { boxes, masks, image, calibration, region, boneAge, outOfDomain } = evaluation;
  const leading = [
    row('Boxes, mAP50', boxes.map50, boxes, '≥ 0.50'),
    row('Boxes, mAP30', boxes.map30.value, boxes.map30),
    row('Outlines, mAP50', masks.map50, masks, '≥ 0.45'),
    row('Fracture on the image, AUC', image.auc, image, '≥ 0.92'),
    row('… without hardware', image.aucWithoutHardware, image.withoutHardware, '≥ 0.90'),
    row('… by the strongest box', image.strongestBoxAuc.value, image.strongestBoxAuc),
    row('Expected calibration error', calibration.ece, calibration, '≤ 0.03'),
    row(`Region, mean AP (${region.regions.join(', ')})`, region.meanAp, region, '≥ 0.98'),
    ...Object.entries(region.byRegion).map(([name, figure]) => row(`… ${name}`, figure.value, figure)),
    row(`Out of domain, AUC (${outOfDomain.of})`, outOfDomain.auc, outOfDomain, '≥ 0.98'),
    row('… radiographs of other parts', outOfDomain.radiographs.value, outOfDomain.radiographs),
    row('… other modalities', outOfDomain.otherModalities.value, outOfDomain.otherModalities),
    row('… crops and compositions', outOfDomain.compositions.value, outOfDomain.compositions),
    row('Limb radiographs refused', outOfDomain.limbsRefused.value, outOfDomain.limbsRefused),
    row('Bone age, MAE in months', boneAge.maeMonths, boneAge, '≤ 8.0'),
    row('… sex withheld', boneAge.maeMonthsSexWithheld.value, boneAge.maeMonthsSexWithheld),
    row('… coverage of the 95 % interval', boneAge.coverage.value, boneAge.coverage),
    row('… hands that are told an age', boneAge.published.value, boneAge.published),
  ];
  return [table(HEAD, leading), '', operatingPoints(evaluation), '', slices(evaluation)].join('\n');
}

function operatingPoints({ image, childrensHands }: Evaluation): string {
  const rows = (['suspicious', 'definite'] as const).flatMap((name) => {
    const point = image.operatingPoints[name];
    const hands = childrensHands[name];
    const [sensitivity, specificity] = name === 'suspicious' ? ['≥ 0.92', '≥ 0.70'] : ['≥ 0.60', '≥ 0.97'];
    return [
      row(`${name}: sensitivity`, point.sensitivity.value, point.sensitivity, sensitivity),
      row(`${name}: specificity`, point.specificity.value, point.specificity, specificity),
      row(`${name}: boxes a sound image`, point.falseBoxesPerSoundImage.value, point.falseBoxesPerSoundImage),
      row(`${name}: sound children's hands called`, hands.falseAlarmRate.value, hands.falseAlarmRate),
      row(`${name}: boxes a sound child's hand`, hands.falseBoxesPerHand.value, hands.falseBoxesPerHand),
    ];
  });
  return table(HEAD, rows);
}

function slices({ boxes, masks, image, boneAge }: Evaluation): string {
  const all: readonly [string, Readonly<Record<string, Readonly<Record<string, Figure>>>>][] = [
    ['Image AUC', image.slices],
    ['Boxes, mAP50', boxes.slices],
    ['Outlines, mAP50', masks.slices],
    ['Bone age, MAE in months', boneAge.slices],
    ['Bone age, sex withheld', boneAge.slicesSexWithheld],
  ];
  const rows = all.flatMap(([what, groups]) =>
    Object.entries(groups).flatMap(([by, figures]) =>
      Object.entries(figures).map(([name, figure]) => row(`${what}, ${by}: ${name}`, figure.value, figure)),
    ),
  );
  return table(HEAD, rows);
}

/** What other encodings change. */
export function robustnessTable(report: ReturnType<typeof robustnessReport>): string {
  const text = (value: number | null) => value?.toFixed(4) ?? '';
  const rows = report.encodings.map((one) => [
    one.encoding,
    text(one.auc),
    text(one.aucChange),
    text(one.maeMonths),
    text(one.maeChangeMonths),
    String(one.limbsRefused),
    String(one.handsWithoutAge),
  ]);
  const { plain, targets } = report;
  const plainRow = [
    'plain',
    text(plain.auc),
    '',
    text(plain.maeMonths),
    '',
    String(plain.limbsRefused),
    String(plain.handsWithoutAge),
  ];
  const targetRow = ['target', '', `≤ ${targets.auc}`, '', `≤ ${targets.maeMonths}`, '', ''];
  return table(
    ['Encoding', 'AUC', 'change', 'MAE, months', 'change', 'limbs refused', 'hands without age'],
    [plainRow, ...rows, targetRow],
  );
}

function row(name: string, value: number | null, { interval, n, positives, note }: Keyed, target = ''): Row {
  return [
    name,
    value === null ? (note ?? '') : value.toFixed(3),
    interval ? `${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}` : '',
    String(n),
    positives === undefined ? '' : String(positives),
    target,
  ];
}

function table(head: Row, rows: readonly Row[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
