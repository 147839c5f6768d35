/** Postfix: its smtp(8) and lmtp(8) under their own master(8), with every scenario's parameters. */
import { chmod, chown, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ACTIVE_QUEUE,
  encodeDeliveryRequest,
  type QueuedMessage,
  unknownTlsOption,
} from '../../client/postfix/delivery-request.ts';
import type { DeliveryRequest, Service } from '../../client/request.ts';
import { pauseBefore } from './pause.ts';
import { askAgent } from './postfix/agent.ts';
import { endProcess, transportOf } from './postfix/agent-process.ts';
import {
  obstacleToParameter,
  type Parameters,
  setupKey,
  THROTTLE_MS,
  transportNames,
} from './postfix/configuration.ts';
import { findInstallation, type Installation } from './postfix/installation.ts';
import { Instance, InstanceError } from './postfix/instance.ts';
import { isFatal, type MailLogLine } from './postfix/mail-log.ts';
import { queueFile } from './postfix/queue-file.ts';
import { Watch } from './postfix/watch.ts';
import { type QueueSettings, requestsOf } from './requests.ts';
import type {
  Enrolment,
  Sender,
  SenderEnvironment,
  SenderReport,
  SenderSurroundings,
  Submission,
} from './sender.ts';

export const postfix: Enrolment = {
  name: 'postfix',
  install: 'npm run peers',
  async find() {
    const installation = await findInstallation();
    return installation === undefined ? undefined : new PostfixSender(installation);
  },
};

/** Of a queue file that is for nobody but the postmaster. */
const SET_ASIDE_MODE = 0o400;

class PostfixSender implements Sender {
  readonly name = 'postfix';
  readonly version: string;
  readonly worlds = ['live'] as const;
  readonly claims = new Set(['postfix', 'config', 'lmtp', 'exchangers'] as const);
  readonly #installation: Installation;
  /** Index of each setup. */
  readonly #setups = new Map<string, number>();
  /** When a transport whose agent died can be used again. */
  readonly #aliveAtMs = new Map<string, number>();
  #instance: Instance | undefined;
  #watch: Watch | undefined;
  #messages = 0;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.version = installation.version;
  }

  cannot(submissions: readonly Submission[], config: Parameters): string | undefined {
    for (const submission of submissions) {
      const unknown = unknownTlsOption(submission, this.#installation.release);
      if (unknown !== undefined) return `Postfix ${this.version} does not know ${unknown}`;
    }
    for (const [name, value] of Object.entries(config)) {
      const obstacle = obstacleToParameter(name, value, this.#installation.parameters);
      if (obstacle !== undefined) return `Postfix ${this.version}: ${obstacle}`;
    }
    return undefined;
  }

  async start({ folder, hostname, setups, privilege }: SenderSurroundings): Promise<void> {
    if (privilege === 'single-user') {
      throw new InstanceError(
        'Postfix changes to a user of its own: run as root, or get subordinate ids (/etc/subuid)',
      );
    }
    const possible = setups.filter(({ config }) => this.cannot([], config) === undefined);
    for (const [index, setup] of possible.entries()) this.#setups.set(setupKey(setup), index);
    this.#instance = await Instance.start(
      this.#installation,
      { folder, hostname, setups: possible },
      {
        onLogLine: (line) => this.#onLogLine(line),
        onRecord: (record) => this.#watch?.onRecord(record) ?? true,
        onNotice: (notice) => this.#watch?.onNotice(notice),
        onFlushAdd: (add) => this.#watch?.onFlushAdd(add) ?? true,
        onPassed: (passed) => this.#watch?.onPassed(passed),
      },
    );
  }

  async stop(): Promise<void> {
    await this.#instance?.stop();
  }

  async send(submissions: readonly Submission[], environment: SenderEnvironment): Promise<SenderReport> {
    const reports: SenderReport[] = [];
    for (const submission of submissions) {
      await pauseBefore(submission, environment);
      if (environment.signal.aborted) break;
      reports.push(await this.#deliver(submission, environment));
    }
    return joined(reports);
  }

  async #deliver(submission: Submission, environment: SenderEnvironment): Promise<SenderReport> {
    const instance = this.#instance;
    const index = this.#setups.get(setupKey(environment));
    if (instance === undefined || index === undefined) {
      throw new InstanceError('Postfix was not started with the parameters of this scenario');
    }
    if (instance.ended !== undefined) throw new InstanceError(instance.ended);
    const transport = this.#choose(transportNames(submission.service, index));
    // Never used twice: what is still heard of a message that was given up belongs to nobody.
    this.#messages += 1;
    const queueId = `${this.#messages.toString(16).toUpperCase().padStart(6, '0')}F`;
    const file = queueFile(submission.content, submission.corrupt);
    const queued = { queueId, offset: file.offset };
    const path = join(instance.folders.queue, ACTIVE_QUEUE, queueId);
    await writeFile(path, file.bytes);
    await chown(path, instance.owner, 0);
    await chmod(path, 0o700);
    const watch = new Watch(transport, submission, { queueId, downServices: environment.downServices });
    this.#watch = watch;
    try {
      const requests = requestsOf(
        submission,
        queueSettings(submission.service, environment.config),
        environment.platform.clock.now(),
      );
      for (const request of requests) {
        if (environment.signal.aborted) break;
        await this.#ask(instance, transport, { request, queued, watch }, environment.signal);
      }
      const { mode } = await stat(path);
      const isSetAside = (mode & 0o777) === SET_ASIDE_MODE;
      return { ...watch.report(), setAside: isSetAside ? 1 : 0 };
    } finally {
      this.#watch = undefined;
      await unlink(path);
    }
  }

  async #ask(
    instance: Instance,
    transport: string,
    { request, queued, watch }: { request: DeliveryRequest; queued: QueuedMessage; watch: Watch },
    signal: AbortSignal,
  ): Promise<void> {
    const socket = join(instance.folders.queue, 'private', transport);
    const encoded = encodeDeliveryRequest(request, queued, this.#installation.release);
    const answer = await askAgent(socket, encoded, AbortSignal.any([signal, watch.stillborn]));
    await instance.logged(signal);
    if (answer.is === 'done') {
      if (answer.suspension !== undefined) watch.onSuspension(answer.suspension);
      return;
    }
    if (signal.aborted) return;
    watch.onDeath(request.recipients);
    this.#aliveAtMs.set(transport, performance.now() + THROTTLE_MS);
  }

  /** One whose agent is alive, or will be soonest. */
  #choose(transports: readonly string[]): string {
    const nowMs = performance.now();
    const aliveAt = (transport: string) => Math.max(this.#aliveAtMs.get(transport) ?? 0, nowMs);
    return transports.reduce((best, other) => (aliveAt(other) < aliveAt(best) ? other : best));
  }

  #onLogLine(line: MailLogLine): void {
    if (!isFatal(line.text)) {
      this.#watch?.onLogLine(line);
      return;
    }
    const transport = transportOf(line.processId);
    if (transport !== undefined) this.#watch?.onFatal(transport, line);
    // It would only sleep for a second before it ends.
    endProcess(line.processId);
  }
}

/** We are the queue manager; a value that cannot be read leaves the default of all transports. */
function queueSettings(service: Service, config: Readonly<Record<string, string>>): QueueSettings {
  const limit = Number(
    config[`${service}_destination_recipient_limit`] ??
      config.default_destination_recipient_limit ??
      DEFAULT_RECIPIENT_LIMIT,
  );
  return {
    relayhost: config.relayhost ?? '',
    smtp_destination_recipient_limit: Number.isInteger(limit) ? limit : DEFAULT_RECIPIENT_LIMIT,
  };
}

const DEFAULT_RECIPIENT_LIMIT = 50;

/** One report of what each message has its own of. */
function joined(reports: readonly SenderReport[]): SenderReport {
  return {
    outcomes: reports.flatMap(({ outcomes }) => outcomes),
    log: reports.flatMap(({ log }) => log),
    suspensions: reports.flatMap(({ suspensions = [] }) => suspensions),
    records: reports.flatMap(({ records = [] }) => records),
    flushAdds: reports.flatMap(({ flushAdds = [] }) => flushAdds),
    notices: reports.flatMap(({ notices = [] }) => notices),
    setAside: reports.reduce((sum, { setAside = 0 }) => sum + setAside, 0),
  };
}
