/**
 * The studies of the audit, AI beside reader, each a click from its image.
 */
import { dateText, monthsText, percentText, plainText } from '../../core/text.ts';
import { useWords } from '../words.ts';
import type { AuditedStudy, Trend, Verdict } from './audit-client.ts';
import type { AuditWords } from './audit-messages.ts';
import { shareText } from './figures.tsx';

const MOST_ROWS = 300;
const DECISIONS = ['accepted', 'rejected', 'edited', 'added'] as const;

export function StudyTable({
  studies,
  words,
}: {
  readonly studies: readonly AuditedStudy[];
  readonly words: AuditWords;
}) {
  const { finding } = useWords();
  const { columns } = words;
  const verdict = ({ hasFracture, boneAgeMonths }: Verdict) =>
    [
      hasFracture === undefined ? undefined : hasFracture ? words.yes : words.no,
      boneAgeMonths === undefined ? undefined : monthsText(boneAgeMonths, finding),
    ]
      .filter(Boolean)
      .join(' · ') || '–';
  return (
    <div class="audit-scroll" tabIndex={0} role="region" aria-label={words.table}>
      <table class="audit-table">
        <thead>
          <tr>
            {[columns.date, words.region, columns.ai, columns.reader, columns.label].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">{columns.decisions}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{columns.signed}</th>
            <th scope="col">{columns.open}</th>
          </tr>
        </thead>
        <tbody>
          {studies.slice(0, MOST_ROWS).map((study) => (
            <tr key={study.studyInstanceUid} class={`audit-${study.state}`}>
              <td>{dateText(study.date)}</td>
              <td>{study.regions.map((region) => finding.regions[region]).join(', ')}</td>
              <td>
                {verdict(study.machine)}
                {study.score !== undefined && <span class="faint"> {percentText(study.score)}</span>}
              </td>
              <td>{study.reader ? verdict(study.reader) : '–'}</td>
              <td>{study.label ? verdict(study.label) : '–'}</td>
              <td>
                {DECISIONS.filter((kind) => study.decisions[kind] > 0)
                  .map((kind) => `${study.decisions[kind]} ${words.decided[kind]}`)
                  .join(', ')}
              </td>
              <td>{words.states[study.state]}</td>
              <td>{plainText((study.reader?.names ?? []).join(', ').replaceAll('^', ' '), 40)}</td>
              <td>
                <a class="audit-open" href={`./#/studies/${study.studyInstanceUid}`}>
                  {words.openImage}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {studies.length > MOST_ROWS && <p class="faint">{words.more(studies.length - MOST_ROWS)}</p>}
    </div>
  );
}

/** Groups of studies over time, or by model. */
export function TrendTable({
  title,
  trends,
  words,
}: {
  readonly title: string;
  readonly trends: readonly Trend[];
  readonly words: AuditWords;
}) {
  return (
    <table class="audit-figures">
      <caption>{title}</caption>
      <thead>
        <tr>
          {Object.entries(words.trend).map(([name, label]) => (
            <th key={name} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {trends.map((trend) => (
          <tr key={trend.name}>
            <th scope="row">{plainText(trend.name, 60)}</th>
            <td>{trend.studies}</td>
            <td>{trend.read}</td>
            <td>{shareText(trend.positiveByModels)}</td>
            <td>{shareText(trend.positiveByReaders)}</td>
            <td>{shareText(trend.agreement)}</td>
            <td class={(trend.scoreDrift ?? 0) > 0.25 ? 'audit-drift' : undefined}>
              {trend.scoreDrift === undefined ? '–' : trend.scoreDrift.toFixed(2)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
