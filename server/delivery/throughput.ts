/**
 * How much went through the server, hour by hour.
 */
import { query, type Pool } from '../storage/database.ts';

/** One hour of the clock. */
export interface HourOfWork {
  readonly from: Date;
  /** Instances that others sent or brought; neither our own results nor the demonstration. */
  readonly instances: number;
  /** Studies whose analysis ended. */
  readonly analyses: number;
  /** Result sets that a destination took. */
  readonly deliveries: number;
}

/** The last so many hours, the running one last; hours in which nothing happened are among them. */
export async function hoursOfWork(pool: Pool, hours: number): Promise<readonly HourOfWork[]> {
  const rows = await query(
    pool,
    `WITH hour AS (
       SELECT generate_series(date_trunc('hour', now()) - make_interval(hours => $1 - 1), date_trunc('hour', now()), '1 hour') AS at
     ), since AS (SELECT min(at) AS at FROM hour)
     SELECT hour.at, coalesce(i.n, 0)::int AS instances, coalesce(a.n, 0)::int AS analyses, coalesce(d.n, 0)::int AS deliveries
     FROM hour
     LEFT JOIN (SELECT date_trunc('hour', stored_at) AS at, count(*) AS n FROM instance
       WHERE stored_at >= (SELECT at FROM since) AND origin NOT IN ('analysis', 'demo') GROUP BY 1) i USING (at)
     LEFT JOIN (SELECT date_trunc('hour', finished_at) AS at, count(*) AS n FROM analysis
       WHERE finished_at >= (SELECT at FROM since) GROUP BY 1) a USING (at)
     LEFT JOIN (SELECT date_trunc('hour', finished_at) AS at, count(*) AS n FROM delivery
       WHERE state = 'delivered' AND finished_at >= (SELECT at FROM since) GROUP BY 1) d USING (at)
     ORDER BY hour.at`,
    [hours],
  );
  return rows.map((row) => ({
    from: row['at'] as Date,
    instances: Number(row['instances']),
    analyses: Number(row['analyses']),
    deliveries: Number(row['deliveries']),
  }));
}
