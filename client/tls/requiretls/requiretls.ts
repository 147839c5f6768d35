/**
 * What a request for REQUIRETLS (RFC 8689) means at each point of a delivery where it may end (security reference
 * 17.2). Its own failures bounce the message only when no other server is left.
 */
import type { Failure } from '../../outcome/failure.ts';
import { oneLine, type Reply } from '../../reply.ts';
import type { FeatureStatus } from '../feature-status.ts';
import { mustMatch, type TlsLevel } from '../level.ts';
import type { TlsPolicyFailure } from '../policy/policy.ts';
import type { RequireTlsAction } from './requiretls-policy.ts';

export interface RequireTlsContext {
  /** `disable` too when nobody asked. */
  readonly action: RequireTlsAction;
  readonly status: FeatureStatus;
  /** A line for the log about the request. */
  readonly note: (text: string) => void;
}

/** For the servers of one next hop; `server` is `host[address]`. */
export class RequireTls {
  readonly #action: RequireTlsAction;
  readonly #context: RequireTlsContext;

  constructor(context: RequireTlsContext) {
    this.#action = context.action;
    this.#context = context;
  }

  /** It is asked for and no policy lifts it: MAIL carries the keyword where the server knows it. */
  get isWanted(): boolean {
    return this.#action !== 'disable';
  }

  /** The message never goes in the clear, and no failure of TLS makes it. */
  get needsTls(): boolean {
    return this.#action === 'enforce' || this.#action === 'opportunistic+starttls';
  }

  /** For keys of kept connections: those of another demand are for other messages. */
  get action(): RequireTlsAction {
    return this.#action;
  }

  /** A server whose level cannot give what is demanded is not connected to. */
  beforeConnecting(level: TlsLevel, host: string): TlsPolicyFailure | undefined {
    const { status, note } = this.#context;
    const last = `The last attempted server was ${host}`;
    const disables = (what: string) =>
      `${ASKED}, but my configured TLS security level '${level}' disables ${what}. ${last}`;
    if (this.#action === 'error')
      return { dsn: '4.7.10', reason: `REQUIRETLS policy configuration error. ${last}` };
    if (!this.needsTls || mustMatch(level)) return undefined;
    if (this.#action === 'enforce') {
      status.requireTlsViolated('nocertmatch');
      return { dsn: '5.7.10', reason: disables('certificate matching') };
    }
    if (level === 'none') {
      status.requireTlsViolated('noencryption');
      return { dsn: '5.7.10', reason: disables('encryption') };
    }
    note(disables('certificate matching'));
    return undefined;
  }

  /** STARTTLS is not offered. Undefined leaves it to the level. */
  notOffered(server: string): Failure | undefined {
    if (!this.needsTls) return undefined;
    this.#context.status.requireTlsViolated('nostarttls');
    return failure('5.7.30', `TLS service was not offered by host ${server}`);
  }

  /** STARTTLS is refused, for now or for good. */
  refused(server: string, reply: Reply): Failure | undefined {
    if (!this.needsTls) return undefined;
    this.#context.status.requireTlsViolated('nostarttls');
    return failure('5.7.10', `host ${server} refused to start TLS: ${oneLine(reply.text)}`);
  }

  /** The session goes on in the clear. */
  inTheClear(): void {
    if (this.isWanted) this.#context.status.requireTlsMet('none');
  }

  /** The certificate is not what the level demands. */
  notMatched(server: string, trusted: boolean): Failure | undefined {
    const { status } = this.#context;
    if (this.#action === 'enforce') {
      status.requireTlsViolated('nocertmatch');
      const wanted = trusted ? 'matching' : 'trusted';
      return failure(
        '5.7.10',
        `no ${wanted} server certificate was found. The last attempted server was ${server}`,
      );
    }
    if (this.isWanted) status.requireTlsMet('nocertmatch');
    return undefined;
  }

  /** The server's last word on what it offers, inside TLS. */
  afterHello(server: string, announced: boolean, matched: boolean): Failure | undefined {
    const { status, note } = this.#context;
    if (!this.isWanted) return undefined;
    if (announced) {
      status.requireTlsMet(matched ? undefined : 'nocertmatch');
      return undefined;
    }
    if (this.#action === 'enforce') {
      status.requireTlsViolated('none');
      return failure(
        '5.7.30',
        `no server was found that supports REQUIRETLS. The last attempted server was ${server}`,
      );
    }
    status.requireTlsMet('none');
    note(`${ASKED}, but REQUIRETLS support was not offered by host ${server}`);
    return undefined;
  }
}

const ASKED = 'Sender requested REQUIRETLS';

/** Of the scope of what a server lacks: another one may have it. */
function failure(dsn: string, problem: string): Failure {
  return { scope: 'requirement', dsn, reason: `${ASKED}, but ${problem}` };
}
