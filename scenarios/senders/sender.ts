/**
 * What it takes to be put to the test: the contract of an enrolled sender.
 *
 * A sender is told what to send and in which surroundings; it reports what became of every recipient, and its log
 * where it keeps one. What it did on the wire is not asked of it: the simulated hosts saw that.
 * What it does not claim it is not asked for: a scenario that needs it is `unsupported`.
 */
import type { Message } from '../../client/content/message.ts';
import type { Explanation } from '../../client/decision.ts';
import type { ClientEvent } from '../../client/events.ts';
import type { Notice } from '../../client/outcome/notices.ts';
import type { StatusRecord, StatusService } from '../../client/outcome/status-services.ts';
import type { Platform } from '../../client/platform/platform.ts';
import type {
  Notify,
  OtherTransport,
  OutcomeStatus,
  Reuse,
  Service,
  Submitter,
} from '../../client/request.ts';

export type WorldKind = 'virtual' | 'live';

/**
 * What a sender claims, and is judged by:
 * - `postfix`: behaves as Postfix does where no RFC decides (status codes, reasons, log lines, order, defaults);
 * - `config`: understands Postfix parameters;
 * - `lmtp`: speaks LMTP;
 * - `exchangers`: finds the mail exchangers of a domain itself, so that no next hop has to be named.
 */
export type Claim = 'postfix' | 'config' | 'lmtp' | 'exchangers';

export interface Sender {
  readonly name: string;
  readonly version: string;
  readonly worlds: readonly WorldKind[];
  readonly claims: ReadonlySet<Claim>;
  /** Why it cannot do what a scenario asks for, in one line; undefined when it can. */
  cannot?(submissions: readonly Submission[], config: Readonly<Record<string, string>>): string | undefined;
  /** Starts its daemons, once in each sandbox and before the first `send`; a rejection makes it `inconclusive`. */
  start?(surroundings: SenderSurroundings): Promise<void>;
  /** Sends all submissions and waits until every recipient has its outcome, or `environment.signal` aborts. */
  send(submissions: readonly Submission[], environment: SenderEnvironment): Promise<SenderReport>;
  /** Ends its daemons. What it leaves behind is ended with the sandbox. */
  stop?(): Promise<void>;
}

/** What `send` rejects with when only then it turns out that the sender cannot do what a scenario asks for. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** What stands around a sender in the live world, all scenarios long. */
export interface SenderSurroundings {
  /** A folder of its own, empty and in memory, gone with the sandbox. */
  readonly folder: string;
  readonly hostname: string;
  /** Every setup that scenarios will ask for, without repeats; the empty one is among them. */
  readonly setups: readonly WantedSetup[];
  /** Whether programs may change to users of their own. */
  readonly privilege: 'full' | 'single-user';
}

/** How a delivery service is run. */
export interface ServiceSetup {
  /** Parameters of the scenario and of the command line, by name. */
  readonly config: Readonly<Record<string, string>>;
  /** Such as `DOR`: lines that it puts in front of every message (delivery reference 1.6); '' for none. */
  readonly flags: string;
}

/** A setup, and the services that are run so. */
export interface WantedSetup extends ServiceSetup {
  readonly services: ReadonlySet<Service>;
}

/** How a sender that is not part of Nexthop is found. */
export interface Enrolment {
  readonly name: string;
  /** The command that installs it, for the line that says it is skipped. */
  readonly install: string;
  /** The sender as it is installed here, or undefined. */
  find(): Promise<Sender | undefined>;
}

export interface SenderEnvironment extends ServiceSetup {
  readonly world: WorldKind;
  readonly platform: Platform;
  /** The scripted name server, as a numeric address and port. */
  readonly nameServer: { readonly address: string; readonly port: number };
  /** The sender's own host name, which the scenario's DNS knows. */
  readonly hostname: string;
  /** Services that keep no records, or take no mail, while the scenario runs. */
  readonly downServices: ReadonlySet<ScenarioService>;
  readonly signal: AbortSignal;
  /** Takes what the sender can tell while it works; those who can tell nothing need not call it. */
  readonly emit: (event: ClientEvent) => void;
}

/** One message handed to the sender. Addresses are in internal form. */
export interface Submission {
  readonly queueId: string;
  readonly service: Service;
  /** Where to deliver; absent, the sender finds it from each recipient's domain. */
  readonly nexthop: string | undefined;
  readonly from: string;
  readonly recipients: readonly SubmittedRecipient[];
  /** The message as it stands, for senders that take bytes. */
  readonly content: Uint8Array;
  /** The same, as our client reads it. */
  readonly message: Message;
  /** A record of BAD_RECORD_TYPE stands where its content ends. */
  readonly corrupt: boolean;
  /** How long it counts as queued when the delivery starts. */
  readonly ageMs: number;
  readonly smtputf8: boolean;
  readonly requireTls: boolean;
  readonly envelopeId: string | undefined;
  readonly returnContent: 'full' | 'headers' | undefined;
  readonly probe: boolean | 'user';
  readonly traceAll: boolean;
  readonly traceDelayed: boolean;
  readonly submitter: Submitter | undefined;
  readonly reuse: Reuse | undefined;
  /** How long to wait before it is handed over, counted from the end of the message before it. */
  readonly afterMs: number;
}

/** Type of a record that has no place in the content of a message. */
export const BAD_RECORD_TYPE = 'Z';

export interface SubmittedRecipient {
  readonly address: string;
  readonly originalAddress?: string;
  readonly dsnOriginalRecipient?: string;
  readonly notify?: readonly Notify[];
}

export interface SenderReport {
  readonly outcomes: readonly RecipientOutcome[];
  readonly log: readonly LogLine[];
  /** Why destinations are to be left alone for a while, as the queue manager was told; absent when nobody tells. */
  readonly suspensions?: readonly string[];
  /** Messages that were set aside, since they cannot be read; absent when nobody tells. */
  readonly setAside?: number;
  /** What the status services keep of outcomes, in the order in which it came; absent when nobody tells. */
  readonly records?: readonly KeptRecord[];
  /** Mail that waits, as flush(8) was told; absent when nobody tells. */
  readonly flushAdds?: readonly FlushAdd[];
  /** Mail to the postmaster; absent when nobody tells. */
  readonly notices?: readonly Notice[];
  /** What was decided, and why; absent when nobody tells. */
  readonly decisions?: readonly ToldDecision[];
  /** Connections that did not come about; absent when nobody tells. */
  readonly failedConnections?: readonly FailedConnection[];
}

/** In the time of the world. */
export interface ToldDecision extends Explanation {
  readonly atMs: number;
  /** The connection it is about: which of those to this place, counted from 0. */
  readonly connection?: { readonly address: string; readonly port: number; readonly position: number };
}

export interface FailedConnection {
  readonly atMs: number;
  readonly endedAtMs: number;
  readonly host: string;
  readonly address: string;
  /** 0 for a unix socket. */
  readonly port: number;
  readonly reason: string;
}

/**
 * What a scenario can take down: a status service; `cleanup`, which takes mail of the client's own; or `flush`, which
 * hears of mail that waits.
 */
export type ScenarioService = StatusService | 'cleanup' | 'flush';

export interface FlushAdd {
  readonly domain: string;
  readonly queueId: string;
}

/** A record, and the service that keeps it. Of `verify` only address, action and reason are known. */
export interface KeptRecord extends StatusRecord {
  readonly service: StatusService;
}

/** What became of one recipient, as far as the sender tells. */
export interface RecipientOutcome {
  readonly address: string;
  readonly status: OutcomeStatus;
  readonly dsn?: string;
  /** In Postfix's form: `host[address]:port`, or `none`. */
  readonly relay?: string;
  readonly reason?: string;
  /** The server's reply that decided it. */
  readonly reply?: string;
  /** Which transport gets it instead, and for what destination, when it was passed on. */
  readonly passedTo?: OtherTransport;
  /** It was an address probe: `sent` means deliverable, and no message went out. */
  readonly probe?: boolean;
}

export interface LogLine {
  readonly level: 'info' | 'warning';
  readonly text: string;
}
