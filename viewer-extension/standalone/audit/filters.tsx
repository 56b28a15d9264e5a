/**
 * Which studies the audit is about.
 */
import { useWords } from '../words.ts';
import type { Audit, AuditFilter } from './audit-client.ts';
import type { AuditWords } from './audit-messages.ts';

const STATES = ['agree', 'disagree', 'unread'] as const;

export interface FiltersProps {
  readonly filter: AuditFilter;
  readonly choices: Audit['choices'];
  readonly words: AuditWords;
  readonly onFilter: (filter: AuditFilter) => void;
}

export function Filters({ filter, choices, words, onFilter }: FiltersProps) {
  const { regions } = useWords().finding;
  const change = (name: keyof AuditFilter) => (value: string) => {
    onFilter({ ...filter, [name]: value });
  };
  return (
    <form
      class="audit-form"
      aria-label={words.filters}
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      {(['from', 'to'] as const).map((name) => (
        <label key={name}>
          {words[name]}
          <input
            type="date"
            value={filter[name]}
            onChange={({ currentTarget }) => {
              change(name)(currentTarget.value);
            }}
          />
        </label>
      ))}
      <Choice
        label={words.model}
        value={filter.model}
        all={words.all}
        options={choices.models.map((model) => [model, model])}
        onValue={change('model')}
      />
      <Choice
        label={words.region}
        value={filter.region}
        all={words.all}
        options={choices.regions.map((region) => [region, regions[region]])}
        onValue={change('region')}
      />
      <Choice
        label={words.state}
        value={filter.state}
        all={words.all}
        options={STATES.map((state) => [state, words.states[state]])}
        onValue={change('state')}
      />
    </form>
  );
}

function Choice({
  label,
  value,
  all,
  onValue,
  options,
}: {
  readonly label: string;
  readonly value: string;
  readonly all: string;
  readonly onValue: (value: string) => void;
  /** Value and words. */
  readonly options: readonly (readonly [string, string])[];
}) {
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={({ currentTarget }) => {
          onValue(currentTarget.value);
        }}
      >
        <option value="">{all}</option>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
