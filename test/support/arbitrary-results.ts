/** Random result sets as wide as the types allow, on the grid that is written: 0.01 px, 0.1 %, 0.1 months. */
import fc from 'fast-check';
import type { ResultSetInput } from '../../dicom/results/index.ts';
import { OSTEON, SCT } from '../../dicom/vocabulary/codes.ts';
import type {
  BodyRegion,
  BoneAgeScore,
  Certainty,
  Finding,
  FindingBase,
  ImageOutcome,
  Laterality,
  ModelIdentity,
  SourceImage,
} from '../../dicom/vocabulary/finding.ts';
import { BODY_REGIONS, HAND_REGIONS, REJECTION_REASONS } from '../../dicom/vocabulary/finding.ts';
import { cornersOf, imagePoint, type Polygon } from '../../dicom/vocabulary/geometry.ts';
import { FRACTURE_MODEL, metadataOf, SOURCE } from './result-inputs.ts';

const LONG_UID = `2.25.${'9'.repeat(59)}`;
const word = fc.constantFrom(
  'a',
  'Bruchlokalisation',
  '골절 탐지',
  'x=y',
  '<script>alert(1)</script>',
  'é'.repeat(40),
);

const model: fc.Arbitrary<ModelIdentity> = fc.record({
  id: fc.constantFrom('fracture', 'bone-age', 'region'),
  name: word,
  version: fc.constantFrom('0.1.0', '2', '10.0.0-beta'),
  manufacturer: word,
  weightsSha256: fc.constantFrom('0', 'f').map((digit) => digit.repeat(64)),
  isResearchOnly: fc.boolean(),
  parameters: fc.array(fc.constantFrom('suspicious=0.2', 'definite=0.6', 'fit=contain'), { maxLength: 3 }),
});

function sourceArbitrary(index: number): fc.Arbitrary<SourceImage> {
  return fc.record({
    studyInstanceUid: fc.constant(SOURCE.studyInstanceUid),
    seriesInstanceUid: fc.constantFrom(SOURCE.seriesInstanceUid, LONG_UID),
    sopClassUid: fc.constant(SOURCE.sopClassUid),
    sopInstanceUid: fc.constant(index === 0 ? LONG_UID : `${SOURCE.sopInstanceUid}.${index}`),
    frameNumber: fc.constant(1),
    rows: fc.integer({ min: 1, max: 5000 }),
    columns: fc.integer({ min: 1, max: 5000 }),
  });
}

/** Hundredths of a pixel along a side, both ends included and often drawn. */
function coordinates(side: number): fc.Arbitrary<readonly [number, number]> {
  const end = side * 100;
  const one = fc.oneof(fc.constant(0), fc.constant(end), fc.integer({ min: 0, max: end }));
  return fc
    .tuple(one, one)
    .filter(([low, high]) => low !== high)
    .map(([low, high]): readonly [number, number] => [Math.min(low, high) / 100, Math.max(low, high) / 100]);
}

/** A rectangle on an image, its corners clockwise from the top left. */
export function rectangleOn({ columns, rows }: SourceImage): fc.Arbitrary<Polygon> {
  return fc
    .tuple(coordinates(columns), coordinates(rows))
    .map(([[left, right], [top, bottom]]) => cornersOf({ left, top, right, bottom }));
}

const probability = fc.integer({ min: 0, max: 1000 }).map((permille) => permille / 1000);
const months = fc.integer({ min: 0, max: 2400 }).map((tenths) => tenths / 10);
const score: fc.Arbitrary<BoneAgeScore> = fc.oneof(
  fc.constantFrom<BoneAgeScore>(
    { missing: 'sex-unknown' },
    { missing: 'age-unknown' },
    { missing: 'age-not-covered' },
  ),
  fc.record({
    standardDeviations: fc.integer({ min: -9999, max: 9999 }).map((hundredths) => hundredths / 100),
    standardDeviationMonths: fc.integer({ min: 1, max: 2000 }).map((hundredths) => hundredths / 100),
    population: fc.constant('Girls'),
    reference: fc.constant('A table, 1959'),
  }),
);
const certainty = fc.constantFrom<Certainty>('definite', 'suspicious');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

function findingArbitrary(source: SourceImage, trackingId: string): fc.Arbitrary<Finding> {
  const base = fc.record({
    trackingId: fc.constant(trackingId),
    concept: fc.constantFrom(SCT.fractureOfBone, OSTEON.fracturePresence, OSTEON.limbRadiograph),
    source: fc.constant(source),
    model,
  });
  const polygon = fc
    .tuple(coordinates(source.columns), coordinates(source.rows))
    .map(([[left, right], [top, bottom]]) => [
      imagePoint(left, top),
      imagePoint(right, top),
      imagePoint(right, bottom),
    ]);
  const rectangle = rectangleOn(source);
  const headerSite = maybe(fc.constantFrom(SCT.hand, SCT.shoulder));
  const fracture = fc
    .record({
      headerSite,
      certainty,
      probability,
      x: coordinates(source.columns),
      y: coordinates(source.rows),
      polygon: maybe(polygon),
      site: maybe(fc.constantFrom(SCT.upperLimb, SCT.hipJoint)),
      laterality: maybe(fc.constantFrom<Laterality>('L', 'R', 'B', 'U')),
    })
    .map(({ x, y, ...rest }) => ({ ...rest, box: { left: x[0], top: y[0], right: x[1], bottom: y[1] } }));
  return fc.oneof(
    joined('fracture', base, fracture),
    joined(
      'fracture-presence',
      base,
      fc.record({
        verdict: fc.constantFrom('present', 'absent', 'undetermined'),
        certainty: maybe(certainty),
        probability,
      }),
    ),
    joined(
      'body-region',
      base,
      fc.record({ region: fc.constantFrom<BodyRegion>(...BODY_REGIONS), probability, headerSite }),
    ),
    joined(
      'bone-age',
      base,
      fc.record({
        months,
        uncertaintyMonths: maybe(months),
        chronologicalMonths: maybe(months),
        score: maybe(score),
        isSexKnown: fc.boolean(),
        method: fc.constantFrom(OSTEON.wholeHandRegression, OSTEON.handRegionsRegression),
        handRegions: maybe(
          fc
            .tuple(fc.subarray([...HAND_REGIONS], { minLength: 1 }), rectangle)
            .map(([regions, outline]) => regions.map((region) => ({ region, outline }))),
        ),
      }),
    ),
  );
}

function joined(
  kind: Finding['kind'],
  base: fc.Arbitrary<FindingBase>,
  details: fc.Arbitrary<object>,
): fc.Arbitrary<Finding> {
  return fc
    .tuple(base, details)
    .map(([shared, own]) => withoutUndefined({ ...shared, kind, ...own }) as unknown as Finding);
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
}

function outcomeArbitrary(index: number): fc.Arbitrary<ImageOutcome> {
  return sourceArbitrary(index).chain((source) => {
    const findings = fc
      .integer({ min: 0, max: 4 })
      .chain((count) =>
        fc.tuple(
          ...Array.from({ length: count }, (_, place) => findingArbitrary(source, `finding-${place + 1}`)),
        ),
      );
    const runs = fc.constantFrom<ImageOutcome['runs']>(
      [],
      [{ model: FRACTURE_MODEL, status: 'succeeded' }],
      [{ model: FRACTURE_MODEL, status: 'failed', reason: 'out of memory' }],
    );
    const shared = fc.record({ source: fc.constant(source), findings, runs });
    const reasons = Object.keys(REJECTION_REASONS) as (keyof typeof REJECTION_REASONS)[];
    return fc.oneof(
      shared.map((rest): ImageOutcome => ({ status: 'analysed', ...rest })),
      fc
        .tuple(shared, fc.constantFrom(...reasons))
        .map(([rest, reason]): ImageOutcome => ({ status: 'rejected', reason, ...rest })),
      shared.map((rest): ImageOutcome => ({ status: 'failed', detail: '<b>worker</b> died', ...rest })),
    );
  });
}

/** Result sets of one to three images, in the order of their UIDs, which is that of the report. */
export const resultInputs: fc.Arbitrary<ResultSetInput> = fc
  .record({
    outcomes: fc
      .integer({ min: 1, max: 3 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => outcomeArbitrary(index)))),
    name: fc.constantFrom('Hong^Gildong=洪^吉洞=홍^길동', 'A^B', '홍^길동'),
    photometric: fc.constantFrom('MONOCHROME1', 'MONOCHROME2'),
  })
  .map(({ outcomes, name, photometric }) => {
    const [Alphabetic = '', Ideographic, Phonetic] = name.split('=');
    const patientName = withoutUndefined({ Alphabetic, Ideographic, Phonetic });
    const metadata = metadataOf({
      PatientName: patientName,
      PhotometricInterpretation: photometric,
      BodyPartExamined: undefined,
    });
    return {
      studyAttributes: metadata,
      images: outcomes.toSorted(byUid).map((outcome) => ({ outcome, metadata })),
      performedAt: '20260102101530',
      softwareVersion: '0.1.0',
      observer: { uid: LONG_UID, name: '오스테온' },
    };
  });

function byUid({ source: one }: ImageOutcome, { source: other }: ImageOutcome): number {
  return one.sopInstanceUid < other.sopInstanceUid ? -1 : 1;
}
