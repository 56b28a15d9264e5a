interface KnownLine {
  readonly pattern: RegExp;
  readonly reason: string;
}

/**
 * What PixelMed's validator of June 2022 says against our reports, each with the reason why it stands.
 * A line that no row explains fails the test, and so does a row that no line needs.
 */
export const PIXELMED_KNOWN: readonly KnownLine[] = [
  {
    pattern: /^Error: .*\(43468-8,LN,"XR unspecified body region"\) not found in context group 100$/,
    reason:
      'joined CID 100 after the version of 2019 that the jar holds; the group is a baseline one and extensible',
  },
  {
    pattern:
      /^Error: Template 300 .*\((371884006,SCT|12141[46],DCM),.*expected INFERRED FROM - found HAS PROPERTIES$/,
    reason:
      'TID 310 says HAS PROPERTIES; the jar takes any NUM below a NUM for rows 9 and 10 of TID 300 as well',
  },
  {
    pattern: /^Warning: .*\/CODE \(276214006,SCT,"Finding category"\): Content Item not in template$/,
    reason: 'joined TID 1410 with CP-2176, after the templates of the jar',
  },
  {
    pattern: /^Warning: .*\/TEXT \(122405,DCM,"Algorithm Manufacturer"\): Content Item not in template$/,
    reason: 'joined TID 4019 after 2022',
  },
  {
    pattern: /^Warning: .*\/CODE \(130400,DCM,"Geometric purpose of region"\): Content Item not in template$/,
    reason: 'row 3c of TID 1410, which the jar only tries where a whole report has exactly one region',
  },
  {
    pattern:
      /\(125007,DCM,"Measurement Group"\)\/CODE \((125605004,SCT|operating-point,99OSTEON|body-region,99OSTEON|header-site,99OSTEON|no-score-reason,99OSTEON|sex-given,99OSTEON),"[^"]*"\): Content Item not in template$/,
    reason: 'qualitative evaluations became rows of TID 1410 and TID 1501 after 2022',
  },
  {
    pattern: /\/CONTAINER \(result-objects,99OSTEON,"[^"]*"\)(\/.*)?: Content Item not in template$/,
    reason: 'TID 1500 is extensible: the root of a result set names the others',
  },
  {
    pattern: /\/CODE \(analysis-status,99OSTEON,"Analysis status"\)\/.*: Content Item not in template$/,
    reason: 'TID 1500 is extensible: an image’s status names its image, its reason and the models that ran',
  },
];

/** What it says of reviews beside that. */
export const PIXELMED_KNOWN_OF_REVIEWS: readonly KnownLine[] = [
  {
    pattern: /\/CODE \(review-decision,99OSTEON,"[^"]*"\)(\/.*)?: Content Item not in template$/,
    reason:
      'a qualitative evaluation of a group, which became a row after 2022; the decision says who, why and what was before',
  },
  {
    pattern: /\/CONTAINER \(findings-reject,99OSTEON,"[^"]*"\)(\/.*)?: Content Item not in template$/,
    reason: 'TID 1500 is extensible: what was rejected stands apart from what any viewer draws',
  },
];
