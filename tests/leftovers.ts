/** What a command leaves on this machine: processes that carry a mark in their environment, or were beside those. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const MARK = 'NEXTHOP_TEST_MARK';
const POLL_MS = 20;

export interface Mark {
  /** For the environment of what is to be watched; all that it starts inherits it. */
  readonly env: Readonly<Record<string, string>>;
  /** Notes who is there now, and counts the networks that marked processes have for themselves. */
  readonly note: () => number;
  /** Who is left when the time is over, as lines for a failure; empty as soon as nobody is. */
  readonly leftAfter: (limitMs: number) => Promise<readonly string[]>;
}

export function mark(value: string): Mark {
  const own = networkOf('self');
  const noted = new Set<string>();
  const marked = () => processes().filter((pid) => read(pid, 'environ').includes(`${MARK}=${value}\0`));
  const left = () => {
    const known = processes().filter((pid) => noted.has(identityOf(pid) ?? ''));
    return [...new Set([...marked(), ...known])].map(
      (pid) => `${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ')}`,
    );
  };
  return {
    env: { [MARK]: value },
    note() {
      const networks = new Set(marked().map(networkOf));
      networks.delete(own);
      networks.delete(undefined);
      // Daemons may have dropped their environment, but not their network. Its number is not unique over time.
      for (const pid of processes()) if (networks.has(networkOf(pid))) noted.add(identityOf(pid) ?? pid);
      return networks.size;
    },
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

/** Process number and start time: numbers come again. One that only waits to be collected is nobody. */
function identityOf(pid: string): string | undefined {
  const stat = read(pid, 'stat');
  // The program's name, in brackets, may hold anything; the start time is the twentieth field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  return state === 'Z' || startTime === undefined ? undefined : `${pid} ${startTime}`;
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
