/** Writes docs/parameters.md from the register: `npm run docs`. A test holds the page against the register. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Entry, entries } from '../client/config/entries.ts';
import type { Group } from '../client/config/parameter.ts';

export const PAGE = join(import.meta.dirname, '..', 'docs', 'parameters.md');

const titles: Readonly<Record<Group, string>> = {
  general: 'This host and its domains',
  dns: 'Looking up hosts',
  connect: 'Connections',
  cache: 'Connections that are kept',
  ehlo: 'Greeting and EHLO',
  envelope: 'Envelope',
  content: 'Message content',
  i18n: 'Internationalized mail',
  timeouts: 'Time limits',
  trouble: 'Trouble',
  logging: 'Logging',
  tls: 'TLS',
  sasl: 'Authentication',
  limits: 'Limits',
  services: 'Services',
  obsolete: 'Obsolete names',
};

const INTRODUCTION = `# Parameters

Every parameter of Postfix's smtp(8) and lmtp(8), as of Postfix 3.12: what the client does with it, its default before
\`$name\` is expanded, and the release that introduced it. They are set in main.cf (\`--main-cf\`), for one service in
master.cf (\`--master-cf\`, \`--service\`), or with \`-o name=value\`; \`nexthop config\` shows and checks what is set. The
lmtp service reads the name in the second line of a cell where there is one.

This page is made from the register in \`client/config/register/\` by \`npm run docs\`.
`;

export function parametersPage(): string {
  const twins = new Map(
    entries.flatMap((entry) => (entry.twinOf === undefined ? [] : [[entry.twinOf, entry] as const])),
  );
  const own = entries.filter(({ twinOf }) => twinOf === undefined);
  const effective = Map.groupBy(
    own.filter(({ noEffect }) => noEffect === undefined),
    ({ group }) => group,
  );
  const without = own.filter(({ noEffect }) => noEffect !== undefined);
  const sections = Object.entries(titles).flatMap(([group, title]) => {
    const rows = effective.get(group as Group);
    return rows === undefined ? [] : [section(title, rows, twins)];
  });
  return [INTRODUCTION, ...sections, withoutEffect(without, twins)].join('\n');
}

type Twins = ReadonlyMap<string, Entry>;

function section(title: string, rows: readonly Entry[], twins: Twins): string {
  const lines = rows.map(
    (entry) =>
      `| ${names(entry, twins)} | ${defaults(entry, twins)} | ${entry.since} | ${cell(entry.meaning)} |`,
  );
  return `## ${title}\n\n| Name | Default | Since | Meaning |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function withoutEffect(rows: readonly Entry[], twins: Twins): string {
  const lines = rows.map(
    (entry) => `| ${names(entry, twins)} | ${cell(entry.meaning)} | ${cell(entry.noEffect ?? '')} |`,
  );
  return `## Without effect\n\nAccepted and checked; they mean nothing to a delivery by this client.\n\n| Name | Meaning | Why |\n|---|---|---|\n${lines.join('\n')}\n`;
}

function names({ name }: Entry, twins: Twins): string {
  const twin = twins.get(name);
  return [name, ...(twin === undefined ? [] : [twin.name])].map(code).join('<br>');
}

function defaults({ name, default: text }: Entry, twins: Twins): string {
  if (name === 'myhostname' || name === 'mydomain') return "from the system's host name";
  const twin = twins.get(name);
  const differs = twin !== undefined && twin.default !== text;
  return [text, ...(differs ? [twin.default] : [])].map(code).join('<br>');
}

function code(text: string): string {
  return text === '' ? 'empty' : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) {
  await mkdir(dirname(PAGE), { recursive: true });
  await writeFile(PAGE, parametersPage());
}
