/** Shows a result again as it came about, at a speed of one's choice. */
import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { Result } from '../../scenarios/results.ts';
import { advanced, momentsOf, resultAt } from '../replay.ts';
import { clockTime } from './dialogue.tsx';
import { ServedContext } from './served.ts';
import './replay.css';

const speeds = [1, 10, 100] as const;

interface ReplayProps {
  readonly result: Result;
  /** Draws it as it was at the moment that is shown. */
  readonly children: (result: Result) => ComponentChildren;
}

/** In a file there is the end alone; where scenarios can be run, one can watch them. */
export function Replay({ result, children }: ReplayProps) {
  const served = useContext(ServedContext);
  if (served === undefined) return <>{children(result)}</>;
  const runs = served.growing === result;
  return runs ? (
    <>
      <p class="replay-live">Running: {clockTime(result.virtualMs)}</p>
      {children(result)}
    </>
  ) : (
    <Player result={result} startsPlaying={served.watched === result.scenario && result.world === 'virtual'}>
      {children}
    </Player>
  );
}

interface PlayerProps extends ReplayProps {
  /** Whether a result that is new to this page is played at once. */
  readonly startsPlaying: boolean;
}

function Player({ result, startsPlaying, children }: PlayerProps) {
  const moments = useMemo(() => momentsOf(result), [result]);
  const end = moments.at(-1) ?? 0;
  const [atMs, setAtMs] = useState(end);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(10);
  const [skipsWaits, setSkipsWaits] = useState(true);
  const [known, setKnown] = useState(result);
  if (known !== result) {
    setKnown(result);
    setAtMs(startsPlaying ? 0 : end);
    setPlaying(startsPlaying);
  }
  useEffect(() => {
    if (!isPlaying) return undefined;
    let before = performance.now();
    let frame = requestAnimationFrame(function draw(now) {
      setAtMs((at) => advanced(moments, at, now - before, { speed, skipsWaits }));
      before = now;
      frame = requestAnimationFrame(draw);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, moments, speed, skipsWaits]);
  useEffect(() => {
    if (atMs >= end) setPlaying(false);
  }, [atMs, end]);
  // What is drawn changes at moments only, not with every frame.
  const moment = moments.findLast((each) => each <= atMs) ?? -1;
  const shown = useMemo(() => (moment >= end ? result : resultAt(result, moment)), [result, moment, end]);
  if (moments.length < 2) return <>{children(result)}</>;

  const play = () => {
    if (atMs >= end) setAtMs(0);
    setPlaying(!isPlaying);
  };
  const step = () => {
    setPlaying(false);
    setAtMs(atMs >= end ? (moments[0] ?? 0) : (moments.find((each) => each > atMs) ?? end));
  };
  return (
    <>
      <fieldset class="replay">
        <legend class="unseen">Replay</legend>
        <button type="button" class="replay-button" onClick={play}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <button type="button" class="replay-button" onClick={step}>
          Step
        </button>
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={clockTime(atMs)}
          min={0}
          max={Math.max(1, end)}
          step="any"
          value={atMs}
          onInput={(event) => {
            setPlaying(false);
            setAtMs(Number(event.currentTarget.value));
          }}
        />
        <output class="replay-time">
          {clockTime(atMs)} of {clockTime(end)}
        </output>
        <select
          aria-label="Speed"
          value={speed}
          onChange={(event) => setSpeed(Number(event.currentTarget.value))}
        >
          {speeds.map((each) => (
            <option key={each} value={each}>
              {each}×
            </option>
          ))}
        </select>
        <label class="replay-waits">
          <input
            type="checkbox"
            checked={skipsWaits}
            onChange={(event) => setSkipsWaits(event.currentTarget.checked)}
          />
          Skip waits
        </label>
      </fieldset>
      {children(shown)}
    </>
  );
}
