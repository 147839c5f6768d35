/**
 * A scenario's world at loopback addresses, for any client on this machine: no sandbox, no privilege.
 *
 *     const served = await serveOnLoopback(description, { watch });
 *     served.nameServer; served.hosts; served.addresses; ...; await served.close();
 *
 * Each address of the description gets one of 127.0.0.0/8 in its place, the names lead there, and each port gets
 * another one, the same at all addresses: a client that is told the name server and the port finds everything else
 * by itself. Where the system has 127.0.0.1 only, each host is there at a port of its own, for clients to be told.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorldDescription } from '../world.ts';
import { retryWhenTaken, serveDns } from './dns.ts';
import { placeFiles } from './loopback-files.ts';
import { type LoopbackHost, LoopbackPlan, type LoopbackTable, NAME_SERVER_ADDRESS } from './loopback-plan.ts';
import { LiveHosts, type LiveWatch } from './world.ts';

export interface LoopbackOptions {
  readonly watch: LiveWatch;
  /** Port p is served as `portBase` + p, the name server's 53 too; any free ports when absent. */
  readonly portBase?: number;
  /** Whether all of 127.0.0.0/8 is this machine; found out when absent. */
  readonly manyAddresses?: boolean;
}

export interface LoopbackWorld {
  readonly nameServer: { readonly address: string; readonly port: number };
  readonly hosts: readonly LoopbackHost[];
  readonly tables: readonly LoopbackTable[];
  /** Address of the description to address that is served in its place. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The same of ports; of the first host's where each has its own. */
  readonly ports: ReadonlyMap<number, number>;
  /** The same of unix sockets. */
  readonly sockets: ReadonlyMap<string, string>;
  /** The same of files. */
  readonly files: ReadonlyMap<string, string>;
  /** What of the description cannot be had here, one line each. */
  readonly missing: readonly string[];
  problems(): readonly { readonly host: string; readonly text: string }[];
  close(): Promise<void>;
}

const DNS_PORT = 53;
const PORT_ATTEMPTS = 10;

/** Rejects with ListenError when a place is taken. */
export async function serveOnLoopback(
  description: WorldDescription,
  options: LoopbackOptions,
): Promise<LoopbackWorld> {
  const { portBase, watch } = options;
  const folder = await mkdtemp(join(tmpdir(), 'nexthop-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const files = await placeFiles(description.files ?? {}, folder);
    const manyAddresses = options.manyAddresses ?? (await canListen('127.0.0.2'));
    const { moved, hosts } = await retryWhenTaken(portBase === undefined ? PORT_ATTEMPTS : 1, async () => {
      const plan = new LoopbackPlan(description, { folder, manyAddresses });
      await plan.choosePorts(portBase);
      return { moved: plan, hosts: await LiveHosts.open(plan.description(), watch) };
    });
    try {
      const dns = await serveDns({
        address: NAME_SERVER_ADDRESS,
        port: portBase === undefined ? 0 : portBase + DNS_PORT,
        answer: (message, transport) => hosts.dns.server.answer(message, transport),
      });
      return {
        nameServer: { address: NAME_SERVER_ADDRESS, port: dns.port },
        hosts: moved.hosts(hosts.listening),
        tables: moved.tables(),
        addresses: moved.addresses,
        ports: moved.ports,
        sockets: moved.sockets,
        files,
        missing: moved.missing(),
        problems: () => hosts.problems(),
        async close() {
          await dns.close();
          await hosts.leave();
          await removeFolder();
        },
      };
    } catch (error) {
      await hosts.leave();
      throw error;
    }
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function canListen(address: string): Promise<boolean> {
  const server = net.createServer();
  server.listen(0, address);
  const able = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return able;
}
