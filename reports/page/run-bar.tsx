/** Runs scenarios again, where the page is served: those in sight, those that failed, all. */
import { useContext, useMemo, useState } from 'preact/hooks';
import { grouped } from '../format.ts';
import type { Progress } from '../serve/protocol.ts';
import type { Report } from './data.ts';
import type { Route } from './route.ts';
import { selectionsOf } from './selections.ts';
import { type Served, ServedContext } from './served.ts';
import './run-bar.css';

export function RunBar({ report, route }: { readonly report: Report; readonly route: Route }) {
  const served = useContext(ServedContext);
  const selections = useMemo(() => selectionsOf(report, route), [report, location.hash]);
  const [chosen, choose] = useState('');
  if (served === undefined) return null;
  const { status } = served;
  const selection = selections.find(({ name }) => name === chosen) ?? selections[0];
  return (
    <section class="run-bar" aria-label="Run again">
      <div class="run-bar-inner">
        {status?.progress === undefined ? (
          <form
            class="run-choice"
            onSubmit={(event) => {
              event.preventDefault();
              served.run(selection?.scenarios());
            }}
          >
            <select
              aria-label="What to run again"
              value={selection?.name}
              onChange={(event) => choose(event.currentTarget.value)}
            >
              {selections.map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </select>
            <button type="submit" class="run-button" disabled={status === undefined}>
              Run again
            </button>
          </form>
        ) : (
          <AtWork progress={status.progress} onCancel={served.cancel} />
        )}
        <p class="run-news" role="status">
          {newsOf(served)}
        </p>
      </div>
    </section>
  );
}

function AtWork({ progress, onCancel }: { readonly progress: Progress; readonly onCancel: () => void }) {
  const { done, failed, selected, last = '', cancelled } = progress;
  const counted =
    selected === undefined ? 'Reading the scenarios' : `${grouped(done)} of ${grouped(selected)}`;
  return (
    <div class="run-work">
      <progress
        aria-label="Scenarios that have run"
        {...(selected === undefined ? {} : { value: done, max: Math.max(1, selected) })}
      />
      <span class="run-count">
        {counted}
        {failed === 0 ? null : <strong class="run-failed">{grouped(failed)} failed</strong>}
      </span>
      <span class="run-last">{last}</span>
      <button type="button" class="run-button" disabled={cancelled} onClick={onCancel}>
        {cancelled ? 'Ending' : 'Cancel'}
      </button>
    </div>
  );
}

/** Told once, also to screen readers; figures that change all the time are not. */
function newsOf({ status, refusal }: Served): string {
  if (status === undefined) return 'The server does not answer; the results are still here.';
  if (refusal !== undefined) return refusal;
  if (status.progress !== undefined) return status.progress.cancelled ? 'The run is ending.' : 'Running.';
  return status.trouble ?? '';
}
