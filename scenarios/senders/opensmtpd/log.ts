/** What OpenSMTPD's log says about recipients and connections. */
import type { OutcomeStatus } from '../../../client/request.ts';
import type { RecipientOutcome } from '../sender.ts';

const STATUS: Readonly<Record<string, OutcomeStatus>> = {
  Ok: 'sent',
  TempFail: 'deferred',
  PermFail: 'bounced',
};

export interface LoggedDelivery {
  /** The message id: the first eight digits of the envelope's. */
  readonly message: string;
  readonly outcome: RecipientOutcome;
}

/** A line about the fate of one recipient: `... mta delivery evpid=... to=<...> ... result="Ok" stat="250 ..."`. */
export function deliveryIn(line: string): LoggedDelivery | undefined {
  const [, message, address, attributes = ''] =
    / mta delivery evpid=([0-9a-f]{8})[0-9a-f]* from=<.*?> to=<(.*?)> (.*)$/.exec(line) ?? [];
  if (message === undefined || address === undefined) return undefined;
  const status = STATUS[attributeIn(attributes, 'result') ?? ''];
  if (status === undefined) return undefined;
  const stat = attributeIn(attributes, 'stat') ?? '';
  return {
    message,
    outcome: {
      address,
      status,
      ...(status === 'sent' ? {} : { reason: stat }),
      ...(/^[245]\d\d[ -]/.test(stat) ? { reply: stat } : {}),
    },
  };
}

function attributeIn(text: string, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}="(.*?)"(?= [a-z]+=|$)`).exec(text)?.[1];
}

/** Whether a line begins or ends a connection to a server, with the session's id. */
export function connectionIn(line: string): { readonly session: string; readonly open: boolean } | undefined {
  const [, session, event] = /([0-9a-f]{16}) mta (connecting|disconnected|error)\b/.exec(line) ?? [];
  return session === undefined ? undefined : { session, open: event === 'connecting' };
}
