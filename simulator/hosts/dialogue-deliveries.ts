/**
 * The messages a scripted host accepted, read from the record: a script does not parse commands, so the envelope is
 * taken from the command lines as they are. Lenient where a strict server would have refused.
 */
import type { Command, ContentView, Reply } from '../session-view.ts';
import type { Delivery, EsmtpParameters } from './host.ts';

interface Path {
  readonly address: string;
  readonly parameters: EsmtpParameters;
}

/** Deliveries of one connection, in order. */
export function deliveriesOf(commands: readonly Command[], connection: number): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  let sender: Path | undefined;
  let recipients: Path[] = [];
  for (const command of commands) {
    if (command.kind === 'content') {
      if (sender) deliveries.push(...delivered(command, sender, recipients, connection));
      sender = undefined;
      recipients = [];
      continue;
    }
    if (!isPositive(command.reply)) continue;
    if (command.verb === 'MAIL') {
      sender = pathOf(command.text);
      recipients = [];
    } else if (command.verb === 'RCPT') recipients.push(pathOf(command.text));
    else if (/^(?:RSET|EHLO|HELO|LHLO)$/.test(command.verb)) sender = undefined;
  }
  return deliveries;
}

function delivered(
  command: ContentView,
  sender: Path,
  recipients: readonly Path[],
  connection: number,
): Delivery[] {
  // LMTP answers for each recipient, SMTP once for all.
  const each = command.replies.length > 1;
  const accepted = recipients.filter((_, index) => isPositive(each ? command.replies[index] : command.reply));
  const last = command.replies.at(-1);
  if (accepted.length === 0 || !last || !command.complete) return [];
  return [
    {
      atMs: last.atMs,
      connection,
      sender: sender.address,
      mailParameters: sender.parameters,
      recipients: accepted.map(({ address }) => address),
      recipientParameters: accepted.map(({ parameters }) => parameters),
      content: command.content,
    },
  ];
}

function isPositive(reply: Reply | undefined): boolean {
  return reply !== undefined && reply.code >= 200 && reply.code < 300;
}

function pathOf(text: string): Path {
  const match = /<((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>(.*)$/s.exec(text);
  const quoted = /^"(.*)"(@[^@]*)$/s.exec(match?.[1] ?? '');
  const parameters: Record<string, string | true> = {};
  for (const parameter of (match?.[2] ?? '').split(' ').filter((word) => word !== '')) {
    const [keyword = '', ...value] = parameter.split('=');
    parameters[keyword.toUpperCase()] = value.length === 0 ? true : value.join('=');
  }
  return {
    address: quoted ? `${(quoted[1] ?? '').replace(/\\(.)/gs, '$1')}${quoted[2] ?? ''}` : (match?.[1] ?? ''),
    parameters,
  };
}
