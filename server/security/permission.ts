/**
 * What a principal may be allowed to do. One row per permission; routes name the one they need.
 */

/** Permissions and what each of them opens. */
export const PERMISSIONS = {
  'read-studies': 'Search and retrieve studies and their results',
  'store-instances': 'Send instances',
  'delete-instances': 'Delete studies, series and instances',
  'request-analysis': 'Ask for the analysis of a study',
  'review-findings': 'Accept, change or reject findings',
  'read-audit': 'Read the audit trail',
  'audit-quality': 'Compare models and readers: figures, labels, samples',
  'export-studies': 'Take de-identified copies of studies away',
  'deliver-results': 'Send results to destinations',
  'read-metrics': 'Read the figures of the server',
  administer: 'See how studies are routed, and steer deliveries',
} as const satisfies Record<string, string>;

/** Name of a permission. */
export type Permission = keyof typeof PERMISSIONS;

/** Every permission there is. */
export const ALL_PERMISSIONS: ReadonlySet<Permission> = new Set(
  Object.keys(PERMISSIONS).filter((name): name is Permission => name in PERMISSIONS),
);
