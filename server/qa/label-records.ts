/**
 * Reference labels in the database: what is known of a study from elsewhere, the last import of a study counting.
 */
import { query } from '../storage/database.ts';
import type { Queryable } from '../storage/database.ts';
import type { ReferenceLabel } from './statistics/audit-summary.ts';

/** All labels, by Study Instance UID. */
export async function labelsOf(target: Queryable): Promise<ReadonlyMap<string, ReferenceLabel>> {
  const rows = await query(target, 'SELECT study_uid, has_fracture, bone_age_months FROM reference_label');
  return new Map(
    rows.map((row) => [String(row['study_uid']), verdictOf(row['has_fracture'], row['bone_age_months'])]),
  );
}

/** Keeps labels in the place of earlier ones of the same studies. */
export async function saveLabels(
  target: Queryable,
  labels: ReadonlyMap<string, ReferenceLabel>,
  importedBy: string,
): Promise<void> {
  const entries = [...labels];
  await query(
    target,
    `INSERT INTO reference_label (study_uid, has_fracture, bone_age_months, imported_by)
     SELECT uid, fracture, months, $4 FROM unnest($1::text[], $2::boolean[], $3::float8[]) AS given (uid, fracture, months)
     ON CONFLICT (study_uid) DO UPDATE SET has_fracture = excluded.has_fracture,
       bone_age_months = excluded.bone_age_months, imported_at = now(), imported_by = $4`,
    [
      entries.map(([uid]) => uid),
      entries.map(([, { hasFracture }]) => hasFracture ?? null),
      entries.map(([, { boneAgeMonths }]) => boneAgeMonths ?? null),
      importedBy,
    ],
  );
}

/** Two columns as a verdict; what is null says nothing. */
export function verdictOf(hasFracture: unknown, boneAgeMonths: unknown): ReferenceLabel {
  return {
    ...(typeof hasFracture === 'boolean' && { hasFracture }),
    ...(typeof boneAgeMonths === 'number' && { boneAgeMonths }),
  };
}
