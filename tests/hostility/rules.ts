/**
 * What must hold whatever a server does, checked from the client's own events while they come: no command after a
 * reply that forbids it, no content for nobody, nothing reported as sent without a 2xx for it, texts of bounded size.
 *
 * Replies belong to commands in order; the events say nothing more of it, so this is an account of its own.
 */
import type { ClientEvent } from '../../client/events.ts';
import type { Service } from '../../client/request.ts';

interface Awaited {
  readonly what:
    | 'greeting'
    | 'EHLO'
    | 'HELO'
    | 'LHLO'
    | 'XFORWARD'
    | 'MAIL'
    | 'RCPT'
    | 'DATA'
    | 'dot'
    | 'RSET'
    | 'QUIT';
  readonly address?: string;
}

interface SessionAccount {
  awaited: Awaited[];
  /** The server would not talk: only QUIT is left. */
  refused: boolean;
  mailRefused: boolean;
  dataAccepted: boolean;
  pendingRecipients: number;
  accepted: string[];
  quit: boolean;
  reset: boolean;
}

/** What may follow RSET: the farewell, the question whether the connection lives, the next message. */
const AFTER_RESET: ReadonlySet<string> = new Set(['QUIT', 'RSET', 'XFORWARD', 'MAIL']);

/** More text than this of one reply or reason is more than a server may make us keep. */
const TEXT_LIMIT_CHARACTERS = 6_000;

export class Rules {
  readonly broken: string[] = [];
  /** Addresses with a 2xx for their message, each as often as it got one. */
  readonly accepted: string[] = [];
  /** Replies that were read. */
  replies = 0;
  readonly #service: Service;
  readonly #probe: boolean;
  readonly #sessions = new Map<string, SessionAccount>();

  constructor(service: Service, probe: boolean) {
    this.#service = service;
    this.#probe = probe;
  }

  /** Sessions that were opened. */
  get sessions(): number {
    return this.#sessions.size;
  }

  readonly observe = (event: ClientEvent): void => {
    switch (event.type) {
      case 'connected':
        this.#sessions.set(event.session, {
          awaited: [{ what: 'greeting' }],
          ...{ refused: false, mailRefused: false, dataAccepted: false, pendingRecipients: 0 },
          ...{ accepted: [], quit: false, reset: false },
        });
        break;
      case 'command':
        this.#command(this.#account(event.session), event.line);
        break;
      case 'reply':
        this.replies += 1;
        this.#bounded('a reply', event.text);
        this.#reply(this.#account(event.session), event.code);
        break;
      case 'content':
        this.#content(this.#account(event.session), event.bytes);
        break;
      case 'log':
        this.#bounded('a log line', event.text);
        break;
      case 'outcome': {
        const { outcome } = event;
        this.#bounded('a reason', outcome.reason);
        if (outcome.status !== 'sent' || this.#probe) break;
        const { address } = outcome.recipient;
        if (!this.accepted.includes(address)) this.#broke(`${address} was reported as sent without a 2xx`);
        break;
      }
      default:
    }
  };

  #command(account: SessionAccount, line: string): void {
    const verb = line.split(' ', 1)[0] ?? '';
    if (account.quit) this.#broke(`${verb} after QUIT`);
    if (account.refused && verb !== 'QUIT') this.#broke(`${verb} to a server that refused to talk`);
    if (account.reset && !AFTER_RESET.has(verb)) this.#broke(`${verb} after RSET`);
    switch (verb) {
      case 'RCPT':
        if (account.mailRefused) this.#broke('RCPT after MAIL was refused');
        account.pendingRecipients += 1;
        account.awaited.push({ what: 'RCPT', address: /<(.*)>/.exec(line)?.[1] ?? '' });
        return;
      case 'DATA':
        if (account.mailRefused) this.#broke('DATA after MAIL was refused');
        if (account.pendingRecipients === 0 && account.accepted.length === 0)
          this.#broke('DATA after all recipients were refused');
        break;
      case 'QUIT':
        account.quit = true;
        break;
      case 'RSET':
        account.reset = true;
        break;
      case 'MAIL':
        account.reset = false;
        account.mailRefused = false;
        account.dataAccepted = false;
        account.accepted = [];
        break;
      case 'EHLO':
      case 'HELO':
      case 'LHLO':
      case 'XFORWARD':
        break;
      default:
        this.#broke(`an unknown command: ${line}`);
        return;
    }
    account.awaited.push({ what: verb });
  }

  #reply(account: SessionAccount, code: number): void {
    const awaited = account.awaited.shift();
    if (awaited === undefined) {
      this.#broke(`reply ${code} to nothing`);
      return;
    }
    const good = Math.floor(code / 100) === 2;
    switch (awaited.what) {
      case 'greeting':
      case 'HELO':
      case 'LHLO':
        account.refused = !good;
        break;
      case 'EHLO':
        account.refused = code === 421;
        break;
      case 'MAIL':
        account.mailRefused = !good;
        break;
      case 'RCPT':
        account.pendingRecipients -= 1;
        if (good && !account.mailRefused) account.accepted.push(awaited.address ?? '');
        break;
      case 'DATA':
        account.dataAccepted = Math.floor(code / 100) === 3;
        if (account.dataAccepted) this.#awaitDot(account);
        break;
      case 'dot':
        if (good)
          this.accepted.push(...(awaited.address === undefined ? account.accepted : [awaited.address]));
        break;
      default:
    }
  }

  /** The final dot, which is no command, comes next: before anything else that is sent. */
  #awaitDot({ awaited, accepted }: SessionAccount): void {
    const perRecipient = this.#service === 'lmtp' && accepted.length > 0;
    const dots: Awaited[] = perRecipient
      ? accepted.map((address) => ({ what: 'dot', address }))
      : [{ what: 'dot' }];
    awaited.push(...dots);
  }

  #content(account: SessionAccount, bytes: number): void {
    if (bytes === 0) return;
    if (account.mailRefused) this.#broke('content after MAIL was refused');
    if (account.accepted.length === 0) this.#broke('content for nobody');
    if (!account.dataAccepted) this.#broke('content without a 3xx to DATA');
    if (this.#probe) this.#broke('content of a probe');
  }

  #account(session: string): SessionAccount {
    const account = this.#sessions.get(session);
    if (account === undefined) throw new Error(`an event of the unknown session ${session}`);
    return account;
  }

  #bounded(what: string, text: string): void {
    if (text.length > TEXT_LIMIT_CHARACTERS) this.#broke(`${what} of ${text.length} characters`);
  }

  #broke(rule: string): void {
    this.broken.push(rule);
  }
}
