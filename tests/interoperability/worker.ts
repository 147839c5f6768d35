/** The process inside the sandbox: starts one server after another and delivers to it, then ends. */
import { chmod, mkdir } from 'node:fs/promises';
import type { Service } from '../../client/request.ts';
import { findProgram } from '../../scenarios/senders/peers.ts';
import { addUsers } from '../../scenarios/senders/users.ts';
import { SANDBOX_FOLDER } from '../../simulator/live/sandbox.ts';
import { realServers } from '../../simulator/live/servers/enrolled.ts';
import type { RealServer, RunningServer, ServerAddress } from '../../simulator/live/servers/server.ts';
import { offersOf, runTrial, TRIAL_LIMIT_MS } from './bout.ts';
import type { ServerReport, TrialReport, WorkerMessage } from './report.ts';
import { DOMAIN, MAILBOXES, MESSAGE_LIMIT_BYTES, trials } from './trials.ts';

const [privilege, ...wanted] = process.argv.slice(2);
const PORTS: Readonly<Record<Service, number>> = { smtp: 25, lmtp: 24 };

interface Bout {
  readonly protocol: Service;
  readonly over: 'tcp' | 'unix';
}

/** LMTP servers listen on unix sockets too. */
const BOUTS: readonly Bout[] = [
  { protocol: 'smtp', over: 'tcp' },
  { protocol: 'lmtp', over: 'tcp' },
  { protocol: 'lmtp', over: 'unix' },
];

async function tryServer(
  server: RealServer,
  { protocol, over }: Bout,
  number: number,
): Promise<ServerReport> {
  const started = performance.now();
  const folder = `${SANDBOX_FOLDER}/server${number}`;
  await mkdir(folder);
  await chmod(folder, 0o755);
  const address = `192.0.2.${number}`;
  const listen: ServerAddress =
    over === 'unix' ? { path: `${folder}/socket` } : { address, port: PORTS[protocol] };
  const nexthop = nexthopOf(listen, protocol);
  const report = { server: server.name, version: server.version, protocol, over };
  const faults: string[] = [];
  const reports: TrialReport[] = [];
  let offers: readonly string[] = [];
  let startMs = 0;
  let running: RunningServer | undefined;
  try {
    running = await server.start({
      folder,
      protocol,
      listen,
      hostname: 'server.example.test',
      domain: DOMAIN,
      mailboxes: MAILBOXES,
      messageLimitBytes: MESSAGE_LIMIT_BYTES,
    });
    startMs = performance.now() - started;
    offers = await offersOf(protocol, nexthop);
    const opponent = {
      server: running,
      notification: server.notification,
      service: protocol,
      nexthop,
      offers: new Set(offers),
    };
    for (const [index, trial] of trials.entries()) {
      const result = await runTrial(trial, opponent, index);
      reports.push(result);
      if (result.deliveredMs > TRIAL_LIMIT_MS) break;
    }
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    await running?.stop();
  }
  return { ...report, offers, trials: reports, faults, startMs, wallMs: performance.now() - started };
}

function nexthopOf(listen: ServerAddress, protocol: Service): string {
  if ('path' in listen) return `unix:${listen.path}`;
  return `${protocol === 'lmtp' ? 'inet:' : ''}[${listen.address}]:${listen.port}`;
}

function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

const users = realServers.flatMap((enrolment) => enrolment.users);
if (privilege === 'full') await addUsers(SANDBOX_FOLDER, users);
let number = 0;
for (const enrolment of realServers) {
  if (wanted.length > 0 && !wanted.includes(enrolment.name)) continue;
  const server = await enrolment.find(findProgram);
  if (server === undefined || (enrolment.changesUsers && privilege !== 'full')) {
    const reason = server === undefined ? `not installed: ${enrolment.install}` : 'needs a sandbox of root';
    await tell({ type: 'absent', server: enrolment.name, reason });
    continue;
  }
  for (const bout of BOUTS.filter(({ protocol }) => server.protocols.includes(protocol))) {
    number += 1;
    await tell({ type: 'report', report: await tryServer(server, bout, number) });
  }
}
process.disconnect();
