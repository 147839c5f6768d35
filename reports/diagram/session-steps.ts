/** The lines of one session as steps: a reply of many lines is one, and what is no line becomes what it was. */
import type { SessionLine, StoredSession } from '../../scenarios/results.ts';
import { client, type Step } from './model.ts';

export function sessionSteps(session: StoredSession, position: number, host: string): Step[] {
  const where = session.port === 0 ? session.address : `[${session.address}]:${session.port}`;
  const opened: Step = {
    id: `s${position}`,
    kind: 'connect',
    atMs: session.openedAtMs,
    from: client,
    to: host,
    label: `connects to ${where}`,
    lines: [`connects to ${where}: session ${position + 1}`],
    session: position,
  };
  const contents = [...(session.contents ?? [])];
  const steps = repliesTogether(session.lines).map((group) => {
    const step = stepOf(group, position, host);
    const content = step.kind === 'content' ? contents.shift() : undefined;
    if (content === undefined) return step;
    const rest = content.complete ? [] : ['…'];
    return { ...step, lines: [...step.lines, ...content.lines, ...rest] };
  });
  return [opened, ...steps];
}

interface Group {
  readonly at: number;
  readonly lines: SessionLine[];
}

/** RFC 5321 section 4.2: a hyphen behind the code says that the reply goes on. */
function repliesTogether(lines: readonly SessionLine[]): Group[] {
  const groups: Group[] = [];
  for (const [at, line] of lines.entries()) {
    const last = groups.at(-1);
    const before = last?.lines.at(-1);
    const goesOn = line.from === 'S' && before?.from === 'S' && /^\d{3}-/.test(before.text);
    if (last !== undefined && goesOn) last.lines.push(line);
    else groups.push({ at, lines: [line] });
  }
  return groups;
}

function stepOf({ at, lines }: Group, session: number, host: string): Step {
  const [first] = lines;
  const { atMs = 0, from = '!', text = '', repeated = 1 } = first ?? {};
  const placed = { id: `s${session}.${at}`, atMs, session, at: { line: at, count: lines.length } };
  const texts = lines.map((line) => line.text + times(line.repeated));
  if (from === 'C') {
    const kind = /^<content, \d+ bytes>$/.test(text) ? 'content' : 'command';
    return { ...placed, kind, from: client, to: host, label: text + times(repeated), lines: texts };
  }
  if (from === 'S') {
    const more = lines.length > 1 ? ` (${lines.length} lines)` : '';
    const last = lines.at(-1)?.text ?? text;
    const label = lines.length > 1 ? `${text}${more}` : `${last}${times(repeated)}`;
    return { ...placed, kind: 'reply', from: host, to: client, label, lines: texts };
  }
  return { ...placed, ...eventOf(text, host), lines: texts };
}

function times(number: number | undefined): string {
  return number === undefined || number === 1 ? '' : ` × ${number}`;
}

/** `server: close`, `client: {TLS sni=a.test}`, `server: delay 300000 ms`. */
function eventOf(text: string, host: string): Pick<Step, 'kind' | 'from' | 'to' | 'label'> {
  const [, side = 'server', what = text] = /^(client|server): (.*)$/s.exec(text) ?? [];
  const own = side === 'client' ? client : host;
  const other = side === 'client' ? host : client;
  const [, sni] = /^\{TLS(?: (.*))?\}$/.exec(what) ?? [];
  if (what.startsWith('{TLS')) {
    return {
      kind: 'tls',
      from: client,
      to: host,
      label: sni === undefined ? 'TLS begins' : `TLS begins, ${sni}`,
    };
  }
  if (what === 'close' || what === 'halfClose')
    return { kind: 'close', from: own, to: other, label: what === 'close' ? 'closes' : 'closes its half' };
  if (what === 'reset') return { kind: 'fault', from: own, to: other, label: 'resets the connection' };
  return { kind: 'fault', from: own, to: own, label: what };
}
