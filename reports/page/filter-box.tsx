/** What stands above a list: a box to type a filter into, and choices with their counts. */
import { useEffect, useRef } from 'preact/hooks';
import { grouped } from '../format.ts';
import './filter-box.css';

export function FilterBox({ value, label, onChange }: FilterProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      box.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <input
      ref={box}
      class="filter"
      type="search"
      value={value}
      placeholder={`${label}  ( / )`}
      aria-label={label}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface FilterProps {
  readonly value: string;
  readonly label: string;
  readonly onChange: (value: string) => void;
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
