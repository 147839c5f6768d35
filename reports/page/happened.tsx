/** Everything that happened in a scenario: its diagram, what was decided, and the dialogues, with one selection for all. */
import { useMemo, useState } from 'preact/hooks';
import type { Result } from '../../scenarios/results.ts';
import { diagramOf } from '../diagram/diagram.ts';
import type { Step } from '../diagram/model.ts';
import { plural } from '../format.ts';
import { Decisions } from './decisions.tsx';
import { Dialogue } from './dialogue.tsx';
import { LeftOut } from './evidence.tsx';
import { Section } from './parts.tsx';
import { Sequence } from './sequence.tsx';
import { StepDetails } from './step-details.tsx';
import './happened.css';

export function Happened({ result }: { readonly result: Result }) {
  const diagram = useMemo(() => diagramOf(result), [result]);
  const byId = useMemo(() => new Map(diagram.steps.map((step) => [step.id, step])), [diagram]);
  const ofLine = useMemo(() => stepsByLine(diagram.steps), [diagram]);
  const [selected, setSelected] = useState<string>();
  /** What the pointer or the focus is on, while nothing is selected or something else is. */
  const [looked, setLooked] = useState<string>();
  const step = byId.get(looked ?? selected ?? '');
  const chosen = byId.get(selected ?? '');
  // Drawn again when something is selected, and not for each step that the pointer passes.
  const sequence = useMemo(
    () => <Sequence diagram={diagram} selected={selected} onSelect={setSelected} onLook={setLooked} />,
    [diagram, selected],
  );
  const decisions = useMemo(
    () => <Decisions result={result} selected={selected} onSelect={setSelected} />,
    [result, selected],
  );
  const dialogues = useMemo(() => {
    const show = (id: string) => {
      setSelected(id);
      document.getElementById('sequence')?.scrollIntoView({ block: 'nearest' });
    };
    return result.sessions.map((session, position) => (
      <Dialogue
        key={position}
        session={session}
        number={position + 1}
        selected={chosen?.session === position ? chosen.at : undefined}
        onSelect={(line) => {
          const found = ofLine.get(`${position}.${line}`);
          if (found !== undefined) show(found.id);
        }}
      />
    ));
  }, [result, chosen, ofLine]);
  return (
    <>
      <Section title="Sequence" note={plural(diagram.steps.length, 'step')}>
        {diagram.steps.length === 0 ? <p class="empty">Nothing has happened.</p> : null}
        <div class="happened" id="sequence" hidden={diagram.steps.length === 0}>
          {sequence}
          <div class="beside">
            <StepDetails step={step} diagram={diagram} isSelected={step !== undefined && step === chosen} />
            {decisions}
          </div>
        </div>
        <LeftOut omitted={result.omitted} member="queries" noun="lookup" />
        <LeftOut omitted={result.omitted} member="attempts" noun="connection in vain" />
        <LeftOut omitted={result.omitted} member="questions" noun="question to a table server" />
      </Section>
      <Section title="Dialogue" note={plural(result.sessions.length, 'session')}>
        {result.sessions.length === 0 ? <p class="empty">No session was opened.</p> : null}
        {dialogues}
        <LeftOut omitted={result.omitted} member="lines" noun="line" />
        <LeftOut omitted={result.omitted} member="sessions" noun="session" />
      </Section>
    </>
  );
}

function stepsByLine(steps: readonly Step[]): ReadonlyMap<string, Step> {
  const found = new Map<string, Step>();
  for (const step of steps) {
    if (step.session === undefined || step.at === undefined) continue;
    for (let line = 0; line < step.at.count; line += 1)
      found.set(`${step.session}.${step.at.line + line}`, step);
  }
  return found;
}
