/** What a command leaves on this machine: processes that carry a mark in their environment, and their networks. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const MARK = 'NEXTHOP_TEST_MARK';
const POLL_MS = 20;

export interface Mark {
  /** For the environment of what is to be watched; all that it starts inherits it. */
  readonly env: Readonly<Record<string, string>>;
  /** Notes the networks that marked processes have for themselves now. */
  readonly networks: () => ReadonlySet<string>;
  /** What is left of them when the time is over, as lines for a failure; empty as soon as nothing is. */
  readonly leftAfter: (limitMs: number) => Promise<readonly string[]>;
}

export function mark(value: string): Mark {
  const own = networkOf('self');
  const noted = new Set<string>();
  const marked = () => processes().filter((pid) => read(pid, 'environ').includes(`${MARK}=${value}\0`));
  const networks = () => {
    for (const pid of marked()) {
      const network = networkOf(pid);
      if (network !== undefined && network !== own) noted.add(network);
    }
    return noted;
  };
  const left = () => {
    const pids = new Set(marked());
    // Processes may have dropped their environment, but not their network.
    for (const pid of processes()) if (noted.has(networkOf(pid) ?? '')) pids.add(pid);
    return [...pids].map((pid) => `${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ')}`);
  };
  return {
    env: { [MARK]: value },
    networks,
    async leftAfter(limitMs) {
      const until = performance.now() + limitMs;
      while (left().length > 0 && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      return left();
    },
  };
}

function processes(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** Empty for a process that has ended meanwhile, or is somebody else's. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
