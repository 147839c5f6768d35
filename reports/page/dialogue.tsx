/** One session as a conversation: the client on the left, the server on the right, virtual time between them. */
import type { SessionLine, StoredSession } from '../../scenarios/results.ts';
import { duration, visible } from '../format.ts';
import './dialogue.css';

/** A pause worth a line of its own. */
const pauseMs = 1_000;

interface Turn {
  /** Position of its first line. */
  readonly at: number;
  readonly from: SessionLine['from'];
  readonly atMs: number;
  readonly lines: SessionLine[];
  /** Since the turn before. */
  readonly afterMs: number;
}

interface DialogueProps {
  readonly session: StoredSession;
  readonly number: number;
  /** Lines that are selected. */
  readonly selected?: { readonly line: number; readonly count: number } | undefined;
  /** Shows a line where it stands in the diagram. */
  readonly onSelect: (line: number) => void;
}

export function Dialogue({ session, number, selected, onSelect }: DialogueProps) {
  const isSelected = (line: number) =>
    selected !== undefined && line >= selected.line && line < selected.line + selected.count;
  const where = session.port === 0 ? session.address : `[${session.address}]:${session.port}`;
  return (
    <figure class="dialogue">
      <figcaption>
        <span class="dialogue-number">Session {number}</span>
        <strong>{visible(session.host)}</strong> <code>{visible(where)}</code>
        <span class="dialogue-opened">opened at {clockTime(session.openedAtMs)}</span>
      </figcaption>
      <div class="sides" aria-hidden="true">
        <span>Client</span>
        <span>Server</span>
      </div>
      <ol>
        {turnsOf(session).map((turn, position) => (
          <li key={position} class={`turn from-${classes[turn.from]}`}>
            {turn.afterMs >= pauseMs ? <span class="pause">{duration(turn.afterMs)} later</span> : null}
            <button
              type="button"
              class="turn-time"
              title="Show in the diagram"
              onClick={() => onSelect(turn.at)}
            >
              <span class="unseen">Show in the diagram what happened at </span>
              <time>{clockTime(turn.atMs)}</time>
            </button>
            <div class="bubble">
              <span class="unseen">{speakers[turn.from]}</span>
              {turn.lines.map((line, index) => (
                <LineText key={index} line={line} isSelected={isSelected(turn.at + index)} />
              ))}
            </div>
          </li>
        ))}
      </ol>
    </figure>
  );
}

const classes = { C: 'client', S: 'server', '!': 'note' } as const;
const speakers = { C: 'Client:', S: 'Server:', '!': 'Note:' } as const;

function LineText({ line, isSelected }: { readonly line: SessionLine; readonly isSelected: boolean }) {
  return (
    <span class={isSelected ? 'line is-selected' : 'line'}>
      {line.text === '' ? ' ' : visible(line.text)}
      {line.repeated === undefined ? null : <span class="repeated">× {line.repeated}</span>}
    </span>
  );
}

function turnsOf(session: StoredSession): Turn[] {
  const turns: Turn[] = [];
  for (const [at, line] of session.lines.entries()) {
    const last = turns.at(-1);
    if (last !== undefined && last.from === line.from && last.atMs === line.atMs) {
      last.lines.push(line);
    } else {
      const before = last?.atMs ?? session.openedAtMs;
      turns.push({ at, from: line.from, atMs: line.atMs, lines: [line], afterMs: line.atMs - before });
    }
  }
  return turns;
}

/** `0.040`, `2:02.280`, `1:00:05.000`: time since the scenario began. */
export function clockTime(ms: number): string {
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  const seconds = ((Math.floor(ms) % 60_000) / 1_000).toFixed(3);
  if (hours > 0) return `${hours}:${String(minutes).padStart(2, '0')}:${seconds.padStart(6, '0')}`;
  return minutes > 0 ? `${minutes}:${seconds.padStart(6, '0')}` : seconds;
}
