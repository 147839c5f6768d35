/** Keys that work in every view, and the list of them that `?` shows. */
import './keys.css';
import { useEffect, useRef } from 'preact/hooks';

const keys: readonly (readonly [string, string])[] = [
  ['/', 'go to the filter'],
  ['↓ ↑', 'go from row to row; from the filter, ↓ goes to the first'],
  ['→ ←', 'go from link to link in a row'],
  ['Home End', 'go to the first or last row'],
  ['Enter', 'open what has the focus'],
  ['?', 'show these keys'],
  ['Esc', 'close this, or clear the filter'],
];

export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const filter = document.querySelector<HTMLInputElement>('input.filter');
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target === filter && event.key === 'ArrowDown') {
        document.querySelector<HTMLElement>('a[data-row], [data-row] a, button[data-row]')?.focus();
      } else if (isTyping(event.target)) return;
      else if (event.key === '/' && filter !== null) filter.focus();
      else if (event.key === '?') dialog.current?.showModal();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button type="button" class="keys-button" onClick={() => dialog.current?.showModal()}>
        <span class="unseen">Keys</span>
        <span aria-hidden="true">?</span>
      </button>
      <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl>
          {keys.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                {key.split(' ').map((each) => (
                  <kbd key={each}>{each}</kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <button type="button" class="choice" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </dialog>
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
