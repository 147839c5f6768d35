/** What stands above a list: a box to type a filter into, choices with their counts, and how much was found. */
import './filter-box.css';
import { useId } from 'preact/hooks';
import { grouped, plural } from '../format.ts';

/** `/` goes to it, and the arrow down from it to the first row; see keys.tsx. */
export function FilterBox({ value, label, members, example, onChange }: FilterProps) {
  const help = useId();
  return (
    <div class="filter-box">
      <input
        class="filter"
        type="search"
        value={value}
        placeholder={`${label}  ( / )`}
        aria-label={label}
        aria-describedby={help}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p class="filter-help" id={help}>
        Words, and conditions like <code>{example}</code>; also {members.map((name) => `${name}:`).join(' ')}
      </p>
    </div>
  );
}

interface FilterProps {
  readonly value: string;
  readonly label: string;
  /** What conditions can be about. */
  readonly members: readonly string[];
  readonly example: string;
  readonly onChange: (value: string) => void;
}

export function Found({ found, total, noun }: FoundProps) {
  return (
    <p class="found" aria-live="polite">
      {found === total
        ? plural(total, noun)
        : `${found === 0 ? 'None' : grouped(found)} of ${plural(total, noun)}`}
    </p>
  );
}

interface FoundProps {
  readonly found: number;
  readonly total: number;
  readonly noun: string;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly count: number;
}

export function Choices({ label, choices, chosen, onChoose }: ChoicesProps) {
  return (
    <fieldset class="choices">
      <legend class="unseen">{label}</legend>
      {choices.map(({ value, label: text, count }) => (
        <button
          key={value}
          type="button"
          class="choice"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {text} <span class="choice-count">{grouped(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}

interface ChoicesProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly chosen: string;
  readonly onChoose: (value: string) => void;
}
